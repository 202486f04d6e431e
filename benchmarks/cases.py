"""What is compared: rivals that do the same work, and what is required of them."""

import importlib.util
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

ENGINES = ("numpy", "numba")
PEERS = ("scikit-learn", "PyTorch", "skorch", "bare loop", "limit")

# What each rival is made of, beside what this library itself needs.
PACKAGES = {
    "numba": ("numba",),
    "PyTorch": ("torch",),
    "skorch": ("torch", "skorch"),
    "limit": ("numba",),
}

# Most difference from the engine that the others are compared with. Sums in another
# order differ by rounding, which training makes grow.
TOLERANCE = {"scikit-learn": 1e-10}
OTHER_TOLERANCE = 1e-9


def missing_packages(name):
    """Those that a rival needs and that are not installed."""
    packages = PACKAGES.get(name, ())
    return [p for p in packages if importlib.util.find_spec(p) is None]


def seconds(run):
    """How long a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Rival:
    """One who does the work of a case.

    run : function without arguments
    n_units : float, how many of the case's units a run does; rivals that would take
        minutes do fewer than others
    """

    run: Callable
    n_units: float = 1


@dataclass(frozen=True)
class Agreement:
    """Rivals that have to learn the same.

    learned : dict of functions that return a list of arrays, by rival
    tolerance : most difference, instead of the rivals' own
    """

    what: str
    learned: dict
    tolerance: float | None = None

    def differences(self):
        """Rows of rival, what it was compared with, difference, most difference."""
        names = list(self.learned)
        arrays = {name: run() for name, run in self.learned.items()}
        for name in names[1:]:
            pairs = zip(arrays[names[0]], arrays[name], strict=True)
            # Unlike Python's max, NumPy's finds a NaN wherever it is.
            difference = np.max([np.abs(a - b).max() for a, b in pairs])
            tolerance = self.tolerance or TOLERANCE.get(name, OTHER_TOLERANCE)
            yield name, names[0], float(difference), tolerance


@dataclass(frozen=True)
class Required:
    """A figure, and what it has to be.

    rival : with whom `name` is compared; None where the figure is not a ratio
    at_least : least speed, as a multiple of the rival's
    at_most : most time, as a multiple of the rival's, or most of the figure itself
    """

    name: str
    rival: str | None
    at_least: float | None = None
    at_most: float | None = None

    def verdict(self, medians):
        """The figure, in words, and whether it is as required."""
        if self.rival is None:
            figure = medians[self.name]
            text = f"{self.name}: {figure:.1%} (at most {self.at_most:.0%})"
        elif self.at_most is not None:
            figure = medians[self.name] / medians[self.rival]
            text = (
                f"{self.name}: {figure:.2f} x the time of {self.rival} "
                f"(at most {self.at_most:g})"
            )
        else:
            figure = medians[self.rival] / medians[self.name]
            text = (
                f"{self.name}: {figure:.3g} x as fast as {self.rival} "
                f"(at least {self.at_least:g})"
            )
        met = figure <= self.at_most if self.at_most else figure >= self.at_least
        return {"text": text, "figure": figure, "met": bool(met)}


def faster(numpy, numba):
    """Both engines' least speed by scikit-learn's; and PyTorch and skorch beaten."""
    required = []
    for engine, least in (("numpy", numpy), ("numba", numba)):
        required.append(Required(engine, "scikit-learn", at_least=least))
        required += [Required(engine, p, at_least=1) for p in ("PyTorch", "skorch")]
    return required


@dataclass(frozen=True)
class Case:
    """Rivals that are timed in turns, at one size of one workload.

    unit : what times are given for
    rivals : dict of Rival by name; a name may go on after a comma
    measure : what a run costs, in seconds, or where `is_share` as a share
    axis, value : where the case is a point on a curve, what varies, and its size
    """

    workload: str
    name: str
    unit: str
    rivals: dict
    repeats: int
    agreements: list = field(default_factory=list)
    required: list = field(default_factory=list)
    measure: Callable = seconds
    is_share: bool = False
    note: str = ""
    axis: str = ""
    value: float = 0

    def samples(self, repeats):
        """Lists of what a unit costs each rival; they take turns."""
        samples = {name: [] for name in self.rivals}
        for _ in range(repeats):
            for name, rival in self.rivals.items():
                samples[name].append(self.measure(rival.run) / rival.n_units)
        return samples

    def result(self, repeats, agreements):
        """What there is to tell of the case, ready for JSON."""
        samples = self.samples(repeats)
        medians = {name: statistics.median(s) for name, s in samples.items()}
        required = [
            r.verdict(medians)
            for r in self.required
            if {r.name, r.rival} <= {*medians, None}
        ]
        return {
            "workload": self.workload,
            "case": self.name,
            "unit": self.unit,
            "is_share": self.is_share,
            "note": self.note,
            "axis": self.axis,
            "value": self.value,
            "samples": samples,
            "medians": medians,
            "required": required,
            "agreements": agreements,
        }
