"""Finding: one problem of a network, found by comparison with a threshold."""

from dataclasses import dataclass
from textwrap import fill

import numpy as np

from .notation import listed, printable


@dataclass(frozen=True)
class Finding:
    """One problem of a network.

    Attributes
    ----------
    kind : str
        Kind of problem, such as "unscaled_inputs"; `diagnose` lists them all.

    where : tuple of str
        Affected features, layers or outputs, in the order of the network.

    figure, threshold : float
        The measured value, and the threshold that it lies beyond.

    seen : str
        The problem in a sentence.

    advice : str
        Changes to try.
    """

    kind: str
    where: tuple[str, ...]
    figure: float
    threshold: float
    seen: str
    advice: str

    def __str__(self) -> str:
        seen = fill(
            printable(self.seen), 79, initial_indent="  ", subsequent_indent="  "
        )
        advice = fill(
            f"Try: {self.advice}", 79, initial_indent="  ", subsequent_indent=" " * 7
        )
        return f"{self.kind} ({listed(self.where)})\n{seen}\n{advice}"


def beyond(names, figures, *, above=None, below=None, among=True, seen, advice):
    """Return a list with one finding if any of the figures lie beyond a threshold.

    Each name has a figure; only the names in the mask `among` are judged. `seen` is a
    format string: `figure` is the worst figure, `worst` its name, and `n_found` of `n`
    names have figures beyond the threshold. The finding is a tuple of the fields of a
    Finding except its kind.
    """
    threshold, sign = (above, 1) if below is None else (below, -1)
    excess = sign * (np.asarray(figures, dtype=float) - threshold)
    found = (excess > 0) & among
    if not found.any():
        return []
    where = tuple(names[k] for k in np.flatnonzero(found))
    k = np.where(found, excess, -np.inf).argmax()
    figure, n = float(figures[k]), len(found)
    seen = seen.format(figure=figure, worst=names[k], n_found=len(where), n=n)
    return [(where, figure, float(threshold), seen, advice)]
