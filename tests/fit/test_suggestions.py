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
        (SimpleMLPClassifier, {"activation": "sigmod"}, "logistic"),
        (SimpleMLPClassifier, {"activation": "swish"}, "relu"),
        (SimpleMLPClassifier, {"activation": "SiLU"}, "relu"),
        (SimpleMLPClassifier, {"activation": "gelu"}, "relu"),
        (SimpleMLPClassifier, {"activation": "PReLU"}, "leaky_relu"),
        (SimpleMLPClassifier, {"activation": "hard_sigmoid"}, "logistic"),
        (SimpleMLPClassifier, {"activation": "Hardtanh"}, "tanh"),
        (SimpleMLPClassifier, {"activation": "softsign"}, "tanh"),
        (SimpleMLPClassifier, {"loss": "cross_entropi"}, "log_loss"),
        (SimpleMLPClassifier, {"activation": "Tanh"}, "tanh"),
        (SimpleMLPClassifier, {"activation": "LeakyReLU"}, "leaky_relu"),
        (SimpleMLPRegressor, {"loss": "pinball"}, "quantile"),
        (SimpleMLPRegressor, {"loss": "tweedie"}, "poisson"),
        (SimpleMLPRegressor, {"loss": "Gamma"}, "poisson"),
        (SimpleMLPRegressor, {"loss": "negative binomial"}, "poisson"),
        (SimpleMLPClassifier, {"loss": "cross entropy"}, "log_loss"),
        (SimpleMLPClassifier, {"solver": "l-bfgs"}, "lbfgs"),
        (SimpleMLPClassifier, {"scoring": "accuracy score"}, "accuracy"),
        (SimpleMLPClassifier, {"scoring": "acc"}, "accuracy"),
        (SimpleMLPRegressor, {"scoring": "r2_score"}, "r2"),
        (SimpleMLPRegressor, {"scoring": "MSE"}, "neg_mean_squared_error"),
        (SimpleMLPRegressor, {"scoring": "mae"}, "neg_mean_absolute_error"),
        (SimpleMLPRegressor, {"scoring": "rmse"}, "neg_root_mean_squared_error"),
        (SimpleMLPClassifier, {"engine": "numba"}, "compiled"),
        (SimpleMLPClassifier, {"solver": "RMSprop"}, "adam"),
        (SimpleMLPClassifier, {"solver": "adamw"}, "adam"),
        (SimpleMLPRegressor, {"loss": "mse"}, "mean_squared_error"),
        (SimpleMLPRegressor, {"loss": "MAE"}, "absolute_error"),
        (SimpleMLPRegressor, {"loss": "l1"}, "absolute_error"),
        (SimpleMLPRegressor, {"loss": "L1-loss"}, "absolute_error"),
        (SimpleMLPRegressor, {"loss": "log_cosh"}, "huber"),
        (SimpleMLPRegressor, {"loss": "LogCosh"}, "huber"),
        (SimpleMLPRegressor, {"loss": "log-cosh"}, "huber"),
        (SimpleMLPRegressor, {"init": "xavier"}, "glorot_uniform"),
        (SimpleMLPClassifier, {"init": "xavier_normal"}, "glorot_uniform"),
        (SimpleMLPClassifier, {"loss": "quadratic"}, "squared_error"),
        (SimpleMLPRegressor, {"loss": "L2"}, "squared_error"),
        (SimpleMLPRegressor, {"activation": "tansig"}, "tanh"),
        (SimpleMLPRegressor, {"activation": "logsig"}, "logistic"),
        (SimpleMLPRegressor, {"activation": "purelin"}, "identity"),
        (SimpleMLPRegressor, {"activation": "poslin"}, "relu"),
        *(
            (SimpleMLPRegressor, {"solver": name}, "lbfgs")
            for name in ("trainlm", "lm", "trainbr", "trainbfg", "trainscg")
        ),
        (SimpleMLPRegressor, {"solver": "Levenberg-Marquardt"}, "lbfgs"),
        (SimpleMLPRegressor, {"solver": "traingdm"}, "sgd"),
        (SimpleMLPRegressor, {"solver": "traingdx"}, "sgd"),
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


@pytest.mark.parametrize(("typo", "name"), [("huberr", "huber"), ("poison", "poisson")])
def test_a_typing_error_needs_no_reason(typo, name):
    with pytest.raises(ValueError, match=rf"Did you mean '{name}'\?$"):
        SimpleMLPRegressor(loss=typo).fit(X, Y)


