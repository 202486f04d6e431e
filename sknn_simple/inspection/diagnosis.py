"""Diagnosis: what is wrong with a fitted network, and what to try."""

from dataclasses import dataclass
from textwrap import fill

from sklearn.utils.validation import check_is_fitted

from . import data_symptoms, training_symptoms, unit_symptoms
from .case import make_case
from .problem import check_kind

SYMPTOMS = (
    data_symptoms.constant_inputs,
    data_symptoms.unscaled_inputs,
    data_symptoms.uncentred_inputs,
    data_symptoms.unscaled_targets,
    data_symptoms.skewed_targets,
    unit_symptoms.saturated_units,
    unit_symptoms.dead_units,
    unit_symptoms.vanishing_gradients,
    unit_symptoms.exploding_gradients,
    training_symptoms.learning_rate_too_high,
    training_symptoms.learning_rate_too_low,
    training_symptoms.stopped_by_max_iter,
    training_symptoms.underfitting,
    training_symptoms.overfitting,
)
"""What is looked for, causes first. The kind of a finding is the function's name."""


@dataclass(frozen=True)
class Finding:
    """One thing that a practitioner would look into.

    Attributes
    ----------
    kind : str
        Such as "unscaled_inputs"; `diagnose` lists them.

    where : tuple of str
        The features, the layer or the outputs concerned, the worst first.

    figure, threshold : float
        What the finding rests on, and the value that it lies beyond.

    seen : str
        The finding in a sentence.

    advice : str
        What to try.
    """

    kind: str
    where: tuple[str, ...]
    figure: float
    threshold: float
    seen: str
    advice: str

    def __str__(self):
        return "\n".join(
            [
                f"{self.kind} ({_listed(self.where)})",
                fill(self.seen, 79, initial_indent="  ", subsequent_indent="  "),
                fill(
                    f"Try: {self.advice}",
                    79,
                    initial_indent="  ",
                    subsequent_indent="       ",
                ),
            ]
        )


def _listed(names, max_shown=5):
    """Names, at most so many of them."""
    shown = ", ".join(names[:max_shown])
    n_more = len(names) - max_shown
    return f"{shown} and {n_more} more" if n_more > 0 else shown


class Diagnosis(tuple):
    """What `diagnose` found: a tuple of Finding that prints as a report."""

    __slots__ = ()

    @property
    def kinds(self):
        """The kinds of the findings, each once, in their order."""
        return tuple(dict.fromkeys(finding.kind for finding in self))

    def __str__(self):
        if not self:
            return (
                "Nothing found: on these samples the network looks healthy.\n"
                "Overfitting shows on samples that it was not trained on."
            )
        plural = "" if len(self) == 1 else "s"
        return "\n\n".join([f"{len(self)} finding{plural}", *map(str, self)])

    __repr__ = __str__


def diagnose(estimator, X, y, sample_weight=None):
    """Look for what commonly goes wrong when a network is trained.

    Parameters
    ----------
    estimator : SimpleMLPClassifier or SimpleMLPRegressor
        Fitted. It is not changed.

    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        The training data, or others of the same kind. Only others show overfitting.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs)

    sample_weight : array-like of shape (n_samples,), default=None
        Rows of weight zero are left out.

    Returns
    -------
    diagnosis : Diagnosis
        A tuple of Finding, empty for a network that looks healthy. It prints as a
        report.

    Raises
    ------
    NotFittedError
        If the estimator has no weights yet.
    TypeError
        If `estimator` is not one of these two, as a Pipeline is not.
    ValueError
        If the data are not as `fit` wants them.

    Notes
    -----
    Thresholds are rules of thumb. "Share" is one of all samples, "constant" the loss of
    the best answer that is the same for every sample. What training recorded is in
    `history_`; a model made by `from_coefs` has no such record, and L-BFGS no rate.

    ========================= =======================================================
    kind                      found where
    ========================= =======================================================
    constant_inputs           a feature has one value only (and without biases, 0)
    unscaled_inputs           a feature's standard deviation is above 10; or, in dense
                              X, it never differs from its mean by 0.25
    uncentred_inputs          a feature's mean is above 1, and above 10 deviations
    unscaled_targets          targets that are not standardised, of an identity or relu
                              output, have a deviation above 10 or below 0.1, or a
                              mean above 10 deviations
    skewed_targets            the skewness of targets is above 3, under squared error
    saturated_units           more than 0.5 of the activations of a layer of sigmoid or
                              tanh units lie within 1% of the ends of their range, and
                              the loss is not below 0.1 times the constant's
    dead_units                more than 0.2 of a layer's relu units are 0 for every
                              sample
    vanishing_gradients       the gradient by a hidden layer's coefs, root mean square
                              over samples of its norm, is below 1e-3 times that of the
                              output layer
    exploding_gradients       it is above 1e3 times that
    learning_rate_too_high    in the second half of at least 10 epochs, the loss rises
                              by more than 0.05 an epoch on average (of its whole fall,
                              or of the constant's loss if that is more); or it ends
                              as much as 0.25 of that above its lowest
    learning_rate_too_low     in the second half of at least 10 epochs, the loss falls
                              in 9 of 10 epochs, by more than 0.25 of its whole fall
    stopped_by_max_iter       `max_iter` epochs were over before patience
                              (`n_iter_no_change`, if it is finite) or L-BFGS's own rule
    underfitting              the loss on `X`, and that of training, if it is known,
                              are above 0.9 times the constant's
    overfitting               the loss on `X`, or the last one of early stopping's
                              validation, is above that of training by more than
                              0.25 of the constant's, which was below 0.9 of it
    ========================= =======================================================

    References
    ----------
    Y. LeCun, L. Bottou, G. B. Orr and K.-R. Mueller, "Efficient BackProp", 1998, on
    inputs, targets and rates. X. Glorot and Y. Bengio, "Understanding the difficulty of
    training deep feedforward neural networks", AISTATS 2010, on saturation and
    gradients.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn_simple import SimpleMLPClassifier
    >>> from sknn_simple.inspection import diagnose
    >>> X, y = load_iris(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> network = SimpleMLPClassifier((10,), random_state=0)
    >>> diagnose(network.fit(X, y), X, y)
    Nothing found: on these samples the network looks healthy.
    Overfitting shows on samples that it was not trained on.
    >>> X[:, 2] *= 1000
    >>> diagnosis = diagnose(network.fit(X, y), X, y)
    >>> diagnosis.kinds
    ('unscaled_inputs', 'saturated_units')
    >>> print(diagnosis[0])
    unscaled_inputs (X[:, 2])
      The deviation of 1 of 4 features is above 10, of X[:, 2] it is 1000: they
      drown the others, and drive units to their limits.
      Try: scale the inputs, for instance with StandardScaler in a Pipeline.
    """
    check_kind(estimator)
    check_is_fitted(estimator)
    case = make_case(estimator, X, y, sample_weight)
    return Diagnosis(
        Finding(symptom.__name__, *found)
        for symptom in SYMPTOMS
        for found in symptom(case)
    )
