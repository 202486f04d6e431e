"""Advice: changes to try, without those that are in place already or cannot help."""

import math

import numpy as np
from scipy.stats import skew

from .._fit.neighbourhood import Neighbourhood
from .._fit.scaled_auto import factor_of_auto, stronger, weaker
from .._fit.scaling_advice import scaler_for
from .._fit.subsample import subsample
from ..network import ACTIVATIONS, OPTIMIZERS
from .notation import listed
from .other_units import have_unusual_values
from .outliers import outlying_features, wide_features
from .trial import FAR_BELOW

FAR_ABOVE = 100
"""How many times as high as the rate of 'auto' a rate must be to be the first cause."""

CLEARLY = 1.5
"""Ratio of two learning rates above which the advice is to try the other one."""


def one_of(*changes):
    """Join changes, each a text or None, as alternatives; repeated ones count once."""
    *others, last = dict.fromkeys(filter(None, changes))
    return "; or ".join(filter(None, ["; ".join(others), last])) + "."


def scale_inputs(evidence):
    """Advise to scale the inputs.

    A scaler that is there already was fitted in other units, or to other features.
    """
    if evidence.behind_scaler and evidence.are_others:
        return (
            "give each feature the unit that it had in training, and let the scaler of "
            "the Pipeline scale them all"
        )
    scaler = scaler_for(evidence.problem.samples.X)
    return f"scale the inputs, for instance with {scaler} in a Pipeline"


def inputs_to_scale(evidence):
    """Advise to scale the inputs, unless their means and deviations are moderate.

    As in the warnings of `fit`, they may be large together, but not by outliers alone.
    """
    mean, deviation, lowest, highest = evidence.inputs
    # A constant feature remains constant in all units.
    is_off_centre = (lowest < highest) & (abs(mean) > 10 * deviation)
    unscaled = (wide_features(evidence) | is_off_centre).any()
    if evidence.scaling.are_inputs_large:
        unscaled |= not outlying_features(evidence).any()
    return scale_inputs(evidence) if unscaled else None


def larger_inputs(evidence):
    """Advise to scale inputs that are small together."""
    return scale_inputs(evidence) if evidence.scaling.are_inputs_small else None


def smaller_weights(evidence):
    """Advise smaller initial weights, unless they are drawn as small as possible."""
    network = evidence.network
    if network.coefs_init is not None:
        return "smaller weights in coefs_init"
    if network.init != "glorot_uniform":
        return "smaller initial weights (init='glorot_uniform')"
    return "smaller weights in coefs_init" if evidence.record.is_untrained else None


def other_start(evidence, seed):
    """Advise other initial weights, of which those of a seed were the best."""
    network = evidence.network
    if network.coefs_init is None and network.intercepts_init is None:
        return f"another random_state, such as {seed}, the best of these"
    return (
        "random initial weights, without coefs_init and intercepts_init "
        f"(random_state={seed} was the best of these)"
    )


def lower_rate(evidence):
    """Advise a lower learning rate, if there is one.

    'auto' suits unscaled inputs, too: these are to be scaled instead.
    """
    if evidence.network.solver not in OPTIMIZERS or evidence.record.is_untrained:
        return None
    rate, auto = evidence.rate, evidence.automatic.rate
    if rate > CLEARLY * auto and evidence.network.learning_rate_init != "auto":
        return f"a lower learning_rate_init ('auto' gives {auto:.2g} here)"
    if inputs_to_scale(evidence) or rate < FAR_BELOW * auto:
        return None
    return f"a learning_rate_init well below {rate:.3g}, such as {rate / 10:.2g}"


def automatic_rate(evidence):
    """Advise the learning rate of 'auto', if the rate is clearly another one.

    Saturated units need larger steps to come back, unless such steps saturated them.
    """
    network, auto = evidence.network, evidence.automatic.rate
    if network.solver not in OPTIMIZERS or network.learning_rate_init == "auto":
        return None
    if evidence.record.is_untrained or inputs_to_scale(evidence):
        return None
    if evidence.rate < auto / CLEARLY:
        return f"learning_rate_init='auto', which gives {auto:.2g} here"
    return lower_rate(evidence) if evidence.rate > CLEARLY * auto else None


def far_lower_rate(evidence):
    """Advise a lower learning rate before all else, if it is far too high."""
    solver = evidence.network.solver
    if solver not in OPTIMIZERS or evidence.rate < FAR_ABOVE * evidence.automatic.rate:
        return None
    return lower_rate(evidence)


def lower_momentum(evidence):
    """Advise a lower momentum, if it is above all defaults."""
    network = evidence.network
    if (
        network.solver != "sgd"
        or network.momentum <= 0.99
        or evidence.record.is_untrained
    ):
        return None
    return f"a lower momentum than {network.momentum:g}, such as 0.9"


def higher_rate(evidence):
    """Advise a higher learning rate, unless the inputs are to be scaled first."""
    network = evidence.network
    if network.solver not in OPTIMIZERS or inputs_to_scale(evidence):
        return None
    if network.solver == "sgd" and network.learning_rate == "invscaling":
        return "learning_rate='constant', which does not lower the rate"
    rate, auto_rate = evidence.rate, evidence.automatic.rate
    is_auto = network.learning_rate_init == "auto"  # lower in calls of a few rows
    if rate < FAR_BELOW * auto_rate:
        if is_auto:
            return f"learning_rate_init={auto_rate:.2g}"
        return f"learning_rate_init='auto', which gives {auto_rate:.2g} here"
    auto = ", or 'auto'" if auto_rate > CLEARLY * rate and not is_auto else ""
    return f"a learning_rate_init of 3 to 10 times {rate:.3g}{auto}"


