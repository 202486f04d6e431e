"""Cases: rivals that do the same work, and the speed required of them."""

import importlib.util
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sknn_simple.network import ENGINES as INSTALLED_ENGINES

ENGINES = ("numpy", "compiled")
PEERS = (
    "scikit-learn",
    "PyTorch",
    "skorch",
    "JAX",
    "NumPy loop",
    "C++ loop",
    "matrix products",
)

PACKAGES = {"PyTorch": ("torch",), "skorch": ("torch", "skorch"), "JAX": ("jax",)}

# Largest difference allowed from the rival that the others are compared with. Sums in
# another order differ by rounding, which grows as training continues.
TOLERANCE = {"scikit-learn": 1e-10}
OTHER_TOLERANCE = 1e-9


def obstacle(name):
    """Return the reason why a rival cannot take part, or None if it can."""
    if name == "compiled" and name not in INSTALLED_ENGINES:
        return "the compiled engine was not built (is there a C++ compiler?)"
    if name == "C++ loop" and not shutil.which("g++"):
        return "there is no g++ to compile it"
    packages = PACKAGES.get(name, ())
    missing = [p for p in packages if importlib.util.find_spec(p) is None]
    if missing:
        return f'no {" and ".join(missing)} (pip install "sknn-simple[bench]")'
    return None


def seconds(run):
    """Return the duration of a call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Rival:
    """An implementation that does the work of a case.

    run : function without arguments
    n_units : float, number of the case's units per run; rivals that would take
        minutes do fewer than others
    """

    run: Callable
    n_units: float = 1


@dataclass(frozen=True)
class Agreement:
    """Rivals that must end with the same numbers.

    learned : dict of functions that return a list of arrays, by rival
    tolerance : largest difference allowed, instead of the rivals' own
    """

    what: str
    learned: dict
    tolerance: float | None = None

    def differences(self):
        """Yield rival, the rival compared with, their difference, and the tolerance."""
        names = list(self.learned)
        arrays = {name: run() for name, run in self.learned.items()}
        for name in names[1:]:
            pairs = zip(arrays[names[0]], arrays[name], strict=True)
            # Unlike Python's max, NumPy's returns NaN if any value is NaN.
            difference = np.max([np.abs(a - b).max() for a, b in pairs])
            tolerance = self.tolerance or TOLERANCE.get(name, OTHER_TOLERANCE)
            yield name, names[0], float(difference), tolerance


@dataclass(frozen=True)
class Required:
    """A bound on a figure.

    rival : the rival with which `name` is compared; None if the figure is no ratio
    at_least : minimum speed, as a multiple of the rival's
    at_most : maximum time, as a multiple of the rival's, or maximum of the figure
    """

    name: str
    rival: str | None
    at_least: float | None = None
    at_most: float | None = None

    def verdict(self, medians):
        """Return the figure, a sentence about it, and whether the bound is met."""
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


def faster(numpy, compiled, jax=None):
    """Require both engines' speeds relative to scikit-learn; and to beat PyTorch.

    jax : the compiled engine's relative to JAX
    """
    required = []
    for engine, least in (("numpy", numpy), ("compiled", compiled)):
        required.append(Required(engine, "scikit-learn", at_least=least))
        required += [Required(engine, p, at_least=1) for p in ("PyTorch", "skorch")]
    if jax:
        required.append(Required("compiled", "JAX", at_least=jax))
    return required


AS_FAST_AS_A_BARE_LOOP = Required("compiled", "C++ loop", at_most=1.1)


@dataclass(frozen=True)
class Case:
    """Rivals that are timed in turns, at one size of one workload.

    unit : the unit of work; times are per unit
    rivals : dict of Rival by name; a comma separates a name from a variant
    measure : function that returns the cost of a run, in seconds, or as a share where
        `is_share`
    axis, value : for a point on a curve, the quantity that varies, and its size
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
        """Return the measured costs per unit of each rival; they take turns."""
        samples = {name: [] for name in self.rivals}
        for _ in range(repeats):
            for name, rival in self.rivals.items():
                samples[name].append(self.measure(rival.run) / rival.n_units)
        return samples

    def result(self, repeats, agreements):
        """Measure the case; return all its figures, ready for JSON."""
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
