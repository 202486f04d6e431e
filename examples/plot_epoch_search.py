"""Choosing the learning rate and the number of epochs, in one pass.

A network that is trained for 25 epochs has passed all smaller numbers on its way.
`EpochSearchCV` scores it there, so that a search over the number of epochs costs no
more than the longest training, and gives the whole curve besides.

``--save DIR`` saves the picture in a folder instead of showing it.
"""

# %%
# The search
# ----------
# Every number of epochs up to 25, at three rates, in five folds: `GridSearchCV` would
# train a network for each. The score is the log-loss, which also judges how sure the
# answers are, and falls when a network becomes too sure.
import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier
from sknn_simple.model_selection import EpochSearchCV
from sknn_simple.plotting import EpochSearchDisplay

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

network = SimpleMLPClassifier((20,), n_iter_no_change=np.inf, random_state=0)
pipeline = Pipeline([("scale", StandardScaler()), ("mlp", network)])
rates, epochs = [0.02, 0.1, 0.5], range(1, 26)
search = EpochSearchCV(
    pipeline,
    {"mlp__learning_rate_init": rates, "mlp__max_iter": list(epochs)},
    scoring="neg_log_loss",
    cv=5,
    every_epoch=True,
).fit(X_train, y_train)

# %%
# What it found
# -------------
# `validation_curves_` has the scores of each epoch and fold, for each rate.
print("rate    best epoch    log-loss there    after the last epoch")
for curve in search.validation_curves_:
    losses = -curve["mean_test_score"]
    rate, best = curve["params"]["mlp__learning_rate_init"], losses.argmin()
    print(f"{rate:<8}{curve['epoch'][best]:10}{losses[best]:18.4f}{losses[-1]:24.4f}")

display = EpochSearchDisplay.from_estimator(search)
display.ax_.set(
    title="Breast cancer: which rate, and how long?",
    ylabel="Minus log-loss, mean over held-out folds",
)

# %%
# Conclusion
# ----------
# A high rate gets there in a few epochs and then becomes too sure; a low one is still
# on its way. The chosen network is trained again on all the training samples.
chosen = search.best_params_
curves = {c["params"]["mlp__learning_rate_init"]: c for c in search.validation_curves_}
best_epochs = [curves[rate]["mean_test_score"].argmax() + 1 for rate in rates]
assert best_epochs == sorted(best_epochs, reverse=True)
print(
    f"\nChosen: {chosen['mlp__max_iter']} epochs at a rate of "
    f"{chosen['mlp__learning_rate_init']}. Log-loss on test samples: "
    f"{-search.score(X_test, y_test):.4f}."
)

parser = argparse.ArgumentParser(description="Choosing the rate and the epochs.")
parser.add_argument(
    "--save", type=Path, metavar="DIR", help="where to save the picture"
)
folder = parser.parse_known_args()[0].save
if folder is None:
    plt.show()
else:
    display.figure_.savefig(folder / "epoch_search.png", dpi=100)
