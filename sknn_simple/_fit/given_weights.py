"""Given weights: those of the options and of the fitted attributes, checked.

Users may set both, `coefs_init` and `intercepts_init` as well as `coefs_` and
`intercepts_`. They are in the units of y.
"""

from itertools import chain, pairwise

import numpy as np

from ..network import Parameters
from ..network.parameters import TRANSPOSED


def insert_initial_weights(estimator, targets, parameters):
    """Write `coefs_init` and `intercepts_init`, if given, over the parameters."""
    coefs, intercepts = estimator.coefs_init, estimator.intercepts_init
    if coefs is None and intercepts is None:
        return
    if intercepts is not None and not estimator.fit_intercept:
        raise ValueError(
            "intercepts_init must be None with fit_intercept=False, got "
            f"{intercepts!r}."
        )
    given = {"coefs_init": coefs, "intercepts_init": intercepts}
    layout = parameters.coefs, parameters.intercepts
    for (name, arrays), parts in zip(given.items(), layout, strict=True):
        if arrays is not None:
            shapes = [part.shape for part in parts]
            given[name] = _checked(name, arrays, shapes, targets)
    _insert(targets, parameters, given)


def were_edited(estimator, targets, state):
    """Return whether the fitted weights are not those that this state published."""
    # A copy: arrays from a memory-mapped file are read-only.
    model = state.parameters.view(state.model_flat.copy())
    published = chain(*targets.fold(model))
    try:
        fitted = chain(estimator.coefs_, estimator.intercepts_)
        pairs = zip(published, fitted, strict=True)
        return not all(np.array_equal(array, other) for array, other in pairs)
    except (TypeError, ValueError):  # not as many arrays
        return True


def fitted_parameters(estimator, targets):
    """Return the fitted weights in the units of training."""
    given = _fitted_weights(estimator)
    coefs, intercepts = given.values()
    if not estimator.fit_intercept:
        if any(intercept.any() for intercept in intercepts):
            raise ValueError(
                f"intercepts_ must be zeros with fit_intercept=False, got {intercepts}."
            )
        given["intercepts_"] = None
    parameters = Parameters(
        [len(coefs[0]), *map(len, intercepts)],
        fitted_dtype(estimator),
        estimator.fit_intercept,
    )
    _insert(targets, parameters, given)
    return parameters


def fitted_dtype(estimator):
    """Return the dtype in which the training of a fitted estimator continues."""
    earlier = estimator._continuation
    if earlier is not None:
        return earlier.state.parameters.flat.dtype
    coefs = _fitted_weights(estimator)["coefs_"]
    is_single = all(coef.dtype == np.float32 for coef in coefs)
    return np.dtype(np.float32 if is_single else np.float64)


def _fitted_weights(estimator):
    """Return copies of `coefs_` and `intercepts_`, which may have been edited."""
    targets, sizes = estimator._targets, estimator._architecture.hidden_layer_sizes
    of_coefs = [*pairwise((estimator.n_features_in_, *sizes, targets.n_outputs))]
    shapes = {"coefs_": of_coefs, "intercepts_": [shape[1:] for shape in of_coefs]}
    return {
        name: _checked(name, getattr(estimator, name), expected, targets)
        for name, expected in shapes.items()
    }


def _checked(name, given, expected, targets):
    """Return copies of the arrays of an attribute, of the `expected` shapes."""
    required = f"{name} must be a list of arrays of shapes {expected}, one per layer"
    try:
        arrays = [np.array(array) for array in given]
    except (RuntimeError, TypeError, ValueError) as error:  # no list of arrays
        raise ValueError(f"{required}, got {given!r}.") from error
    shapes = [array.shape for array in arrays]
    if shapes != expected:
        hint = _hint_on_shapes(shapes, expected, targets)
        raise ValueError(f"{required}, got {shapes}.{hint}")
    if not all(a.dtype.kind in "fiub" and np.isfinite(a).all() for a in arrays):
        raise ValueError(f"{name} must hold finite numbers, got {given!r}.")
    return arrays


def _hint_on_shapes(shapes, expected, targets):
    """Return the likely cause of shapes that are not the expected ones, or ""."""
    if [shape[::-1] for shape in shapes] == expected:
        return f" {TRANSPOSED}"
    *earlier, (*fan_in, n_outputs) = expected
    n_classes = 0 if targets.classes is None else len(targets.classes)
    if (n_outputs, n_classes) == (1, 2) and shapes == [*earlier, (*fan_in, 2)]:
        return (
            " Two classes share one output, which is positive for the last class: "
            "subtract the weights of the first class from those of the last."
        )
    return ""


def _insert(targets, parameters, given):
    """Write coefs and intercepts (or None), given by name, over the parameters."""
    coefs, intercepts = given.values()
    # Numbers that overflow the dtype of X are rejected below.
    with np.errstate(over="ignore"):
        targets.unfold(coefs, intercepts)
        for arrays, parts in (
            (coefs, parameters.coefs),
            (intercepts, parameters.intercepts),
        ):
            for part, array in zip(parts, arrays or parts, strict=True):
                part[:] = array
    if not np.isfinite(parameters.flat).all():
        raise ValueError(
            f"{' and '.join(given)} must be finite in {parameters.flat.dtype.name}, "
            "the dtype of X, as given and after y is standardised."
        )
