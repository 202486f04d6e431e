"""W9: sparse rows, which are never made dense."""

import numpy as np
from scipy import sparse
from sklearn.preprocessing import OneHotEncoder

from cases import ENGINES, Case, Required
from training import Training, agreement, fits


def words(n_samples):
    """Rows with 1 % of 5,000 words."""
    return sparse.random(n_samples, 5000, 0.01, "csr", random_state=0)


def categories(n_samples):
    """Rows of 20 categories of 10 values each, one-hot."""
    codes = np.random.RandomState(0).randint(10, size=(n_samples, 20))
    return OneHotEncoder().fit_transform(codes)


CASES = ((words, 200), (words, 32), (categories, 32))


def sparse_rows(chosen, quick):
    """W9; the categories, which fit into memory, also as dense rows."""
    chosen = [name for name in chosen if name in (*ENGINES, "scikit-learn")]
    n_samples = 500 if quick else 10_000
    y = np.random.RandomState(1).randint(2, size=n_samples)
    cases = []
    for table, batch_size in CASES:
        training = Training(
            table(n_samples),
            y,
            hidden_layer_sizes=(100,),
            n_epochs=1 if quick else 3,
            batch_size=batch_size,
            learning_rate=0.01,
            momentum=0.9,
            alpha=1e-4,
        )
        few = training.but(X=training.X[:1000], y=y[:1000]).as_checked(n_epochs=2)
        rivals = fits(training, chosen, {})
        if table is categories:
            dense = fits(training.but(X=training.X.toarray()), chosen, {})
            rivals |= {f"{name}, dense": rival for name, rival in dense.items()}
        cases.append(
            Case(
                "W9",
                f"{table.__name__}, batches of {batch_size}",
                "epoch",
                rivals,
                repeats=5,
                agreements=[agreement("weights, 1000 rows", few, chosen)],
                required=[
                    Required("compiled", "scikit-learn", at_least=2),
                    Required("numpy", "scikit-learn", at_least=1),
                    Required("compiled", "compiled, dense", at_least=1),
                ],
            )
        )
    return cases
