"""The network inside an estimator: itself, or the last step of a Pipeline.

Pipelines may be nested: the functions follow last steps inwards to the network.
"""

import copy
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ._base import BaseSimpleMLP

INNER_ESTIMATORS = {
    "best_estimator_": "Pass its best_estimator_.",
    "regressor_": "Pass its regressor_, and transformed targets.",
    "calibrated_classifiers_": (
        "Pass its calibrated_classifiers_[0].estimator, and the samples of its fit."
    ),
    "estimators_": "Pass one of its estimators_, and the samples of its fit.",
    "estimator_": "Pass its estimator_, and the samples of its fit.",
}
"""Advice, by the attribute that holds the estimator inside another one."""


def final_network(
    estimator: Any, *, inherited_fit: bool = False
) -> BaseSimpleMLP | None:
    """Return the network that an estimator is or ends in, or None if there is none.

    `inherited_fit` rejects subclasses of Pipeline and of the networks that override
    `fit`, since their `fit` may do more than train the network.
    """
    for pipeline, _ in _last_steps(estimator):
        if inherited_fit and type(pipeline).fit is not Pipeline.fit:
            return None
        estimator = pipeline.steps[-1][1]
    if not isinstance(estimator, BaseSimpleMLP):
        return None
    if inherited_fit and type(estimator).fit is not BaseSimpleMLP.fit:
        return None
    return estimator


def fitted_network(estimator: Any) -> BaseSimpleMLP:
    """Return the fitted network that an estimator is or ends in, or raise."""
    network = final_network(estimator)
    if network is None:
        got, advice = type(estimator).__name__, ""
        for pipeline, _ in _last_steps(estimator):
            got += f" that ends in {type(pipeline.steps[-1][1]).__name__}"
        if isinstance(estimator, type):
            got = f"the class {estimator.__name__}"
            advice = f" Create it first, {estimator.__name__}(), and fit it."
        else:
            holders = [name for name in INNER_ESTIMATORS if hasattr(estimator, name)]
            advice = f" {INNER_ESTIMATORS[holders[0]]}" if holders else ""
        raise TypeError(
            "estimator must be a SimpleMLPClassifier, a SimpleMLPRegressor, or a "
            f"Pipeline that ends in one, got {got}.{advice}"
        )
    check_is_fitted(network)
    return network


def replace_network(estimator: Any, network: BaseSimpleMLP) -> Any:
    """Return the estimator with `network` in place of its own network.

    Pipelines are copied; their other steps are shared, not copied.
    """
    for pipeline, name in reversed(list(_last_steps(estimator))):
        outer = copy.copy(pipeline)
        outer.steps = [*pipeline.steps[:-1], (name, network)]
        network = outer
    return network


def parameter_prefix(estimator: Any) -> str:
    """Return the prefix of the network's parameters in `estimator.get_params()`.

    It is 'mlp__' for a Pipeline whose last step is called 'mlp', and '' for a network.
    """
    return "".join(f"{name}__" for _, name in _last_steps(estimator))


def network_input(estimator: Any, X: Any) -> Any:
    """Transform `X` with the steps before the network of a fitted estimator."""
    for pipeline, _ in _last_steps(estimator):
        if len(pipeline.steps) > 1:
            X = pipeline[:-1].transform(X)
    return X


def steps_before_network(estimator: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and the transformer of each step before the network, in order.

    Steps of nested Pipelines are included, and 'passthrough' is left out.
    """
    for pipeline, _ in _last_steps(estimator):
        yield from _transformers(pipeline.steps[:-1])


def _transformers(steps):
    for name, step in steps:
        if isinstance(step, Pipeline):
            yield from _transformers(step.steps)
        elif step is not None and step != "passthrough":
            yield name, step


def has_step(
    estimator: Any, classes: tuple[type, ...], option: str | None = None
) -> bool:
    """Return whether a step before the network, or a part of one, is of these classes.

    Parts are the transformers in a ColumnTransformer, for instance. If an `option` is
    named, it must be switched on.
    """
    parts = (
        part
        for pipeline, _ in _last_steps(estimator)
        for part in pipeline.get_params().values()
    )
    return any(
        isinstance(part, classes) and (option is None or part.get_params()[option])
        for part in parts
    )


def input_names(estimator: Any) -> list[str]:
    """Name the inputs of the network that a fitted estimator is or ends in.

    The names are its `feature_names_in_`, else those that the steps before it give
    their outputs if these differ from each other, else x1, x2, ...
    """
    network = fitted_network(estimator)
    names = getattr(network, "feature_names_in_", None)
    if names is None:
        # Steps that cannot name their outputs lack `get_feature_names_out`.
        with suppress(AttributeError):
            names = _names_after_steps(estimator)
    if names is None or len(set(names)) < len(names):
        names = _numbered(network.n_features_in_)
    return [str(name) for name in names]


def _names_after_steps(estimator):
    names = None
    for pipeline, _ in _last_steps(estimator):
        if len(pipeline.steps) > 1:
            if names is None and not hasattr(pipeline, "feature_names_in_"):
                # scikit-learn counts from x0. Texts have no number of features.
                n_features = getattr(pipeline, "n_features_in_", None)
                names = n_features and _numbered(n_features)
            names = pipeline[:-1].get_feature_names_out(names)
    return names


def _numbered(n_features):
    return [f"x{i}" for i in range(1, n_features + 1)]


def _last_steps(estimator):
    """Yield each Pipeline, from the outside in, with the name of its last step."""
    while isinstance(estimator, Pipeline) and estimator.steps:
        name, last = estimator.steps[-1]
        yield estimator, name
        estimator = last
