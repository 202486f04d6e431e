"""Diagnosis: common problems of a fitted network, and advice."""

from numpy.typing import ArrayLike
from sklearn.pipeline import Pipeline

from .._base import BaseSimpleMLP, MatrixLike
from .._pipeline import fitted_network, input_names, network_input
from . import data_symptoms, training_symptoms, unit_symptoms
from .evidence import gather_evidence
from .finding import Finding

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
"""The symptoms, causes first. The function's name is the kind of its findings."""


class Diagnosis(tuple[Finding, ...]):
    """The findings of `diagnose`: a tuple of Finding that prints as a report."""

    __slots__ = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the findings, in their order, without duplicates."""
        return tuple(dict.fromkeys(finding.kind for finding in self))

    def __str__(self) -> str:
        if not self:
            return (
                "Nothing found: on these samples the network looks healthy.\n"
                "Overfitting shows on samples that it was not trained on."
            )
        plural = "" if len(self) == 1 else "s"
        return "\n\n".join([f"{len(self)} finding{plural}", *map(str, self)])

    __repr__ = __str__


def diagnose(
    estimator: BaseSimpleMLP | Pipeline,
    X: MatrixLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
) -> Diagnosis:
    """Look for common problems of a trained network.

    Parameters
    ----------
    estimator : SimpleMLPClassifier, SimpleMLPRegressor or Pipeline
        Fitted estimator, which is not changed. A Pipeline must end in one of the two,
        and its other steps transform `X` first.

    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        The training samples, or new ones. Overfitting shows only on new ones.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets of the samples.

    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples. Samples of weight zero are left out.

    Returns
    -------
    diagnosis : Diagnosis
        A tuple of Finding, empty for a network that looks healthy. It prints as a
        report.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    TypeError
        If `estimator` neither is nor ends in a classifier or regressor of this package.
    ValueError
        If `fit` would not accept the data.

    See Also
    --------
    sknn_simple.inspection.explain_step :
        One training step, with every factor of the chain rule.
    sknn_simple.inspection.check_gradient :
        Comparison of the gradient with numerical differences.

    Notes
    -----
    Thresholds are rules of thumb. "Constant" is the loss of the best constant
    prediction. In a Pipeline, inputs are the output of the other steps. Symptoms of
    training are read from `history_` and `stop_reason_`, which are empty for a model
    made by `from_coefs`; L-BFGS has no learning rate.

    ========================= =======================================================
    kind                      criterion
    ========================= =======================================================
    constant_inputs           a feature has a single value (in a network without
                              biases: only zeros)
    unscaled_inputs           the standard deviation of a feature is above 10; or all
                              its values, in dense X, lie within 0.25 of its mean
    uncentred_inputs          the mean of a feature is above 1 and above 10 standard
                              deviations
    unscaled_targets          raw targets of an identity or relu output have a standard
                              deviation above 10 or below 0.1, or a mean above 10
                              standard deviations
    skewed_targets            the skewness of such targets is above 3, and the loss is
                              the squared error
    saturated_units           more than 0.5 of the activations of a sigmoid or tanh
                              layer lie within 1% of the ends of their range, and the
                              loss is at least 0.1 times the constant
    dead_units                more than 0.2 of the units of a relu layer are 0 for every
                              sample
    vanishing_gradients       the gradient by the coefs of a hidden layer is below 1e-3
                              times that in the output layer (norms for single samples,
                              root mean square over the samples)
    exploding_gradients       the same ratio is above 1e3
    learning_rate_too_high    in the second half of at least 10 epochs, the loss rises
                              by more than 0.05 per epoch on average (relative to its
                              whole fall or to the constant, whichever is more); or
                              it ends more than 0.25 of that above its lowest value
    learning_rate_too_low     in the second half of at least 10 epochs, the loss falls
                              in 9 of 10 epochs, by more than 0.25 of its whole fall
    stopped_by_max_iter       `stop_reason_` is 'max_iter', and training could have
                              stopped earlier, by patience (`n_iter_no_change`) or
                              by L-BFGS's own rule
    underfitting              the loss on `X` and the training loss, if it is known, are
                              above 0.9 times the constant
    overfitting               the training loss is below 0.9 times the constant, and
                              exceeded, by more than 0.25 times the constant, by the
                              loss on `X` or by early stopping's last validation loss
    ========================= =======================================================

    References
    ----------
    Y. LeCun, L. Bottou, G. B. Orr and K.-R. Mueller, "Efficient BackProp", 1998, on
    inputs, targets and learning rates. X. Glorot and Y. Bengio, "Understanding the
    difficulty of training deep feedforward neural networks", AISTATS 2010, on
    saturation and gradients.

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
    unscaled_inputs (x3)
      The standard deviation of 1 of 4 features is above 10; for x3 it is 1000.
      Such features drown out the others and saturate units.
      Try: scale the inputs, for instance with StandardScaler in a Pipeline.
    """
    network = fitted_network(estimator)
    X, names = network_input(estimator, X), input_names(estimator)
    evidence = gather_evidence(network, names, X, y, sample_weight)
    return Diagnosis(
        Finding(symptom.__name__, *finding)
        for symptom in SYMPTOMS
        for finding in symptom(evidence)
    )
