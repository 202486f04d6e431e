"""GradientCheck: the derivatives that backpropagation gives, against numerical ones."""

from dataclasses import dataclass

import numpy as np

from ..network import loss_and_gradient
from .differences import Differences
from .problem import layer_name, make_problem, not_finite


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two gradients by the same parameters.

    Attributes
    ----------
    analytic : ndarray
        By backpropagation.

    numerical : ndarray
        By differences of the objective; NaN on a kink, where there is no derivative.

    difference : ndarray
        Relative, see `check_gradient`.
    """

    analytic: np.ndarray
    numerical: np.ndarray
    difference: np.ndarray

    @property
    def max_difference(self):
        """The largest relative difference of a derivative that could be judged."""
        return float(np.nan_to_num(self.difference, nan=0.0, posinf=np.inf).max())


@dataclass(frozen=True, eq=False)
class LayerComparison:
    """The two gradients by one layer's parameters.

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
    def parts(self):
        """The comparisons by name."""
        parts = {"coefs": self.coefs, "intercepts": self.intercepts}
        return {name: part for name, part in parts.items() if part is not None}

    @property
    def max_difference(self):
        """The largest relative difference in the layer."""
        return max(part.max_difference for part in self.parts.values())


@dataclass(frozen=True, eq=False, repr=False)
class GradientCheck:
    """What `check_gradient` found.

    Attributes
    ----------
    loss : float
        The objective, penalty included.

    layers : tuple of LayerComparison

    n_on_kink : int
        Derivatives that could not be judged.
    """

    loss: float
    layers: tuple[LayerComparison, ...]
    n_on_kink: int

    @property
    def max_difference(self):
        """The largest relative difference in the network."""
        return max(layer.max_difference for layer in self.layers)

    def __repr__(self):
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


def check_gradient(estimator, X, y, sample_weight=None):
    """Compare the gradient that backpropagation gives with a numerical one.

    Of the objective that the estimator trains on these samples, with its penalty,
    class weights and scaling of targets: at the fitted weights, or at the initial
    ones if it is not fitted. Nothing is held out for early stopping. All is computed
    in float64, also for a float32 model.

    A numerical derivative takes four evaluations of the objective, so some dozens of
    samples and a small network are what this is for.

    Parameters
    ----------
    estimator : SimpleMLPClassifier or SimpleMLPRegressor
        It is not changed.

    X : {array-like, sparse matrix} of shape (n_samples, n_features)

    y : array-like of shape (n_samples,) or (n_samples, n_outputs)

    sample_weight : array-like of shape (n_samples,), default=None

    Returns
    -------
    check : GradientCheck
        Its `max_difference` is about 1e-9 where the gradient is right, and never far
        from 1e-6; an error in a formula makes it 1e-2 and more.

    Raises
    ------
    TypeError
        If `estimator` is not one of these two, as a Pipeline is not.
    ValueError
        If the data are not as `fit` wants them, or the objective is not finite.

    Notes
    -----
    The relative difference of a derivative is ::

        abs(analytic - numerical) / max(largest in its array, 1e-4 * largest of all)

    where the largest in its array is that of the layer's coefs, or of its intercepts,
    so that a layer with small derivatives counts as much as any other. The largest of
    all is that of every derivative, of the objective, and of the terms that a loss is
    the small difference of, y * (1 + z) with z the raw prediction: their rounding
    errors limit how small a derivative can be told from zero.

    Differences are central, at steps h and 2h, and accurate to fourth order. h is
    2**-10, and is made smaller while the two steps disagree, or while a step takes a
    sample across a kink (of relu, or of the absolute error), where differences say
    nothing about the derivative. If that happens at every h, down to 2**-25, the sample
    lies on the kink: the derivative is not judged, its numerical value is NaN, and it
    is counted in `n_on_kink`. With inputs of 1e7 and more, which should be scaled
    anyway, even the smallest step can be too large for the difference to be small.

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
    problem = make_problem(estimator, X, y, sample_weight)
    with np.errstate(over="ignore", invalid="ignore"):
        loss, gradient = loss_and_gradient(
            problem.parameters, *problem.samples, problem.objective
        )
        if not np.isfinite(loss):
            raise not_finite(loss)
        differences = Differences(problem, np.abs(gradient.flat).max())
        numerical = problem.parameters.view(
            np.array([differences.derivative(i) for i in range(gradient.flat.size)])
        )
    known = np.abs(numerical.flat[~np.isnan(numerical.flat)])
    floor = 1e-4 * max(differences.largest, known.max(initial=0))
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
    """The Comparison of layer i, or None where there are no intercepts."""
    if not analytic:
        return None
    analytic, numerical = analytic[i], numerical[i]
    both = np.abs([analytic, numerical])
    scale = max(both[np.isfinite(both)].max(initial=0), floor)
    difference = np.zeros_like(analytic)
    if scale > 0:
        difference = np.abs(analytic - numerical) / scale
    # A derivative that is not a number is as wrong as can be.
    difference[~np.isfinite(analytic)] = np.inf
    difference[np.isnan(numerical)] = np.nan
    return Comparison(analytic, numerical, difference)
