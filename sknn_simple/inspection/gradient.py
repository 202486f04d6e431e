"""check_gradient: the gradient of backpropagation against a numerical one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from sklearn.pipeline import Pipeline

from .._base import BaseSimpleMLP, MatrixLike
from .._pipeline import final_network, fitted_network, network_input
from ..network import loss_and_gradient
from .numerical_gradient import numerical_gradient
from .problem import layer_name, make_problem, not_finite


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two gradients of the same parameters, as arrays of one shape.

    Attributes
    ----------
    analytic : ndarray
        Derivatives by backpropagation.

    numerical : ndarray
        Derivatives by differences of the objective; NaN on a kink, where none exists.

    difference : ndarray
        Relative difference of the two, as `check_gradient` defines it.
    """

    analytic: np.ndarray
    numerical: np.ndarray
    difference: np.ndarray

    @property
    def max_difference(self) -> float:
        """The largest relative difference of the compared derivatives."""
        return float(np.nan_to_num(self.difference, nan=0.0, posinf=np.inf).max())


@dataclass(frozen=True, eq=False)
class LayerComparison:
    """The two gradients of one layer's parameters.

    Attributes
    ----------
    name : str

    coefs : Comparison
        Arrays of shape (fan_in, fan_out).

    intercepts : Comparison or None
        Arrays of shape (fan_out,); None in a network without biases.
    """

    name: str
    coefs: Comparison
    intercepts: Comparison | None

    @property
    def parts(self) -> dict[str, Comparison]:
        """The comparisons by name; without intercepts if there are none."""
        parts = {"coefs": self.coefs, "intercepts": self.intercepts}
        return {name: part for name, part in parts.items() if part is not None}

    @property
    def max_difference(self) -> float:
        """The largest relative difference in the layer."""
        return max(part.max_difference for part in self.parts.values())


@dataclass(frozen=True, eq=False, repr=False)
class GradientCheck:
    """The result of `check_gradient`, which prints as a table.

    Attributes
    ----------
    loss : float
        The objective, penalty included.

    layers : tuple of LayerComparison
        From the first hidden layer to the output layer. A layer has a `name`,
        `max_difference`, and the comparisons `coefs` and `intercepts` (None if the
        network has no biases). A comparison has the arrays `analytic`, `numerical` and
        `difference`, in the shape of the parameters.

    n_on_kink : int
        Number of derivatives that were not compared, since a sample lies on a kink.
    """

    loss: float
    layers: tuple[LayerComparison, ...]
    n_on_kink: int

    @property
    def max_difference(self) -> float:
        """The largest relative difference in the network."""
        return max(layer.max_difference for layer in self.layers)

    def __repr__(self) -> str:
        lines = [
            "Gradient by backpropagation against differences of the objective: "
            f"largest relative difference {self.max_difference:.1e}",
            f"{'layer':16} {'part':11} {'shape':12} {'largest derivative':>18} "
            f"{'largest difference':>18}",
        ]
        for layer in self.layers:
            for name, part in layer.parts.items():
                lines.append(
                    f"{layer.name:16} {name:11} {part.analytic.shape!s:12} "
                    f"{np.abs(part.analytic).max():18.3g} {part.max_difference:18.1e}"
                )
        if self.n_on_kink:
            lines.append(
                "Derivatives not judged, since a sample lies on a kink: "
                f"{self.n_on_kink}"
            )
        return "\n".join(lines)


