"""Symptoms of the order of rows: the network learned what rows close in order share.

Its function returns a list of findings, as `finding.beyond` makes them. Its docstring
is the criterion, which the docstring of `diagnose` lists, with the terms it uses.
"""

from .._fit.shortfall import network_r2
from .advice import one_of
from .finding import beyond

FAR = 0.3
"""A difference of R^2 that counts: rows further away are few."""

IN_ORDER = (
    "choose alpha from 'auto' to '100*auto' by cross-validation that keeps such rows "
    "together: TimeSeriesSplit with a gap, or GroupKFold"
)


def dependent_rows(evidence):
    """The training samples have shared errors: 25 runs of up to 20 rows are predicted,
    each from the others, by kernel ridge regression; the variance of the mean error of
    a run is at least 7 times that of independent errors, which are at least 0.4 of the
    variance of y. And with squared error or log-loss, the R^2 of the network (for
    labels, of their indicators) is above that of these predictions by more than 0.3.
    Where their R^2 is at most 0.3, there is no alpha_too_high, and underfitting only by
    comparison with neighbours.
    """
    shared, problem = evidence.shared_errors, evidence.problem
    if shared is None or evidence.are_others or evidence.record.is_untrained:
        return []
    r2 = network_r2(problem.parameters, problem.samples, problem.objective)
    if r2 is None:
        return []
    return beyond(
        ["these samples"],
        [r2 - (1 - shared.noise)],
        above=FAR,
        seen=f"{what_is_shared(shared)} The network memorised such errors: its R^2 is "
        f"{r2:.2f}, but only {1 - shared.noise:.2f} if rows further away predict y.",
        advice=one_of(IN_ORDER),
    )


def shows_only_shared_errors(evidence):
    """Return whether rows share errors, and X hardly predicts y from other rows."""
    shared = evidence.shared_errors
    return shared is not None and 1 - shared.noise <= FAR


def what_is_shared(shared):
    """Describe SharedErrors."""
    return (
        "Rows that follow each other share errors of y, as returns over overlapping "
        f"periods, or the visits of a patient, do: {shared.design_effect:.0f} "
        "of them tell about as much as 1 independent row."
    )