@pytest.mark.parametrize("name", ["swish", "gelu", "softsign"])
def test_an_activation_of_another_library_may_be_registered(name):
    with pytest.raises(ValueError, match=r"Did you mean .* register it in this proc"):
        SimpleMLPRegressor(activation=name).fit(X, Y)


def test_why_huber_suits_other_losses():
    reason = r"Did you mean 'huber'\? It is quadratic up to huber_threshold, and linear"
    with pytest.raises(ValueError, match=reason):
        SimpleMLPRegressor(loss="log_cosh").fit(X, Y)


def test_why_poisson_suits_other_losses():
    reason = r"Did you mean 'poisson'\? It also suits positive or overdispersed"
    with pytest.raises(ValueError, match=reason):
        SimpleMLPRegressor(loss="tweedie").fit(X, Y)
    with pytest.raises(ValueError, match=r"Got 'tweedie' instead\. If it is"):
        SimpleMLPClassifier(loss="tweedie").fit(X, Y)


@pytest.mark.parametrize("loss", ["log_loss", "binary_crossentropy", "binomial"])
def test_log_loss_of_a_regressor(loss):
    hint = r"out_activation='logistic', or repeat each sample once per class for"
    with pytest.raises(ValueError, match=rf"'{loss}' instead\. For shares .*{hint}"):
        SimpleMLPRegressor(loss=loss).fit(X, Y)


@pytest.mark.parametrize("value", [95, 97.5, 1.5])
def test_percentages(value):
    model = SimpleMLPRegressor(loss="quantile", quantile=value)
    with pytest.raises(ValueError, match=rf"Write quantile={value / 100}\.$"):
        model.fit(X, Y)
    with pytest.raises(ValueError, match=rf"Write validation_fraction={value / 100}\."):
        SimpleMLPClassifier(validation_fraction=value).fit(X, Y)


@pytest.mark.parametrize("value", [0, 1, 100, -5, 250])
def test_what_is_no_percentage(value):
    with pytest.raises(ValueError, match=rf"Got {value} instead\.$"):
        SimpleMLPRegressor(loss="quantile", quantile=value).fit(X, Y)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("exposure", "Fit y / exposure, with sample_weight=exposure."),
        ("offset", "Fit y / exp(offset), with sample_weight=exp(offset)."),
    ],
)
def test_exposure(name, advice):
    message = re.escape(f"SimpleMLPRegressor.fit has no parameter '{name}'. {advice}")
    with pytest.raises(TypeError, match=f"^{message}$"):
        SimpleMLPRegressor(loss="poisson").fit(X, Y, **{name: Y})


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("lr", "learning_rate_init"),
        ("epochs", "max_iter"),
        ("hidden_layers", "hidden_layer_sizes"),
        ("batchsize", "batch_size"),
        ("seed", "random_state"),
        ("optimizers", "solver"),
        ("iterations", "max_iter"),
        ("epoch", "max_iter"),
        ("n_iter", "max_iter"),
        ("units", "hidden_layer_sizes"),
        ("neurons", "hidden_layer_sizes"),
        ("hidden_size", "hidden_layer_sizes"),
        ("step_size", "learning_rate_init"),
        ("penalty", "alpha"),
        ("l2_regularization", "alpha"),
        ("decay", "alpha"),
        ("size", "hidden_layer_sizes"),
        ("maxit", "max_iter"),
        ("criterion", "loss"),
        ("batch", "batch_size"),
        ("output_activation", "out_activation"),
        ("max_fail", "n_iter_no_change"),
        ("min_grad", "tol"),
        ("mc", "momentum"),
        ("transfer_function", "activation"),
        ("final_activation", "out_activation"),
        ("kernel_initializer", "init"),
        ("kernel_regularizer", "alpha"),
        ("lr_scheduler", "learning_rate"),
        ("hidden_dim", "hidden_layer_sizes"),
        ("val_split", "validation_fraction"),
        ("min_delta", "tol"),
        ("loss_fn", "loss"),
        ("rng", "random_state"),
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


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        *(
            (name, "Against overfitting, increase alpha or set early_stopping=True.")
            for name in ("dropout", "dropout_rate")
        ),
        *(
            (name, "fit takes the numbers of inputs and outputs from the data.")
            for name in ("input_dim", "output_size", "num_classes")
        ),
        (
            "n_layers",
            "Pass a size per hidden layer, as in hidden_layer_sizes=(50, 50) for two.",
        ),
        (
            "restore_best_weights",
            "early_stopping=True always keeps the best weights.",
        ),
        ("out_activation", "A classifier chooses its output activation itself."),
        ("linout", "Regressors have linear outputs, unless out_activation is set."),
        *(
            (name, "Pass X_val and y_val to fit, with early_stopping=True.")
            for name in ("validation_data", "eval_set")
        ),
        ("callback", "Call set_callbacks(...) before fit."),
        ("callbacks", "Call set_callbacks(...) before fit."),
        ("monitor", "Set early_stopping=True and scoring, or call set_callbacks(...)."),
        ("goal", "Set tol, or call set_callbacks(...) to stop at a given loss."),
        (
            "n_jobs",
            "Pass it to the search or cross_val_score, whose fits run in parallel.",
        ),
        *(
            (
                name,
                "Networks run on the CPU. For a GPU, use PyTorch, with skorch for its "
                "fit.",
            )
            for name in ("device", "gpu", "use_gpu")
        ),
        *(
            (
                name,
                "There is no batch normalisation. Put a StandardScaler before the "
                "network.",
            )
            for name in ("batch_norm", "batch_normalization")
        ),
        (
            "l1_ratio",
            "The penalty, alpha, is on squared weights only. To select inputs, use RFE "
            "with importance_getter.",
        ),
    ],
)
def test_names_without_an_equivalent(given, advice):
    message = f"SimpleMLPClassifier has no parameter '{given}'. {advice}"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        SimpleMLPClassifier(**{given: 0.5})
    with pytest.raises(ValueError, match=re.escape(advice)):
        SimpleMLPClassifier().set_params(**{given: 0.5})
    message = message.replace(" has", ".fit has")
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        SimpleMLPClassifier().fit(X, Y, **{given: 0.5})


