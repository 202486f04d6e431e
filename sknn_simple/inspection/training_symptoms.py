"""What the record of training may show: rates, epochs, and what was learned.

Each yields where it is found, the figure, the threshold, what is seen, and what to
try: the parts of a Finding after its kind.
"""

import numpy as np

from ..network import OPTIMIZERS, Patience

TRAINING = ("training",)


def _rated_losses(case):
    """The losses of the epochs, if there were as many as 10 with a learning rate."""
    losses = np.array(case.history["loss"])
    rated = len(losses) >= 10 and "learning_rate" in case.history
    return losses if rated else None


def learning_rate_too_high(case):
    losses = _rated_losses(case)
    if losses is None:
        return
    scale = max(losses[0] - losses.min(), case.constant_loss)
    if scale <= 0:
        return
    half = losses[len(losses) // 2 :]
    rise = float(np.maximum(np.diff(half), 0).mean() / scale)
    excess = float((losses[-1] - losses.min()) / scale)
    rate = case.history["learning_rate"][-1]
    advice = (
        f"a learning_rate_init well below {rate:.3g}, "
        "learning_rate='adaptive', or scaled inputs."
    )
    if rise > 0.05:
        yield (
            TRAINING,
            rise,
            0.05,
            "The loss goes up and down: in the second half it rises by "
            f"{rise:.0%} an epoch, of all that it fell or could fall.",
            advice,
        )
    elif excess > 0.25:
        yield (
            TRAINING,
            excess,
            0.25,
            f"The loss has risen again: it ended {excess:.0%} above its lowest, of "
            "all that it fell or could fall.",
            advice,
        )


def learning_rate_too_low(case):
    losses = _rated_losses(case)
    if losses is None or losses[-1] >= losses[0]:
        return
    half = losses[len(losses) // 2 - 1 :]
    share = float((half[0] - half[-1]) / (losses[0] - losses[-1]))
    if np.mean(np.diff(half) < 0) >= 0.9 and share > 0.25:
        rate = case.history["learning_rate"][-1]
        yield (
            TRAINING,
            share,
            0.25,
            f"The loss was still falling steadily: {share:.0%} of its fall came in the "
            "second half.",
            f"a learning_rate_init of 3 to 10 times {rate:.3g}, or 'auto'; "
            "solver='adam'; or more epochs (max_iter).",
        )


def stopped_by_max_iter(case):
    estimator = case.estimator
    n_epochs, max_iter = estimator.n_iter_, estimator.max_iter
    impatient = np.isfinite(estimator.n_iter_no_change)
    stochastic = estimator.solver in OPTIMIZERS
    in_time = _patience_ran_out(case) or (stochastic and not impatient)
    if n_epochs == max_iter and not in_time:
        yield (
            TRAINING,
            float(n_epochs),
            float(max_iter),
            f"Training ended because max_iter={max_iter} epochs were over, not because "
            "it was done.",
            "a larger max_iter; if the loss falls slowly, a higher "
            "learning_rate_init first.",
        )


def _patience_ran_out(case):
    """Whether the last epoch was the last in vain."""
    estimator = case.estimator
    scores = case.history.get("validation_score", [None])
    watched = case.history["loss"]
    if None not in scores:
        watched = [-score for score in scores]
    elif estimator.solver not in OPTIMIZERS:
        return False
    patience, ran_out = Patience(estimator.tol, estimator.n_iter_no_change), False
    for loss in watched:
        ran_out = patience.runs_out(loss)
        if ran_out:
            patience.count = 0  # an adaptive rate has been lowered
    return ran_out


def underfitting(case):
    if case.constant_loss <= 0:
        return
    # What it makes of other samples does not tell what it learned from its own.
    ratio = min(case.loss, _trained_loss(case)) / case.constant_loss
    if ratio > 0.9:
        yield (
            TRAINING,
            ratio,
            0.9,
            f"The loss is {ratio:.2f} times that of answering the same for every "
            "sample: the network has learned next to nothing.",
            "first what else was found here; then more epochs, more hidden units, a "
            "smaller alpha, or inputs that tell more.",
        )


def _trained_loss(case):
    """The training loss of the epoch whose weights were kept; infinite if unknown."""
    losses = case.history["loss"]
    return losses[(case.estimator.best_epoch_ or 0) - 1] if losses else np.inf


def overfitting(case):
    losses = case.history["loss"]
    if not losses or case.constant_loss <= 0:
        return
    cases = [("these samples", case.loss, _trained_loss(case))]
    validation_loss = case.history.get("validation_loss", [None])[-1]
    if validation_loss is not None:
        cases.append(("the validation samples", validation_loss, losses[-1]))
    for where, loss, trained in cases:
        figure = (loss - trained) / case.constant_loss
        # What was not learned was not learned by heart.
        if figure > 0.25 and trained < 0.9 * case.constant_loss:
            yield (
                (where,),
                figure,
                0.25,
                f"The loss on {where} is above that of training by {figure:.2f} times "
                "the loss of a constant answer: the network learned its samples by "
                "heart.",
                "more samples, a larger alpha, fewer hidden units, or "
                "early_stopping=True.",
            )
