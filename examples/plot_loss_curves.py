"""Loss curves: which learning rate, and when to stop
=====================================================

`LossCurveDisplay` draws the loss of each epoch. This example compares learning rates,
then shows a network that overfits and the epoch that early stopping returns to.
"""

# %%
# Which learning rate?
# --------------------
# Four networks start from the same weights and differ only in their learning rate. The
# display names the networks of a list by the parameters in which they differ.
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
rates.ax_.set_title("Breast cancer: training at four learning rates")

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
# A large network learns sixty noisy points, and early stopping monitors its loss on a
# hundred others. Infinite patience is for the picture only: it lets training continue
# past the best epoch.
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
overfitted = clone(stopping).set_params(early_stopping=False, scoring=None)
stopping.fit(X, y, X_val=X_val, y_val=y_val)
overfitted.fit(X, y)
moons = LossCurveDisplay.from_estimator(stopping)
moons.ax_.set_title("Noisy moons: the network overfits after the best epoch")

print(f"\n{'Noisy moons, 5000 new points':30}{'log-loss':>10}{'accuracy':>10}")
for when, network in [
    (f"after the best epoch, {stopping.best_epoch_}", stopping),
    (f"after all {overfitted.n_iter_} epochs", overfitted),
]:
    loss = log_loss(y_new, network.predict_proba(X_new))
    print(f"{when:30}{loss:10.3f}{network.score(X_new, y_new):10.1%}")

# %%
# Conclusion
# ----------
# A good learning rate is the largest at which the loss still falls steadily; a tenth of
# it needs about ten times as many epochs. The training loss does not show when to stop,
# since it keeps falling. The validation loss rises once the network learns noise and
# becomes overconfident.
losses, validation_losses = stopping.loss_curve_, stopping.history_["validation_loss"]
print(
    f"From the best epoch to the last the training loss falls from "
    f"{losses[stopping.best_epoch_ - 1]:.2f} to {losses[-1]:.2f},\n"
    f"the validation loss rises from {min(validation_losses):.2f} to "
    f"{validation_losses[-1]:.2f}."
)

rates.figure_.savefig("loss_curves.png", dpi=100)
moons.figure_.savefig("early_stopping.png", dpi=100)
plt.show()
