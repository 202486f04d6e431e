"""Choose the learning rate and the number of epochs in one search
==================================================================

A network that trains for 25 epochs passes all smaller numbers of epochs on its way.
`EpochSearchCV` scores it there, so a search over the number of epochs costs no more
training than its longest fit, and yields the whole curve.
"""

# %%
# The search
# ----------
# The grid has every number of epochs up to 25 at three learning rates. `GridSearchCV`
# would train 75 networks per fold, `EpochSearchCV` trains three. The score is the
# negative log-loss, which gets worse when a network becomes overconfident.
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
# The results
# -----------
# `validation_curves_` holds the scores of each learning rate by epoch and fold.
print("rate    best epoch    log-loss there    after the last epoch")
for curve in search.validation_curves_:
    losses = -curve["mean_test_score"]
    rate, best = curve["params"]["mlp__learning_rate_init"], losses.argmin()
    print(f"{rate:<8}{curve['epoch'][best]:10}{losses[best]:18.4f}{losses[-1]:24.4f}")

display = EpochSearchDisplay.from_estimator(search)
display.ax_.set_title("Breast cancer: learning rate and number of epochs")

# %%
# Conclusion
# ----------
# At the highest rate the network is best after a few epochs and then slowly gets worse.
# At the lowest it is still improving after 25. The search refits the best candidate on
# all training samples.
chosen = search.best_params_
curves = {c["params"]["mlp__learning_rate_init"]: c for c in search.validation_curves_}
best_epochs = [curves[rate]["mean_test_score"].argmax() + 1 for rate in rates]
assert best_epochs == sorted(best_epochs, reverse=True)
print(
    f"\nBest: {chosen['mlp__max_iter']} epochs at a learning rate of "
    f"{chosen['mlp__learning_rate_init']}. Log-loss on test samples: "
    f"{-search.score(X_test, y_test):.4f}."
)

display.figure_.savefig("epoch_search.png", dpi=100)
plt.show()
