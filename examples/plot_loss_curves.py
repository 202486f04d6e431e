"""Loss curves: which learning rate, and when to stop.

A fit keeps the loss of each epoch in `history_`. `LossCurveDisplay` draws it: first to
compare learning rates, then to see a network learn its samples by heart, and early
stopping take the weights from before it did.

``--save DIR`` saves the pictures in a folder instead of showing them.
"""

# %%
# Which learning rate?
# --------------------
# The same network, the same start, four rates. A list of estimators is labelled by what
# they differ in.
import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, make_moons
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier
from sknn_simple.plotting import LossCurveDisplay

X, y = load_breast_cancer(return_X_y=True)
networks = [
    make_pipeline(
        StandardScaler(),
        SimpleMLPClassifier(
            (10,),
            learning_rate_init=rate,
            max_iter=40,
            n_iter_no_change=np.inf,
            random_state=0,
        ),
    ).fit(X, y)
    for rate in (0.001, 0.01, 0.1, 1.0)
]
rates = LossCurveDisplay.from_estimators(networks, log_scale=True)
rates.ax_.set_title("Breast cancer: loss at four learning rates")

print("Breast cancer, training loss")
for pipeline in networks:
    network = pipeline[-1]
    print(
        f"learning rate {network.learning_rate_init:<6} after 10 epochs "
        f"{network.loss_curve_[9]:.3f}, after 40 {network.loss_:.3f}"
    )

# %%
# When to stop?
# -------------
# Sixty noisy points, a large network, and a hundred more points for early stopping to
# look at; ``scoring="loss"`` has their loss watched. The infinite patience is for the
# picture only: it lets us see what comes after the best epoch.
X, y = make_moons(60, noise=0.4, random_state=1)
X_val, y_val = make_moons(100, noise=0.4, random_state=0)
X_new, y_new = make_moons(5000, noise=0.4, random_state=2)
stopping = SimpleMLPClassifier(
    (100,),
    activation="relu",
    solver="adam",
    learning_rate_init=0.01,
    alpha=0,
    early_stopping=True,
    scoring="loss",
    max_iter=300,
    n_iter_no_change=np.inf,
    random_state=0,
)
going_on = clone(stopping).set_params(early_stopping=False, scoring=None)
stopping.fit(X, y, X_val=X_val, y_val=y_val)
going_on.fit(X, y)
moons = LossCurveDisplay.from_estimator(stopping)
moons.ax_.set_title("Noisy moons: what is learned by heart does not last")

print(f"\n{'Noisy moons, 5000 new points':30}{'log-loss':>10}{'right':>8}")
for when, network in [
    (f"after the best epoch, {stopping.best_epoch_}", stopping),
    (f"after all {going_on.n_iter_} epochs", going_on),
]:
    loss = log_loss(y_new, network.predict_proba(X_new))
    print(f"{when:30}{loss:10.3f}{network.score(X_new, y_new):8.1%}")

# %%
# Conclusion
# ----------
# A good rate is the largest at which the loss still falls steadily; a tenth of it needs
# about ten times as many epochs. The training loss alone can't tell when to stop, since
# it falls all the time. The held-out loss turns where the network begins to learn
# noise, and becomes ever surer of answers that are no better, or worse.
losses, validation_losses = stopping.loss_curve_, stopping.history_["validation_loss"]
print(
    f"From the best epoch to the last the training loss falls from "
    f"{losses[stopping.best_epoch_ - 1]:.2f} to {losses[-1]:.2f},\n"
    f"the held-out loss rises from {min(validation_losses):.2f} to "
    f"{validation_losses[-1]:.2f}."
)

parser = argparse.ArgumentParser(description="Loss curves and early stopping.")
parser.add_argument("--save", type=Path, metavar="DIR", help="where to save pictures")
folder = parser.parse_known_args()[0].save
if folder is None:
    plt.show()
else:
    rates.figure_.savefig(folder / "loss_curves.png", dpi=100)
    moons.figure_.savefig(folder / "early_stopping.png", dpi=100)