def test_a_regressor_weighs_samples_instead_of_classes():
    message = (
        "SimpleMLPRegressor has no parameter 'class_weight'. Pass sample_weight to "
        "fit, to weigh the samples."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        SimpleMLPRegressor(class_weight="balanced")


def test_the_spread_of_predictions():
    model = SimpleMLPRegressor((2,), max_iter=0).fit(X, Y)
    message = (
        "SimpleMLPRegressor.predict has no parameter 'return_std'. Fit "
        "loss='quantile' at two quantiles, or a BaggingRegressor."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        model.predict(X, return_std=True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"learning_rate": 0.1},
            "must be one of 'adaptive', 'auto', 'constant', 'invscaling', 'settling'. "
            "Got 0.1 instead. Write learning_rate_init=0.1.",
        ),
        (
            {"hidden_layer_sizes": "10"},
            "Got '10' instead. Write (10,) for one layer of 10 units.",
        ),
        ({"max_iter": "100"}, "Got '100' instead. Write max_iter=100."),
        ({"max_iter": 100.0}, "Got 100.0 instead. Write max_iter=100."),
        (
            {"learning_rate_init": "0.1"},
            "Got '0.1' instead. Write learning_rate_init=0.1.",
        ),
        (
            {"n_iter_no_change": "inf"},
            "Got 'inf' instead. Write n_iter_no_change=float('inf').",
        ),
        (
            {"hidden_layer_sizes": 10, "activation": 5},
            "Got 5 instead. For two hidden layers, write (10, 5).",
        ),
        (
            {"activation": "softmax"},
            "Got 'softmax' instead. Softmax is for outputs: with three or more "
            "classes, SimpleMLPClassifier has it there already.",
        ),
        (
            {"init": "zeros"},
            "Got 'zeros' instead. Initial weights must be random: if they are equal, "
            "all units of a layer stay equal, and learn the same.",
        ),
        *(
            (
                {"init": name},
                f"'uniform'. Got '{name}' instead. The nearest is 'lecun_uniform', the "
                "default; for relu, He's weights are sqrt(2) times as large. Pass "
                "coefs_init to start from them.",
            )
            for name in ("he_normal", "Kaiming_uniform")
        ),
        ({"hidden_layer_sizes": (10.0,)}, "layer, such as (10,), got (10.0,)."),
        ({"early_stopping": 1}, "must be True or False. Got 1 instead."),
        ({"verbose": "2"}, "must be True or False or an int in the range [0, inf)."),
        (
            {"alpha": -1},
            "must be 'auto', a multiple of it such as '3*auto' or a float in the range "
            "[0.0, inf).",
        ),
        ({"solver": "x"}, "must be one of 'adam', 'lbfgs', 'sgd'. Got 'x' instead."),
        (
            {"scoring": "speed"},
            "must be 'loss', a name in sklearn.metrics.get_scorer_names(), a callable "
            "or None. Got 'speed' instead.",
        ),
    ],
)
def test_what_is_allowed_instead_of_a_value(given, message):
    """The order of the names is not the order of a set, which changes."""
    with pytest.raises(ValueError, match=f"{re.escape(message)}( |$)"):
        SimpleMLPClassifier(**given).fit(X, Y)