def more_units(evidence):
    """Advise more hidden units, if a layer has few."""
    few = any(A.shape[1] < 10 for A in evidence.activations)
    return "more hidden units" if few else None


def layers_of_tanh(evidence):
    """Advise two hidden layers of tanh, unless there are some."""
    functions = evidence.problem.functions
    if len(functions) > 1 and set(functions) == {ACTIVATIONS["tanh"]}:
        return None
    return "two hidden layers of tanh: hidden_layer_sizes=(100, 100), activation='tanh'"


def whitened(evidence):
    """Advise components of equal variance if the minor ones predict most, else None."""
    samples = evidence.problem.samples
    if Neighbourhood(samples).noise_in_minor_directions == 1:
        return None
    n_samples, n_features = samples.X.shape
    n_components = max(1, min(20, n_samples // 5, n_features))
    return (
        f"PCA({n_components}, whiten=True) before the network, since the directions in "
        "which the inputs vary least predict most"
    )


def to_spread_values(evidence):
    """Advise a transformation of skewed inputs, most of whose values are close."""
    X, _, _ = subsample(evidence.problem.samples)
    are_skewed = np.ptp(X, axis=0) > 0
    are_skewed[are_skewed] = np.abs(skew(X[:, are_skewed])) > 1
    names = names_of(evidence, are_skewed)
    transformer = "PowerTransformer in place of StandardScaler"
    return f"the logarithm of {names}; or {transformer}" if names else transformer


def larger_alpha(evidence):
    """Advise a stronger penalty, unless no penalty has acted yet.

    With more inputs than samples, most networks memorise, and 'auto' may be best.
    """
    if evidence.record.is_untrained:
        return None
    factor, alpha = factor_of_auto(evidence.network.alpha), evidence.network.alpha_
    if not alpha:
        return "a larger alpha"
    n_trained = evidence.record.n_trained or math.inf
    if factor == 1 and evidence.network.n_features_in_ > n_trained:
        return "the best alpha of a search, such as '0.3*auto', 'auto' and '3*auto'"
    if factor is not None:
        return f"a larger alpha, such as '{stronger(factor)}'"
    return f"a larger alpha, such as {3 * alpha:.2g} (three times the current value)"


def smaller_alpha(evidence):
    """Advise a weaker penalty, if there is one."""
    factor, alpha = factor_of_auto(evidence.network.alpha), evidence.network.alpha_
    if not alpha:
        return None
    if factor is not None:
        return f"a smaller alpha, such as '{weaker(factor)}'"
    return f"a smaller alpha than {alpha:.2g}"


def longer_training(evidence, n_epochs=None):
    """Advise to train longer: more epochs, and more patience if it was lost.

    Not if L-BFGS has converged, or early stopping would discard what they learn.
    """
    if evidence.training.is_held_back or evidence.network.stop_reason_ == "converged":
        return None
    if n_epochs is None:
        n_epochs = 5 * max(evidence.network.n_iter_, 20)
    # Two digits are enough.
    unit = 10 ** max(0, len(str(n_epochs)) - 2)
    epochs = f"max_iter={math.ceil(n_epochs / unit) * unit}"
    if evidence.record.ending.lost_patience:
        return f"n_iter_no_change=float('inf') with {epochs}"
    return f"more epochs ({epochs})"


def missing_weights(evidence):
    """Advise to pass the weights of the fit, unless there are some, or new samples."""
    if evidence.is_weighted or evidence.are_new:
        return None
    return "if the fit had a sample_weight, pass it to diagnose, too"


def earlier_samples(evidence):
    """Advise against forgetting, after calls that may have had different samples."""
    if not evidence.record.may_have_changed_samples:
        return None
    return (
        "if calls had different samples, train on the earlier and later ones together"
    )


def check_sensors(evidence):
    """Advise to check constant features that a scaler expects to vary."""
    stuck = evidence.excess.stuck
    if not stuck.any():
        return None
    are = "is" if stuck.sum() == 1 else "are"
    return (
        f"check {names_of(evidence, stuck)}, which {are} constant here, as from a "
        "broken sensor"
    )


def check_units(evidence):
    """Advise to check the units of features that are far from what a scaler returns."""
    mean, deviation, *_ = evidence.inputs
    found = evidence.excess.in_other_units & ~evidence.excess.stuck
    if not found.any():
        return None
    k = np.where(found, np.abs(mean) + deviation, 0).argmax()
    otherwise = ""
    if have_unusual_values(evidence)[k]:
        otherwise = " (or such values were rare or absent in training)"
    return (
        f"check the unit of {names_of(evidence, found)}: behind the scaler, the mean "
        f"is {mean[k]:.4g} and the deviation {deviation[k]:.4g}{otherwise}"
    )


def cover_range(evidence):
    """Advise to train on the range of features that are beyond it."""
    found = evidence.excess.beyond_training
    if not found.any():
        return None
    return (
        f"train on samples that cover such values of {names_of(evidence, found)}, and "
        "subtract a trend over time, as of a linear model, from y"
    )


def names_of(evidence, found):
    """Name the first features of a mask."""
    return listed(np.array(evidence.feature_names)[found])