def check_gradient(
    estimator: BaseSimpleMLP | Pipeline,
    X: MatrixLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
) -> GradientCheck:
    """Compare the gradient of backpropagation with a numerical one.

    Both are gradients of the training objective on these samples, including penalty,
    class weights and scaling of targets: at the fitted weights, or at the initial ones
    if the estimator is not fitted. Nothing is held out for early stopping. The check is
    computed in float64, also for a float32 model.

    A numerical derivative takes four evaluations of the objective. The check is meant
    for small networks and a few dozen samples.

    Parameters
    ----------
    estimator : SimpleMLPClassifier, SimpleMLPRegressor or Pipeline
        The estimator, which is not changed. A Pipeline must end in one of the two; its
        other steps, which must be fitted, transform `X` first.

    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Samples.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets of the samples.

    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples. None gives every sample the weight 1.

    Returns
    -------
    check : GradientCheck
        The comparison. `max_difference` is about 1e-9 for a correct gradient, and
        rarely above 1e-6; an error in a formula raises it to 1e-2 or more.

    Raises
    ------
    TypeError
        If `estimator` neither is nor ends in a classifier or regressor of this package.
    ValueError
        If `fit` would not accept the data, or the objective is not finite.

    See Also
    --------
    sknn_simple.inspection.explain_step :
        One training step, with every factor of the chain rule.
    sknn_simple.inspection.diagnose :
        Search for common problems of a trained network.
    sknn_simple.inspection.input_gradient :
        Derivatives of the predictions with respect to the inputs.

    Notes
    -----
    The relative difference of a derivative is ::

        abs(analytic - numerical) / max(largest in its array, 1e-4 * largest of all)

    where its array is the gradient of the layer's coefs, or of its intercepts, so
    that a layer with small derivatives counts as much as any other. The largest of all
    is the largest of the derivatives, the objective, and the terms y * (1 + z), where z
    is the raw prediction. A loss may be a small difference of such terms, whose
    rounding errors hide much smaller derivatives.

    Differences are central, with steps h and 2h, and accurate to fourth order. h starts
    at 2**-10, and gets smaller while the two steps disagree, or while a step moves a
    sample across a kink of relu or of the absolute error, where differences are no
    derivatives. If that happens for every h down to 2**-25, the sample lies on the
    kink: the numerical derivative is NaN, is not compared, and counts in `n_on_kink`.
    For inputs of 1e7 and more, which should be scaled anyway, even the smallest step
    can be too large for an accurate difference.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn_simple import SimpleMLPClassifier
    >>> from sknn_simple.inspection import check_gradient
    >>> X, y = load_iris(return_X_y=True)
    >>> check = check_gradient(SimpleMLPClassifier((3,), random_state=0), X, y)
    >>> check.max_difference < 1e-6
    True
    >>> check.layers[0].coefs.analytic.shape
    (4, 3)
    """
    # If there is no network, fitted_network raises the TypeError.
    network = final_network(estimator) or fitted_network(estimator)
    X = network_input(estimator, X)
    problem = make_problem(network, X, y, sample_weight)
    with np.errstate(over="ignore", invalid="ignore"):
        loss, gradient = loss_and_gradient(
            problem.parameters, *problem.samples, problem.objective
        )
        if not np.isfinite(loss):
            raise not_finite(loss)
        numerical, largest = numerical_gradient(problem, np.abs(gradient.flat).max())
    floor = 1e-4 * largest
    n_layers = len(gradient.coefs)
    layers = tuple(
        LayerComparison(
            layer_name(i, n_layers),
            _compare(gradient.coefs, numerical.coefs, i, floor),
            _compare(gradient.intercepts, numerical.intercepts, i, floor),
        )
        for i in range(n_layers)
    )
    return GradientCheck(loss, layers, int(np.isnan(numerical.flat).sum()))


def _compare(analytic, numerical, i, floor):
    """Return the Comparison of layer i, or None if there are no intercepts."""
    if not analytic:
        return None
    analytic, numerical = analytic[i], numerical[i]
    both = np.abs([analytic, numerical])
    scale = max(both[np.isfinite(both)].max(initial=0), floor)
    difference = np.abs(analytic - numerical) / (scale or 1.0)
    # An analytic derivative must be finite, a numerical one may lie on a kink.
    difference[~np.isfinite(analytic)] = np.inf
    difference[np.isnan(numerical)] = np.nan
    return Comparison(analytic, numerical, difference)
