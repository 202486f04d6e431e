"""No gain: a training that ends no better than a constant prediction."""

from typing import NamedTuple

WEAK_SIGNAL = (
    "Maybe y hardly depends on X: then only more samples, or other inputs, can help. "
)


def least_gain(n_samples, n_features):
    """Return the gain over a constant prediction, relative to its loss, that counts.

    It is 0.05, or less if there are enough samples to tell a weak signal from chance:
    from noise, each weight of a linear model gains about 1 / n_samples.
    """
    return min(0.05, 2 * (n_features + 1) / n_samples)


class NoGain(NamedTuple):
    """A loss that is no better than a constant prediction's, and advice."""

    loss: float  # without penalty, unless the penalty is far too strong
    constant: float
    rate: float | None  # the learning rate of the last epoch
    is_far_above: bool
    cause: str | None  # advice against a likely cause
    may_be_hidden: bool  # by the penalty, or in categories that few rows have
    advice: str
    are_inputs_constant: bool

    @property
    def has_cause(self):
        """Whether it is far above a constant's, or a cause is likely."""
        return self.is_far_above or self.cause is not None or self.may_be_hidden

    @property
    def is_above(self):
        """Whether the loss is clearly above that of a constant prediction."""
        return self.loss > 1.1 * self.constant

    def after(self, ended):
        """Return the warning, in which the clause `ended` is the end of training.

        Where nothing is learned, all warnings begin alike, so that one filter hides
        those of a permutation test.
        """
        ended += f", at a loss of {self.loss:.6g}"
        constant = f"the loss of a constant prediction ({self.constant:.6g})"
        if self.is_far_above:
            rate = "" if self.rate is None else f", at a learning rate of {self.rate:g}"
            ended = f"{capitalised(ended)}, far above {constant}{rate}"
            return f"{ended}. {capitalised(self.advice)}."
        ended += f", {'above' if self.is_above else 'about'} {constant}"
        is_other = self.cause or self.are_inputs_constant or self.is_above
        weak_signal = "" if is_other else WEAK_SIGNAL
        return (
            f"The network has learned next to nothing: {ended}. {weak_signal}If y "
            f"depends on X, {self.advice}."
        )


def capitalised(clause):
    """Return a clause as the beginning of a sentence."""
    return clause[0].upper() + clause[1:]
