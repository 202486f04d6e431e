"""The results as lines of text for the terminal."""

from textwrap import wrap

from cases import ENGINES, PEERS

ORDER = [*ENGINES, *PEERS]
# Columns of a table: the speed relative to each of these.
REFERENCES = (
    "scikit-learn",
    "PyTorch",
    "JAX",
    "NumPy loop",
    "C++ loop",
    "matrix products",
)


def in_order(names):
    """Sort names in the order of tables, variants beside their rivals."""
    return sorted(names, key=lambda name: ORDER.index(name.partition(",")[0]))


def duration(seconds):
    """Format seconds in the unit that is easiest to read."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "us")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def machine_lines(machine):
    """Yield versions, processor and threads."""
    yield ", ".join(f"{name} {v}" for name, v in machine["versions"].items())
    yield f"CPU: {machine['cpu']}, {machine['cores']} cores, {machine['system']}"
    if machine["instructions"]:
        yield f"compiled engine: {machine['instructions']}"
    for pool in machine["threads"]:
        yield f"{pool['for']}: {pool['library']}, threads: {pool['threads']}"


def agreement_lines(compared):
    """Yield the rivals' differences, one paragraph per comparison."""
    paragraphs = {}
    for one in compared:
        verdict = "" if one["agree"] else "DOES NOT AGREE: "
        paragraphs.setdefault(f"{one['what']}, from {one['with']}:", []).append(
            f"{verdict}{one['rival']} {one['difference']:.0e} ({one['tolerance']:.0e})"
        )
    if paragraphs:
        yield "  Differences (and at most):"
    for start, differences in paragraphs.items():
        yield from indented(f"{start} {', '.join(differences)}")


def worst(compared):
    """Return the comparison in which each rival differs most."""
    by_rival = {}
    for one in sorted(compared, key=lambda one: one["difference"]):
        by_rival[one["rival"]] = one
    return list(by_rival.values())


def indented(text):
    """Wrap a text, two spaces in, and four from the second line on."""
    return wrap(text, 88, initial_indent="  ", subsequent_indent="    ")


def share_lines(result):
    """Yield a table of shares."""
    for name in in_order(result["medians"]):
        yield f"  {name:24}{result['medians'][name]:10.1%}"


def time_lines(result):
    """Yield a table of medians, and of speeds relative to the references."""
    medians = result["medians"]
    references = [name for name in REFERENCES if name in medians]
    widths = {name: len(name) + 5 for name in references}
    heads = "".join(f"{'x ' + name:>{n}}" for name, n in widths.items())
    yield f"  {'':24}{'median':>10}{heads}"
    for name in in_order(medians):
        speeds = "".join(
            f"{medians[other] / medians[name]:{n}.3g}" for other, n in widths.items()
        )
        yield f"  {name:24}{duration(medians[name]):>10}{speeds}"


def result_lines(result):
    """Yield the figures of a case."""
    repeats = max(map(len, result["samples"].values()))
    yield (
        f"\n{result['workload']}, {result['case']}: per {result['unit']}, "
        f"median of {repeats}"
    )
    yield from share_lines(result) if result["is_share"] else time_lines(result)
    for required in result["required"]:
        yield f"  {required['text']}: {'met' if required['met'] else 'MISSED'}"
    if result["note"]:
        yield from indented(result["note"])


def growth_lines(results):
    """Yield one table for all sizes: the time of an epoch."""
    names = in_order(results[0]["medians"])
    yield f"\nTime of an epoch; elsewhere {results[0]['note']}"
    yield f"  {'':24}" + "".join(f"{name:>15}" for name in names)
    for result in results:
        cells = "".join(f"{duration(result['medians'][name]):>15}" for name in names)
        yield f"  {result['case']:24}{cells}"


def summary_lines(results):
    """Yield the number of requirements, and those missed."""
    verdicts = [(r, required) for r in results for required in r["required"]]
    missed = [pair for pair in verdicts if not pair[1]["met"]]
    if verdicts:
        yield f"\nRequirements: {len(verdicts)}, of which missed: {len(missed)}"
    for result, required in missed:
        yield f"  {result['workload']}, {result['case']}: {required['text']}"
