"""Settings: all that a page can set, checked as a whole."""

from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode

from .._fit.constraints import default_options
from ..classifier import SimpleMLPClassifier
from ..network import ACTIVATIONS, OPTIMIZERS
from ..regressor import SimpleMLPRegressor
from .controls import Axes, Choice, Control, Integer, Layers, Number, Penalty, Switch
from .datasets import DATASETS
from .refusal import Refusal

ESTIMATORS = {"classification": SimpleMLPClassifier, "regression": SimpleMLPRegressor}
OWN_DATA = {"csv": "Your own table", "points": "Drawn points"}
SQUARED = ("squared_error", "mean_squared_error", "sum_squared_error")
LOSSES_OF_TASK = {
    "classification": ("log_loss", *SQUARED),
    "regression": (*SQUARED, "absolute_error", "quantile", "huber", "poisson"),
}
MAX_UNITS = 16
MAX_ALPHA = 1e6
SEED = {"low": 0, "high": 2**32 - 1}


def _setting(default: Any, control: Control) -> Any:
    return field(default=default, metadata={"control": control})


@dataclass(frozen=True)
class Settings:
    """All settings of a playground. Options of the estimators have their names."""

    data: str = _setting(
        "moons",
        Choice(
            label="Data",
            help="A built-in data set, your own table, or points that you draw.",
            group="data",
            choices={name: d.label for name, d in DATASETS.items()} | OWN_DATA,
        ),
    )
    task: str = _setting(
        "classification",
        Choice(
            label="Task",
            help="Whether to predict classes or numbers.",
            group="data",
            choices={"classification": "Classification", "regression": "Regression"},
        ),
    )
    n_samples: int = _setting(
        300,
        Integer(
            label="Samples",
            help="Number of samples of a generated data set.",
            group="data",
            low=10,
            high=1000,
        ),
    )
    noise: float = _setting(
        0.2,
        Number(
            label="Noise",
            help="Noise of a generated data set.",
            group="data",
            low=0,
            high=1,
        ),
    )
    test_size: float = _setting(
        0.3,
        Number(
            label="Test share",
            help="Share of the samples that the network does not learn from.",
            group="data",
            low=0,
            high=0.9,
        ),
    )
    data_seed: int = _setting(
        0,
        Integer(
            label="Data seed",
            help="Another seed draws other samples, and splits them differently.",
            group="data",
            **SEED,
        ),
    )
    scale: bool = _setting(
        True,
        Switch(
            label="Scale inputs",
            help="Standardise the inputs, as StandardScaler does.",
            group="data",
        ),
    )
    features: tuple[str, str] | None = _setting(
        None,
        Axes(
            label="Axes",
            help="The features on the two axes. The others are held at their mean.",
            group="data",
            resets=False,
        ),
    )
    hidden_layer_sizes: tuple[int, ...] = _setting(
        (8, 8),
        Layers(
            label="Hidden layers",
            help="Number of units in each hidden layer.",
            group="network",
            max_layers=6,
            max_units=MAX_UNITS,
        ),
    )
    activation: str = _setting(
        "logistic",
        Choice(
            label="Activation",
            help="Activation function of the hidden layers.",
            group="network",
            choices={name: name for name in ACTIVATIONS},
        ),
    )
    random_state: int = _setting(
        0,
        Integer(
            label="Weights seed",
            help="Another seed draws other initial weights and shuffles differently.",
            group="network",
            **SEED,
        ),
    )
    loss: str = _setting(
        "log_loss",
        Choice(
            label="Loss",
            help="Loss function that training minimises.",
            group="training",
            choices={name: name for names in LOSSES_OF_TASK.values() for name in names},
            by_task=LOSSES_OF_TASK,
        ),
    )
    solver: str = _setting(
        "sgd",
        Choice(
            label="Solver",
            help="Algorithm that minimises the loss.",
            group="training",
            resets=False,
            choices={name: name for name in OPTIMIZERS},
        ),
    )
    learning_rate_init: float | str = _setting(
        "auto",
        Number(
            label="Learning rate",
            help="Length of the steps. 'auto' depends on the network.",
            group="training",
            resets=False,
            low=1e-6,
            high=1e6,
            words=("auto",),
        ),
    )
    batch_size: int | str = _setting(
        "auto",
        Integer(
            label="Batch size",
            help="Samples per minibatch. 'auto' means 32, 'full' all samples.",
            group="training",
            resets=False,
            low=1,
            high=10_000,
            words=("auto", "full"),
        ),
    )
    alpha: float | str = _setting(
        "auto",
        Penalty(
            label="Penalty",
            help="Strength of the L2 penalty on the weights (alpha).",
            group="training",
            resets=False,
            low=0,
            high=MAX_ALPHA,
            words=("0.1*auto", "0.3*auto", "auto", "3*auto", "10*auto"),
        ),
    )
    momentum: float | str = _setting(
        "auto",
        Number(
            label="Momentum",
            help="Momentum of sgd. 'auto' means 0.9 for classes, 0.99 for numbers.",
            group="training",
            resets=False,
            low=0,
            high=0.999,
            words=("auto",),
        ),
    )
    average: bool = _setting(
        True,
        Switch(
            label="Average",
            help="Show the average of the weights over the epochs, not the last ones.",
            group="training",
            resets=False,
        ),
    )
    epochs_per_frame: int = _setting(
        1,
        Integer(
            label="Epochs/picture",
            help="Number of epochs between two pictures while training plays.",
            group="training",
            resets=False,
            low=1,
            high=100,
        ),
    )

    def changed(self, changes: object) -> Self:
        """Return new settings with the changes of a page; raise Refusal if one is bad.

        The task follows a change of the data, the data follow a change of the task, and
        the loss suits both.
        """
        if not isinstance(changes, dict):
            raise Refusal("settings", "Settings must be an object of names and values.")
        for name in changes.keys() - CONTROLS.keys():
            raise Refusal(
                str(name),
                f"{name!r:.60} is no setting. Allowed: {', '.join(CONTROLS)}.",
            )
        new = {
            name: CONTROLS[name].check(name, value) for name, value in changes.items()
        }
        if new.get("data") in DATASETS:
            task = DATASETS[new["data"]].task
            if new.setdefault("task", task) != task:
                raise Refusal("task", f"The data set {new['data']} is for {task}.")
        elif self.data in DATASETS and "data" not in new:
            task = new.get("task", self.task)
            if task != self.task:
                new["data"] = next(n for n, d in DATASETS.items() if d.task == task)
        if new.get("data", self.data) != self.data:
            new.setdefault("features", None)
        losses = LOSSES_OF_TASK[new.get("task", self.task)]
        if "loss" in new and new["loss"] not in losses:
            raise Refusal(
                "loss",
                f"The loss must be one of {', '.join(losses)} for this task, got "
                f"{new['loss']!r}.",
            )
        if self.loss not in losses:
            new.setdefault("loss", losses[0])
        return replace(self, **new)

    def resets(self, other: "Settings") -> bool:
        """Return whether the change to `other` begins training anew."""
        return any(
            control.resets and getattr(self, name) != getattr(other, name)
            for name, control in CONTROLS.items()
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all settings by name."""
        return {name: getattr(self, name) for name in CONTROLS}

    def to_link(self, start: "Settings") -> str:
        """Return the settings that differ from those at the `start`, as a query."""
        different = {
            name: control.text(getattr(self, name))
            for name, control in CONTROLS.items()
            if getattr(self, name) not in (getattr(start, name), None)
        }
        return urlencode(different, quote_via=quote, safe=",")

    def estimator_options(self) -> dict[str, Any]:
        """Return the options of the estimator that are not its defaults."""
        defaults = default_options(ESTIMATORS[self.task])
        return {
            name: value
            for name, value in self.to_dict().items()
            if name in defaults and value != defaults[name] and value != _WORD.get(name)
        }


_WORD = {"momentum": "auto"}  # this one the estimators do not know

CONTROLS: dict[str, Control] = {f.name: f.metadata["control"] for f in fields(Settings)}


def parse_link(text: str) -> dict[str, Any]:
    """Return the settings, or whatever else, that a link holds as a query."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        raise Refusal("link", f"The link is no list of settings ({error}).") from error
    return {
        name: CONTROLS[name].parse(value) if name in CONTROLS else value
        for name, value in pairs
    }


def describe_settings() -> list[dict[str, Any]]:
    """Describe the controls of the page, in their order."""

    def describe(setting: Field[Any]) -> dict[str, Any]:
        control = setting.metadata["control"]
        return {"name": setting.name, "default": setting.default, **control.describe()}

    return [describe(setting) for setting in fields(Settings)]
