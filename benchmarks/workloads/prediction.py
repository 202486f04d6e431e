"""W6: how long a trained classifier takes to answer."""

import numpy as np

from cases import ENGINES, Agreement, Case, Required, Rival
from training import Training, ours

from .layers import standardised_digits

# Of one row, a prediction is repeated this often, to be long enough to time.
N_CALLS = 200


def trained(chosen):
    """The chosen rivals, with the same weights."""
    X, y = standardised_digits(quick=False)
    training = Training(X, y, (100,), n_epochs=5, batch_size=32, learning_rate=0.1)
    networks = {
        engine: ours(training, engine).fit(X, y)
        for engine in ENGINES
        if engine in chosen
    }
    first = next(iter(networks.values()))
    if "scikit-learn" in chosen:
        networks["scikit-learn"] = first.to_sklearn()
    if "PyTorch" in chosen:
        import peers

        networks["PyTorch"] = peers.TorchMLP.of(training).with_module(
            first.coefs_, first.intercepts_
        )
    return networks, X


def calls(predict, X, n_calls):
    """A function that predicts `n_calls` times."""

    def run():
        for _ in range(n_calls):
            predict(X)

    return run


def predict(chosen, quick):
    """W6."""
    networks, digits = trained(chosen)
    rng = np.random.RandomState(0)
    n_rows, n_calls = (20_000, 20) if quick else (1_000_000, N_CALLS)
    many = digits[rng.randint(len(digits), size=n_rows)]
    probabilities = {
        name: lambda network=network: [network.predict_proba(many[:1000])]
        for name, network in networks.items()
    }
    labels = {
        name: lambda network=network: [network.predict(many[:1000])]
        for name, network in networks.items()
    }
    one_row = {
        name: Rival(calls(network.predict, many[:1], n_calls), n_calls)
        for name, network in networks.items()
    }
    all_rows = {
        name: Rival(calls(network.predict, many, 1))
        for name, network in networks.items()
    }
    agreements = [
        Agreement("probabilities, 1000 rows", probabilities, tolerance=1e-12),
        Agreement("labels, 1000 rows", labels, tolerance=1e-15),
    ]
    return [
        Case(
            "W6",
            name,
            "call",
            rivals,
            repeats=repeats,
            agreements=agreements if name == "one row" else [],
            required=[Required(e, "scikit-learn", at_least=least) for e in ENGINES],
            note="PyTorch's predict is two lines that check nothing.",
        )
        for name, rivals, repeats, least in (
            ("one row", one_row, 15, 2),
            (f"{n_rows} rows", all_rows, 5, 1.2),
        )
    ]
