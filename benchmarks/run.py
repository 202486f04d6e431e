"""Time this library against its rivals on typical work.

Run it with

    python benchmarks/run.py
    python benchmarks/run.py --workloads W1 W4 --engines compiled --peers scikit-learn
    python benchmarks/run.py --quick

For each workload, the rivals must first end with the same weights; otherwise it is not
timed. They then take turns, on one thread. Other work on the machine changes the
times much, but the ratios of their medians little.
"""

import os

# Must be set before NumPy is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
# Must be set before JAX is imported. NPROC is the number of XLA's threads.
os.environ["NPROC"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["JAX_ENABLE_X64"] = "1"

import argparse
import json
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

from sklearn.exceptions import ConvergenceWarning

import report
from cases import ENGINES, PEERS, obstacle
from machine import machine
from workloads import TITLES, WORKLOADS


def options():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--workloads",
        nargs="+",
        choices=WORKLOADS,
        default=list(WORKLOADS),
        metavar="NAME",
        help=f"which of {', '.join(WORKLOADS)}; default: all",
    )
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument(
        "--peers",
        nargs="+",
        choices=(*PEERS, "none"),
        default=PEERS,
        metavar="PEER",
        help=f"which of {', '.join(map(repr, PEERS))}, or 'none'; default: all",
    )
    parser.add_argument(
        "--repeats", type=int, help="per timing; default: each workload's own"
    )
    parser.add_argument(
        "--quick", action="store_true", help="try everything at a small size"
    )
    parser.add_argument("--json", type=Path, help="write all samples to this file")
    parser.add_argument(
        "--chart",
        type=Path,
        help="draw the speeds to this PNG, and the growth to *_growth.png beside it",
    )
    parser.add_argument(
        "--from-json", type=Path, help="show and draw earlier results; time nothing"
    )
    chosen = parser.parse_args()
    if chosen.repeats is not None and chosen.repeats < 1:
        parser.error(f"--repeats must be at least 1, got {chosen.repeats}")
    return chosen


def print_lines(lines):
    """Print lines without delay, also into a file."""
    for line in lines:
        print(line, flush=True)


def rivals(engines, peers):
    """Return the names of the rivals that take part; report why others do not."""
    chosen = []
    for name in (*ENGINES, *PEERS):
        if name not in (*engines, *peers):
            continue
        if why := obstacle(name):
            print(f"Without {name}: {why}.")
        else:
            chosen.append(name)
    return chosen


def check(case):
    """Compare the rivals' results; return a list for JSON."""
    compared = []
    for agreement in case.agreements:
        for name, other, difference, tolerance in agreement.differences():
            compared.append(
                {
                    "what": f"{case.name}: {agreement.what}",
                    "rival": name,
                    "with": other,
                    "difference": difference,
                    "tolerance": tolerance,
                    # A NaN agrees with nothing.
                    "agree": difference <= tolerance,
                }
            )
    return compared


def run_workload(name, chosen, settings):
    """Check all cases, then time them; return None if the rivals do not agree."""
    print(f"\n=== {name}: {TITLES[name]}", flush=True)
    cases = WORKLOADS[name](chosen, settings.quick)
    checks = [check(case) for case in cases]
    compared = [agreement for agreements in checks for agreement in agreements]
    failed = [agreement for agreement in compared if not agreement["agree"]]
    is_curve = any(case.axis for case in cases)
    shown = failed or (report.worst(compared) if is_curve else compared)
    print_lines(report.agreement_lines(shown))
    if failed:
        print("  Not timed, because the results do not agree.")
        return None
    results = []
    for case, agreements in zip(cases, checks, strict=True):
        if settings.quick:
            case = replace(case, repeats=1, required=[])
        repeats = settings.repeats or case.repeats
        results.append(case.result(repeats, agreements))
        if not is_curve:
            print_lines(report.result_lines(results[-1]))
    if is_curve:
        print_lines(report.growth_lines(results))
    return results


def measure(settings):
    """Run the chosen workloads; return all results, ready for JSON."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    chosen = rivals(settings.engines, settings.peers)
    if "PyTorch" in chosen or "skorch" in chosen:
        import peers  # noqa: F401  loads its threads, which `machine` counts
    if not set(ENGINES) & set(chosen):
        sys.exit("There is no engine to time.")
    measured = {
        "machine": machine(),
        "rivals": chosen,
        "quick": settings.quick,
        "results": [],
        "disagreeing": [],
    }
    print_lines(report.machine_lines(measured["machine"]))
    if settings.quick:
        print("Quick: too small and too few for the figures to mean anything.")
    for name in settings.workloads:
        results = run_workload(name, chosen, settings)
        if results is None:
            measured["disagreeing"].append(name)
        else:
            measured["results"] += results
        # Now, so that an interruption loses only the workloads after this one.
        if settings.json:
            settings.json.write_text(json.dumps(measured, indent=1))
    return measured


def show(measured):
    """Print earlier results."""
    print_lines(report.machine_lines(measured["machine"]))
    points = [result for result in measured["results"] if result["axis"]]
    for result in measured["results"]:
        if not result["axis"]:
            print_lines(report.result_lines(result))
    if points:
        print_lines(report.growth_lines(points))


def main():
    """Measure or read, show, draw."""
    settings = options()
    start = time.perf_counter()
    if settings.chart:
        # First, so that a missing matplotlib is reported at once.
        from chart import draw
    if settings.from_json:
        measured = json.loads(settings.from_json.read_text())
        show(measured)
    else:
        measured = measure(settings)
    print_lines(report.summary_lines(measured["results"]))
    if settings.chart:
        draw(measured, settings.chart)
    if not settings.from_json:
        print(f"{time.perf_counter() - start:.0f} s in all")
    if measured["disagreeing"]:
        sys.exit(f"The rivals do not agree in {', '.join(measured['disagreeing'])}.")


if __name__ == "__main__":
    main()
