"""Given weights: those of the options and of the fitted attributes, checked.

Users may set both, `coefs_init` and `intercepts_init` as well as `coefs_` and
`intercepts_`. They are in the units of y.
"""

from itertools import chain, pairwise

import numpy as np

from ..network import Parameters
from ..network.parameters import TRANSPOSED, first_not_real

FITTED = ("coefs_", "intercepts_")
"""The fitted attributes that hold weights."""


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
        fitted_dtype(estimator, given),
        estimator.fit_intercept,
    )
    _insert(targets, parameters, given)
    return parameters


def fitted_dtype(estimator, weights=None):
    """Return the dtype in which the training of a fitted estimator continues.

    `weights` are its fitted weights by name, if they are at hand.
    """
    earlier = estimator._continuation
    if earlier is not None:
        return earlier.state.parameters.flat.dtype
    weights = weights or _fitted_weights(estimator)
    arrays = chain(*filter(None, weights.values()))
    is_single = all(array.dtype == np.float32 for array in arrays)
    return np.dtype(np.float32 if is_single else np.float64)


def weights_to_predict_with(estimator):
    """Return the fitted coefs and intercepts, contiguous and in one dtype.

    They may have been edited. Pruned networks predict: hidden layers may have any
    number of units, if the layers fit each other, the inputs and the outputs.
    """
    weights = {name: _arrays(name, getattr(estimator, name)) for name in FITTED}
    if not _fit_together(estimator, *weights.values()):
        weights = _fitted_weights(estimator)  # which raises
    return [*_in_one_dtype(estimator, weights).values()]


def _fit_together(estimator, coefs, intercepts):
    """Return whether the shapes are those of a network with these hidden layers."""
    n_outputs = estimator._targets.n_outputs
    hidden = [intercept.size for intercept in intercepts[:-1]]
    sizes = [estimator.n_features_in_, *hidden, n_outputs]
    return (
        len(hidden) == len(estimator._architecture.hidden_layer_sizes)
        and [coef.shape for coef in coefs] == [*pairwise(sizes)]
        and [intercept.shape for intercept in intercepts] == [(n,) for n in sizes[1:]]
    )


def weights_to_save(estimator):
    """Return the weights by name; raise ValueError if they cannot be saved."""
    weights = _in_one_dtype(estimator, _fitted_weights(estimator))
    for name, arrays in weights.items():
        _check_finite(name, arrays)
    return weights


def check_finite_weights(estimator):
    """Raise ValueError if a fitted coef or intercept is not finite."""
    for name, arrays in zip(FITTED, weights_to_predict_with(estimator), strict=True):
        _check_finite(name, arrays)


def _fitted_weights(estimator):
    """Return `coefs_` and `intercepts_`, which may have been edited."""
    targets, sizes = estimator._targets, estimator._architecture.hidden_layer_sizes
    of_coefs = [*pairwise((estimator.n_features_in_, *sizes, targets.n_outputs))]
    shapes = of_coefs, [shape[1:] for shape in of_coefs]
    return {
        name: _checked(name, getattr(estimator, name), expected, targets)
        for name, expected in zip(FITTED, shapes, strict=True)
    }


def _in_one_dtype(estimator, weights):
    """Return fitted weights in the network's dtype, contiguous; copy only if needed."""
    dtype = fitted_dtype(estimator, weights)
    return {
        name: [_converted(array, dtype) for array in arrays]
        for name, arrays in weights.items()
    }


def _converted(array, dtype):
    if array.dtype == dtype and array.flags.c_contiguous:
        return array  # as in almost every prediction
    with np.errstate(over="ignore"):
        return np.asarray(array, dtype, order="C")


def _arrays(name, given, expected=None):
    """Return the arrays of an attribute or option, which must hold real numbers."""
    try:
        arrays = [np.asarray(array) for array in given]
    except (RuntimeError, TypeError, ValueError) as error:  # no list of arrays
        raise ValueError(f"{_requirement(name, expected)}, got {given!r}.") from error
    if found := first_not_real(name, arrays):
        raise ValueError(
            f"{name} must hold finite numbers for every layer, got {found}. Replace it "
            "with numbers."
        )
    return arrays


def _requirement(name, shapes):
    of_shapes = "" if shapes is None else f" of shapes {shapes}"
    return f"{name} must be a list of arrays{of_shapes}, one per layer"


def _checked(name, given, expected, targets):
    """Return the arrays of an attribute or option, of the `expected` shapes."""
    arrays = _arrays(name, given, expected)
    shapes = [array.shape for array in arrays]
    if shapes != expected:
        hint = _hint_on_shapes(name, shapes, expected, targets)
        raise ValueError(f"{_requirement(name, expected)}, got {shapes}.{hint}")
    _check_finite(name, arrays)
    return arrays


def _check_finite(name, arrays):
    """Raise ValueError unless all numbers are finite."""
    for layer, array in enumerate(arrays):
        if not np.isfinite(array).all():
            index = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
            raise ValueError(
                f"{name} must hold finite numbers, got {array[index]} at "
                f"{name}[{layer}][{', '.join(map(str, index))}], in {array.dtype}. "
                "Replace it with a finite number."
            )


def _hint_on_shapes(name, shapes, expected, targets):
    """Return the likely cause of shapes that are not the expected ones, or ""."""
    if [shape[::-1] for shape in shapes] == expected:
        return f" {TRANSPOSED}"
    *earlier, (*fan_in, _) = expected
    n_given = shapes[-1][-1] if shapes and shapes[-1] else 0
    have_classes = targets.are_labels and not targets.multilabel
    if have_classes and shapes == [*earlier, (*fan_in, n_given)]:
        n_classes = len(targets.classes)
        if n_classes == n_given == 2:
            return (
                " Two classes share one output, which is positive for the last class: "
                "subtract the weights of the first class from those of the last."
            )
        if name not in FITTED:
            return _hint_on_classes(n_classes, n_given)
    if name == "coefs_" and all(len(shape) == 2 for shape in shapes):
        return (
            " To change the layers, make a new estimator: from_coefs(coefs, "
            "intercepts, activation=...)."
        )
    return ""


def _hint_on_classes(n_classes, n_given):
    """Return what to do with initial weights for another number of classes."""
    if n_classes < n_given:
        return (
            f" y has {n_classes} class{'es' * (n_classes > 1)}, and the weights "
            f"{n_given} outputs. To train on rows that lack classes, use from_coefs("
            "coefs, intercepts, classes=..., warm_start=True).fit(X, y), with the "
            "sorted labels of all outputs."
        )
    if n_given == 1:
        return (
            f" y has {n_classes} classes. Two classes share one output: put a column "
            "of zeros before it in the last of coefs, and a 0 before the last "
            "intercept. Then insert a column and a number for each new class, in the "
            "order of the sorted labels."
        )
    return (
        f" y has {n_classes} classes: insert a column into the last of coefs, and a "
        "number into the last of intercepts, for each new class, in the order of the "
        "sorted labels."
    )


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