def test_the_weights_of_he_are_as_large_as_the_hint_says():
    X, y = np.eye(200), np.arange(200) % 2
    model = SimpleMLPClassifier(300, "relu", max_iter=0, random_state=0).fit(X, y)
    assert model.init == "lecun_uniform"
    he = np.sqrt(2 / 200)  # "Delving deep into rectifiers", 2015, equation 10
    assert np.sqrt(2) * model.coefs_[0].std() == pytest.approx(he, rel=0.01)


def test_the_hint_is_for_the_parameter_that_is_wrong_first():
    estimator = SimpleMLPClassifier(alpha=-1, learning_rate=0.1, solver="adamw")
    with pytest.raises(ValueError, match=r"'alpha' .* Got -1 instead\.$"):
        estimator.fit(X, Y)


def test_nothing_is_suggested_for_nonsense():
    for name in ("zzzzqqq", "rates", "validation"):
        with pytest.raises(TypeError, match=f"no parameter '{name}'. The parameters"):
            SimpleMLPClassifier(**{name: 1})
    with pytest.raises(ValueError, match=r"Got 'zzzzqqq' instead\.$"):
        SimpleMLPClassifier(init="zzzzqqq").fit(X, Y)
    for value in (-1, 1.5, "-1", "1.5", "abc", "inf", "nan"):
        with pytest.raises(ValueError, match=f"Got {value!r} instead\\.$"):
            SimpleMLPClassifier(max_iter=value).fit(X, Y)
    for value in (10**400, [1.0], None):
        with pytest.raises(ValueError, match=r" instead\.$"):
            SimpleMLPClassifier(alpha=value).fit(X, Y)
    with pytest.raises(ValueError, match=r"Got 5 instead\.$"):
        SimpleMLPClassifier((10,), 5).fit(X, Y)


def test_an_unknown_name_without_a_hint_lists_the_parameters():
    with pytest.raises(TypeError) as error:
        SimpleMLPRegressor(zzzzqqq=1)
    listed = ", ".join(sorted(SimpleMLPRegressor().get_params()))
    assert str(error.value).endswith(f"'zzzzqqq'. The parameters are {listed}.")


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
        ("zzzzqqq", " The parameters are X, y, sample_weight, {others}."),
    ],
)
def test_names_in_methods(method, given, hint):
    """The signatures are as they were, for scikit-learn to inspect."""
    model = SimpleMLPClassifier()
    fit = getattr(model, method)
    others = {"fit": "X_val, y_val, sample_weight_val", "partial_fit": "classes"}
    hint = hint.format(others=others[method])
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


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_a_missing_argument_is_named_with_the_estimator(method):
    message = (
        rf"^SimpleMLPRegressor\.{method}: missing .* 'y'\. The parameters are X, y,"
    )
    with pytest.raises(TypeError, match=message):
        getattr(SimpleMLPRegressor(), method)(X)


def test_fit_of_a_class_instead_of_an_estimator():
    for method, given in (("fit", {"X": X, "y": Y}), ("predict", {"X": X})):
        arguments = ", ".join(given)
        message = re.escape(
            f"{method} must be called on an estimator, not on its class. Create one "
            f"with parentheses, as in SimpleMLPClassifier().{method}({arguments})."
        )
        with pytest.raises(TypeError, match=f"^{message}$"):
            getattr(SimpleMLPClassifier, method)(*given.values())
        with pytest.raises(TypeError, match=f"^{message}$"):
            getattr(SimpleMLPClassifier, method)(**given)


@pytest.mark.parametrize("method", ["predict", "hidden_activations"])
@pytest.mark.parametrize(
    ("args", "problem"),
    [((), "missing .* 'X'"), ((X, Y), "too many positional arguments")],
)
def test_wrong_arguments_are_shown_with_the_estimator(method, args, problem):
    with pytest.raises(TypeError, match=rf"^SimpleMLPRegressor\.{method}: {problem}"):
        getattr(SimpleMLPRegressor(), method)(*args)


def test_another_type_error_in_a_method_stays():
    class Broken:
        def __array__(self, dtype=None, copy=None):
            raise TypeError("no array")

    model = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf).fit(X, Y)
    with pytest.raises(TypeError, match="no array"):
        model.predict(Broken())
