"""Pictures of the results: the speed of each rival, and how the cost grows."""

try:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
except ImportError as error:
    raise ImportError(
        'A chart needs matplotlib: pip install "sknn-simple[bench]".'
    ) from error

from report import in_order

# Colours for colour-blind readers (M. Okabe and K. Ito, 2008), and marks that differ
# without them.
STYLES = {
    "compiled": ("#D55E00", "o"),
    "numpy": ("#0072B2", "s"),
    "scikit-learn": ("#000000", "|"),
    "PyTorch": ("#009E73", "^"),
    "skorch": ("#CC79A7", "v"),
    "bare loop": ("#E69F00", "D"),
    "limit": ("#555555", "*"),
}
# Height of a rival's mark in its row, so that marks do not hide each other.
LANES = {
    "compiled": -0.27,
    "numpy": -0.09,
    "PyTorch": 0.09,
    "bare loop": 0.09,
    "skorch": 0.27,
    "limit": 0.27,
}
LABELS = {
    "compiled": "sknn-simple, compiled engine",
    "numpy": "sknn-simple, NumPy engine",
    "bare loop": "bare NumPy loop",
    "limit": "limit: minimal compiled loop, or matrix products alone",
}
ROWS = {
    ("W1", "soft targets"): "W1  3-4-1, full batch",
    ("W2", "four people"): "W2  2-2-1, row by row",
    ("W3", "grid search"): "W3  grid search, iris",
    ("W4", "batches of 1"): "W4  digits, batches of 1",
    ("W4", "batches of 10"): "W4  digits, batches of 10",
    ("W4", "batches of 32"): "W4  digits, batches of 32",
    ("W4", "batches of 200"): "W4  digits, batches of 200",
    ("W5", "float64"): "W5  784-256-10, float64",
    ("W5", "float32"): "W5  784-256-10, float32",
    ("W6", "one row"): "W6  predict one row",
    ("W6", "1000000 rows"): "W6  predict 1,000,000 rows",
}


def draw(measured, path):
    """Draw the speeds to `path`, and the growth, if measured, to a file beside it."""
    plt.rcParams.update({"font.size": 11, "axes.axisbelow": True})
    results = {(r["workload"], r["case"]): r for r in measured["results"]}
    rows = [
        (label, results[key]["medians"])
        for key, label in ROWS.items()
        if "scikit-learn" in results.get(key, {}).get("medians", {})
    ]
    if rows:
        draw_speeds(rows, path)
    points = [r for r in measured["results"] if r["axis"]]
    if points:
        draw_growth(points, path.with_stem(path.stem + "_growth"))


def draw_speeds(rows, path):
    """Draw a row per workload, with a mark per rival: the faster, the further right."""
    figure, axes = plt.subplots(
        figsize=(8, 1.9 + 0.44 * len(rows)), layout="constrained"
    )
    for y in range(0, len(rows), 2):
        axes.axhspan(y - 0.5, y + 0.5, color="0.96", zorder=0)
    axes.axvline(1, color="0.4", linewidth=1.2, zorder=1)
    for name, (color, marker) in STYLES.items():
        if name == "scikit-learn":
            continue
        speeds = [
            (medians["scikit-learn"] / medians[name], y + LANES[name])
            for y, (_, medians) in enumerate(rows)
            if name in medians
        ]
        if speeds:
            axes.plot(
                *zip(*speeds, strict=True),
                linestyle="",
                marker=marker,
                color=color,
                markersize=10 if name in ("compiled", "limit") else 7,
                markeredgecolor="white",
                markeredgewidth=0.6,
                label=LABELS.get(name, name),
                zorder=4 if name == "compiled" else 3,
            )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}x")
    axes.set_yticks(range(len(rows)), [label for label, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="x", color="0.85")
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel("Speed relative to scikit-learn (2x: twice as fast; log scale)")
    figure.suptitle(
        "Speed relative to scikit-learn's MLP, one BLAS thread",
        fontsize=13,
        fontweight="bold",
    )
    figure.legend(loc="outside lower center", ncols=2, frameon=False, handletextpad=0.3)
    figure.savefig(path, dpi=100)
    plt.close(figure)


def draw_growth(points, path):
    """Draw the time of an epoch, in a panel per axis."""
    axis_names = list(dict.fromkeys(point["axis"] for point in points))
    figure, panels = plt.subplots(
        2, 2, figsize=(8, 6.6), sharey=True, layout="constrained"
    )
    for axes, axis in zip(panels.flat, axis_names, strict=False):
        here = [point for point in points if point["axis"] == axis]
        for name in in_order(here[0]["medians"]):
            color, marker = STYLES[name]
            axes.plot(
                [point["value"] for point in here],
                [point["medians"][name] * 1e3 for point in here],
                color=color,
                marker="x" if marker == "|" else marker,
                label=LABELS.get(name, name),
            )
        axes.set(xscale="log", yscale="log", xlabel=axis.capitalize())
        axes.set_xticks([point["value"] for point in here], minor=False)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
        axes.minorticks_off()
        axes.grid(color="0.88")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    for axes in panels[:, 0]:
        axes.set_ylabel("Time of an epoch, ms")
        axes.yaxis.set_major_formatter(lambda y, _: f"{y:g}")
    figure.suptitle("How the cost of an epoch grows", fontsize=13, fontweight="bold")
    handles, labels = panels.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    figure.savefig(path, dpi=100)
    plt.close(figure)
