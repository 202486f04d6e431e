"""W1 and W2: the tutorials' networks, so small that overhead is nearly all."""

from functools import partial

import loops
from cases import (
    AS_FAST_AS_A_BARE_LOOP,
    ENGINES,
    Agreement,
    Case,
    Required,
    Rival,
    faster,
)
from sknn_simple.datasets import load_four_people, load_soft_targets
from training import Training, agreement, fits, learned

# The network that scikit-learn has in place of the tutorials'.
AS_SCIKIT_LEARN = {
    "sigmoid_output": False,
    "fit_intercept": True,
    "init": "glorot_uniform",
}
NOTE = (
    "scikit-learn has no sigmoid output under squared error: it trains with {}. "
    "Rivals that would take minutes run for fewer epochs; times are per epoch."
)


def toy(loop, training, as_scikit_learn, chosen, fewer, n_checked):
    """Rivals and agreements; `fewer` has the epochs of rivals that do fewer."""
    exact = [name for name in chosen if name != "scikit-learn"]
    rivals = fits(training, exact, fewer)
    checked = training.as_checked(n_epochs=n_checked)
    same = learned(checked, exact)
    if "NumPy loop" in chosen:
        rivals["NumPy loop"] = Rival(partial(loop, training), training.n_epochs)
        same["NumPy loop"] = partial(loop, checked)
    if "scikit-learn" in chosen:
        rivals |= fits(as_scikit_learn, ["scikit-learn"], fewer)
    like_theirs = as_scikit_learn.as_checked(n_epochs=100)
    against = [name for name in chosen if name in (*ENGINES, "scikit-learn")]
    agreements = [
        Agreement(f"weights, {n_checked} epochs", same),
        agreement("weights in the network of scikit-learn's", like_theirs, against),
    ]
    return rivals, agreements


def soft_targets(chosen, quick):
    """W1: all rows at once. The tutorial's rate 1 is 4 for the mean of four rows."""
    X, y = load_soft_targets(return_X_y=True)
    training = Training(
        X,
        y,
        hidden_layer_sizes=(4,),
        n_epochs=1000 if quick else 100_000,
        batch_size=4,
        learning_rate=4.0,
        shuffle=False,
        init="uniform",
        fit_intercept=False,
        sigmoid_output=True,
    )
    as_scikit_learn = training.but(learning_rate=0.1, **AS_SCIKIT_LEARN)
    fewer = {"scikit-learn": 10_000, "PyTorch": 1500, "skorch": 300}
    fewer = {name: n // 20 if quick else n for name, n in fewer.items()}
    rivals, agreements = toy(
        loops.soft_targets, training, as_scikit_learn, chosen, fewer, n_checked=500
    )
    return [
        Case(
            "W1",
            "soft targets",
            "epoch",
            rivals,
            repeats=7,
            agreements=agreements,
            required=[
                *faster(numpy=5, compiled=100, jax=4),
                Required("numpy", "NumPy loop", at_most=1.25),
                Required("compiled", "NumPy loop", at_least=12),
                AS_FAST_AS_A_BARE_LOOP,
            ],
            note=NOTE.format("an identity output and biases"),
        )
    ]


def people(chosen, quick):
    """W2: the tutorial's rate 0.1 is 0.2, since our squared error is half of its."""
    X, y = load_four_people(return_X_y=True)
    training = Training(
        X,
        y,
        hidden_layer_sizes=(2,),
        n_epochs=50 if quick else 1000,
        batch_size=1,
        learning_rate=0.2,
        init="normal",
        sigmoid_output=True,
    )
    as_scikit_learn = training.but(**AS_SCIKIT_LEARN)
    fewer = {"PyTorch": 200, "skorch": 100}
    fewer = {name: n // 10 if quick else n for name, n in fewer.items()}
    rivals, agreements = toy(
        loops.people, training, as_scikit_learn, chosen, fewer, n_checked=100
    )
    cases = [
        Case(
            "W2",
            "four people",
            "epoch",
            rivals,
            repeats=15,
            agreements=agreements,
            required=faster(numpy=6, compiled=200),
            note=NOTE.format("log-loss"),
        )
    ]
    if "compiled" in chosen:
        fast = [name for name in chosen if name in ("compiled", "JAX", "C++ loop")]
        long = training.but(n_epochs=10 * training.n_epochs)
        cases.append(
            Case(
                "W2",
                "four people, ten times as long",
                "epoch",
                fits(long, fast, {}),
                repeats=15,
                required=[AS_FAST_AS_A_BARE_LOOP],
                note="Here a fit's checks of its input, which the loops do without, "
                "take a small part of the time.",
            )
        )
    return cases
