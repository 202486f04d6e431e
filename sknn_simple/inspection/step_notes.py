"""Notes on a step: sentences on what its equations do not show."""

import numpy as np

from ..network import LOSSES
from .notation import number


def notes(step):
    """Yield the notes of a StepExplanation."""
    objective = step.objective
    if LOSSES[objective.loss].canonical:
        yield (
            f"For this loss and the {objective.out_activation} output, the chain rule "
            "simplifies: the product ∂L/∂a * ∂a/∂z is ∂L/∂z = a - y."
        )
    if step.standardised_by is not None:
        yield _about_targets(step)
    if step.penalty:
        yield _about_penalty(step)
    if step.automatic_values:
        yield _about_automatic_values(step)
    if step.differs_by:
        yield _about_next_step(step)


def _about_targets(step):
    """Explain the units of standardised targets."""
    mean, scale = (", ".join(map(number, part)) for part in step.standardised_by)
    center, spread = "mean", "deviation"
    if LOSSES[step.objective.loss].robust:
        center, spread = "median", "spread"
    what = f"(y - {center}) / {spread}, with {center} {mean} and {spread} {scale}"
    if step.objective.out_activation == "exp":
        what = f"y / mean, with mean {scale}"
    elif step.objective.out_activation != "identity":
        what = f"y / scale, with scale {scale}"
    return (
        f"The network is trained on {what}: outputs, targets and the weights of the "
        "output layer are in these units. Pass normalize_y=False to train on y itself."
    )


def _about_penalty(step):
    """Explain where the strength of the penalty comes from."""
    objective = step.objective
    divided = " divided by the number of samples (here 1, or the weight of its class)"
    text = (
        f"The penalty alpha={objective.alpha:g} adds {number(step.penalty)} to the "
        "loss, and strength * w to the derivative by each coef w. The strength is alpha"
        f"{'' if LOSSES[objective.loss].summed else divided}. "
    )
    if objective.input_factors is not None:
        text += "'auto' multiplies it by a factor per input in the first layer. "
    return text + "With alpha=0 there is no penalty."


def _about_automatic_values(step):
    """Tell options of this step from those of the last training."""
    here = {
        "learning_rate_init": step.learning_rate,
        "alpha": step.objective.alpha,
    }
    then = " and ".join(f"{k}={number(v)}" for k, v in step.automatic_values.items())
    now = " and ".join(f"{k}={number(here[k])}" for k in step.automatic_values)
    return (
        f"'auto' is computed from the samples of a call, and gives {now} for this one "
        f"alone. In the last training it was {then}."
    )


def _about_next_step(step):
    """Explain how the next step of training differs from this one."""
    plain, following = (
        float(np.linalg.norm(after.flat - step.parameters.flat))
        for after in (step.new_parameters, step.next_parameters)
    )
    length = f": it is {number(following / plain)} times as long" if plain else ""
    return (
        "This is a plain step of gradient descent. With "
        f"{' and '.join(step.differs_by)}, the next step of partial_fit "
        f"differs{length} (see step.next_parameters)."
    )
