"""Pictures of the results: the speed of each rival, and how the cost grows."""

from typing import NamedTuple

try:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
except ImportError as error:
    raise ImportError(
        'A chart needs matplotlib: pip install "sknn-simple[bench]".'
    ) from error

from report import in_order


class Style(NamedTuple):
    """How a rival is drawn.

    color : one for colour-blind readers (M. Okabe and K. Ito, 2008), or a grey
    marker : differs from the others' without colours
    lane : height in a row of the speeds, so that marks do not hide each other
    """

    color: str
    marker: str
    lane: float = 0
    label: str = ""


STYLES = {
    "compiled": Style("#D55E00", "o", -0.33, "sknn-simple, compiled engine"),
    "numpy": Style("#0072B2", "s", 0, "sknn-simple, NumPy engine"),
    "scikit-learn": Style("#000000", "x"),
    "PyTorch": Style("#009E73", "^", 0.17),
    "skorch": Style("#CC79A7", "v", 0.33),
    "JAX": Style("#56B4E9", "P", -0.17),
    "NumPy loop": Style("#E69F00", "D", 0.17, "bare NumPy loop"),
    "C++ loop": Style("#555555", "*", 0.33, "bare C++ loop"),
    "matrix products": Style("#555555", "p", 0.33, "matrix products alone"),
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
        figsize=(8, 2.1 + 0.5 * len(rows)), layout="constrained"
    )
    for y in range(0, len(rows), 2):
        axes.axhspan(y - 0.5, y + 0.5, color="0.96", zorder=0)
    axes.axvline(1, color="0.4", linewidth=1.2, zorder=1)
    for name, style in STYLES.items():
        if name == "scikit-learn":
            continue
        speeds = [
            (medians["scikit-learn"] / medians[name], y + style.lane)
            for y, (_, medians) in enumerate(rows)
            if name in medians
        ]
        if speeds:
            axes.plot(
                *zip(*speeds, strict=True),
                linestyle="",
                marker=style.marker,
                color=style.color,
                markersize=10 if style.marker in "o*P" else 7,
                markeredgecolor="white",
                markeredgewidth=0.6,
                label=style.label or name,
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
            style = STYLES[name]
            axes.plot(
                [point["value"] for point in here],
                [point["medians"][name] * 1e3 for point in here],
                color=style.color,
                marker=style.marker,
                label=style.label or name,
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
