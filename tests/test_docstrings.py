"""Public docstrings agree with the signatures, the constraints and each other."""

import ast
import inspect
import re
import typing
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from sklearn.utils._param_validation import StrOptions

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor, datasets, network

ESTIMATORS = [SimpleMLPClassifier, SimpleMLPRegressor]

# What both estimators have under the same name, with a meaning of its own in each.
DIFFERENT = {
    "Parameters": {
        "loss",
        "alpha",
        "learning_rate_init",
        "momentum",
        "early_stopping",
        "scoring",
    },
    "Attributes": {"coefs_", "intercepts_", "loss_"},
}


def entries(documented, section):
    """Return a section of a numpydoc docstring: {name: (type, description)}."""
    text = re.sub(r"\s*\\\n\s*", " ", documented.__doc__)  # continued lines
    _, found, text = inspect.cleandoc(text).partition(
        f"{section}\n{'-' * len(section)}"
    )
    assert found, f"{documented.__name__} has no section {section}"
    text = re.split(r"\n\n.*\n---", text)[0]
    documented_entries = {}
    for head, description in re.findall(r"^(\S.*)\n((?:\n*    .*)*)", text, re.M):
        names, _, kind = head.partition(" : ")
        for name in names.split(", "):
            documented_entries[name] = kind, inspect.cleandoc(description)
    return documented_entries


def public_functions():
    """Return the functions of the data sets, and the methods of the estimators."""
    functions = {name: getattr(datasets, name) for name in datasets.__all__}
    for estimator in ESTIMATORS:
        for cls in estimator.__mro__:
            if cls.__module__.startswith("sknn_simple"):
                for name in vars(cls):
                    method = getattr(estimator, name)
                    # scikit-learn adds set_fit_request and its kin to each class.
                    if callable(method) and not re.match(r"_|set_\w+_request", name):
                        functions[f"{estimator.__name__}.{name}"] = method
    return functions


DOCUMENTED = {**{e.__name__: e for e in ESTIMATORS}, **public_functions()}


def fitted(estimator):
    """Return a fitted estimator with every attribute that it can have."""
    X = pd.DataFrame({"a": [0.0, 1, 2, 3] * 5, "b": [1.0, 0, 1, 0] * 5})
    return estimator(3, max_iter=2, n_iter_no_change=float("inf")).fit(X, X["b"])


@pytest.mark.parametrize("section", DIFFERENT)
def test_the_estimators_describe_what_they_share_in_the_same_words(section):
    classifier, regressor = (entries(e, section) for e in ESTIMATORS)
    shared = classifier.keys() & regressor.keys()
    assert len(shared) > 12
    differing = {name for name in shared if classifier[name] != regressor[name]}
    assert differing == DIFFERENT[section]


@pytest.mark.parametrize("documented", DOCUMENTED.values(), ids=DOCUMENTED)
def test_parameters_are_documented_with_their_defaults(documented):
    signature = inspect.signature(documented)
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    parameters = {
        stars.get(parameter.kind, "") + name: parameter.default
        for name, parameter in signature.parameters.items()
        if name != "self"
    }
    if not parameters:
        assert "Parameters\n" not in documented.__doc__
        return
    section = entries(documented, "Parameters")
    assert list(section) == list(parameters)
    for name, default in parameters.items():
        kind, description = section[name]
        _, found, value = " ".join(kind.split()).partition(", default=")
        assert bool(found) == (default is not inspect.Parameter.empty), name
        if found:
            assert ast.literal_eval(value) == default, name
        assert description.strip().endswith("."), name


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_options_are_documented_annotated_and_allowed_alike(estimator):
    hints = typing.get_type_hints(estimator.__init__)
    del hints["return"]
    section = entries(estimator, "Parameters")
    assert hints.keys() == section.keys() == estimator._parameter_constraints.keys()
    for name, hint in hints.items():
        if name == "scoring":  # any scorer's name
            continue
        annotated = {
            option
            for literal in (hint, *typing.get_args(hint))
            if typing.get_origin(literal) is typing.Literal
            for option in typing.get_args(literal)
        }
        allowed = {
            option
            for constraint in estimator._parameter_constraints[name]
            if isinstance(constraint, StrOptions)
            for option in constraint.options
        }
        documented = set(re.findall(r"'(\w+)'", section[name][0]))
        assert annotated == allowed == documented, name


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_fitted_attributes_are_documented_and_declared(estimator):
    model = fitted(estimator)
    attributes = {
        name: getattr(model, name)
        for name in dir(model)
        if name.endswith("_") and not name.startswith("_")
    }
    assert attributes.keys() == entries(estimator, "Attributes").keys()
    assert {"coefs_", "loss_curve_", "feature_names_in_"} <= attributes.keys()
    hints = typing.get_type_hints(estimator)
    for name, value in attributes.items():
        if not isinstance(getattr(estimator, name, None), property):
            hint = hints[name]
            kind = list if typing.get_origin(hint) is list else hint
            assert isinstance(value, kind), name


def test_see_also_leads_back():
    packages = ("", ".inspection", ".model_selection", ".plotting")
    modules = [import_module(f"sknn_simple{package}") for package in packages]
    public = {
        name: getattr(module, name) for module in modules for name in module.__all__
    }
    related = {
        name: {other.split(" ")[0].split(".")[-1] for other in entries(o, "See Also")}
        for name, o in public.items()
        if "See Also\n" in (o.__doc__ or "")
    }
    assert len(related) > 8
    for name, others in related.items():
        for other in others & public.keys():
            assert name in related[other], (name, other)


def test_a_module_of_the_network_uses_only_the_ones_before_it():
    """In the order of the package's docstring, which lists all but the engines."""
    folder = Path(network.__file__).parent
    order = re.findall(r"`(\w+)`", network.__doc__)
    known = set()
    for name in order:
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                names = [node.module] if node.module else [n.name for n in node.names]
                assert set(names) <= known, name
        known.add(name)
    others = {path.stem for path in folder.glob("*.py")} - known
    assert others == {"__init__", "engines"}
