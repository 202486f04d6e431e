"""Misnamed options and values get a suggestion."""

import inspect
import re

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

X, Y = np.eye(4), np.array([0, 1, 0, 1])


@pytest.mark.parametrize(
    ("kind", "given", "meant"),
    [
        (SimpleMLPClassifier, {"activation": "sigmoid"}, "logistic"),
        (SimpleMLPClassifier, {"activation": "Tanh"}, "tanh"),
        (SimpleMLPClassifier, {"activation": "LeakyReLU"}, "leaky_relu"),
        (SimpleMLPRegressor, {"loss": "pinball"}, "quantile"),
        (SimpleMLPClassifier, {"loss": "cross entropy"}, "log_loss"),
        (SimpleMLPClassifier, {"solver": "l-bfgs"}, "lbfgs"),
        (SimpleMLPClassifier, {"scoring": "accuracy score"}, "accuracy"),
        (SimpleMLPClassifier, {"engine": "numba"}, "compiled"),
        (SimpleMLPRegressor, {"loss": "mse"}, "mean_squared_error"),
        (SimpleMLPRegressor, {"loss": "MAE"}, "absolute_error"),
        (SimpleMLPRegressor, {"init": "xavier"}, "glorot_uniform"),
    ],
)
def test_values(kind, given, meant):
    [(name, value)] = given.items()
    estimator = kind(**given)
    message = rf"'{name}' parameter.*'{value}'.*Did you mean '{meant}'\?"
    for method in ("fit", "partial_fit"):
        if name != "solver" or method == "fit":
            with pytest.raises(ValueError, match=message):
                getattr(estimator, method)(X, Y)
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)


def test_an_activation_of_several():
    estimator = SimpleMLPClassifier((3, 3), ("relu", "sigmoid"))
    with pytest.raises(ValueError, match=r"'sigmoid'.*Did you mean 'logistic'\?"):
        estimator.fit(X, Y)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("lr", "learning_rate_init"),
        ("epochs", "max_iter"),
        ("hidden_layers", "hidden_layer_sizes"),
        ("batchsize", "batch_size"),
        ("seed", "random_state"),
    ],
)
def test_names(given, meant):
    message = rf"SimpleMLPRegressor has no parameter '{given}'\. Did you mean '{meant}'"
    with pytest.raises(TypeError, match=message):
        SimpleMLPRegressor(**{given: 1})


def test_names_in_set_params():
    model = SimpleMLPRegressor()
    message = r"Invalid parameter 'lr' .* Did you mean 'learning_rate_init'"
    with pytest.raises(ValueError, match=message):
        model.set_params(lr=1)
    with pytest.raises(ValueError, match=r"Invalid parameter 'zzzzqqq' .*\.$"):
        model.set_params(zzzzqqq=1)
    assert model.set_params(alpha=0.5).alpha == 0.5


def test_a_rate_is_no_schedule():
    message = (
        r"'learning_rate' .*Got 0\.1 instead\. A rate is given as learning_rate_init"
    )
    with pytest.raises(ValueError, match=message):
        SimpleMLPClassifier(learning_rate=0.1).fit(X, Y)


def test_nothing_is_suggested_for_nonsense():
    with pytest.raises(TypeError, match=r"no parameter 'zzzzqqq'\.$"):
        SimpleMLPClassifier(zzzzqqq=1)
    with pytest.raises(ValueError, match=r"Got 'zzzzqqq' instead\.$"):
        SimpleMLPClassifier(activation="zzzzqqq").fit(X, Y)
    with pytest.raises(ValueError, match=r"Got -1 instead\.$"):
        SimpleMLPClassifier(max_iter=-1).fit(X, Y)


def test_a_subclass_may_take_any_option():
    class Open(SimpleMLPClassifier):
        def __init__(self, **options):
            super().__init__((3,))
            self.options = options

    assert Open(anything=1).options == {"anything": 1}


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("epochs", " Did you mean 'max_iter', a parameter of the constructor?"),
        ("max_iter", " Pass it to the constructor."),
        ("sample_weights", " Did you mean 'sample_weight'?"),
        ("zzzzqqq", ""),
    ],
)
def test_names_in_methods(method, given, hint):
    """The signatures are as they were, for scikit-learn to inspect."""
    model = SimpleMLPClassifier()
    fit = getattr(model, method)
    message = f"SimpleMLPClassifier.{method} has no parameter '{given}'.{hint}"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        fit(X, Y, **{given: 3})
    parameters = inspect.signature(fit).parameters
    assert list(parameters)[:3] == ["X", "y", "sample_weight"]
    assert all(p.kind is not p.VAR_KEYWORD for p in parameters.values())


def test_a_method_of_a_subclass_may_take_any_name():
    class Open(SimpleMLPClassifier):
        def fit(self, X, y, **others):
            return super().fit(X, y)

    assert Open((2,)).fit(X, Y, anything=1).n_iter_ > 0
