"""Weights from elsewhere, and out again: `from_coefs` and `to_sklearn`.

A network is its weights. Those of scikit-learn's MLP become one of ours, which is
trained on, and goes back.
"""

# %%
# In
# --
import numpy as np
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier

X, y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
theirs = MLPClassifier((8,), activation="tanh", alpha=0.1, solver="lbfgs")
theirs.set_params(max_iter=1000, random_state=0).fit(X, y)
ours = SimpleMLPClassifier.from_coefs(
    theirs.coefs_,
    theirs.intercepts_,
    classes=theirs.classes_,
    activation="tanh",
    random_state=0,
)
difference = np.abs(ours.predict_proba(X) - theirs.predict_proba(X)).max()
print(f"in: probabilities differ by {difference:.0e}")
assert difference < 1e-12

# %%
# On
# --
# `partial_fit` goes on from there, an epoch a call.
before = ours.score(X, y)
for _ in range(100):
    ours.partial_fit(X, y)
print(f"100 epochs more: loss {ours.loss_curve_[0]:.3f} to {ours.loss_:.3f}")
assert ours.loss_ < ours.loss_curve_[0]

# %%
# Out
# ---
back = ours.to_sklearn()
difference = np.abs(ours.predict_proba(X) - back.predict_proba(X)).max()
print(f"out: a {type(back).__name__}, whose probabilities differ by {difference:.0e}")
assert difference < 1e-12

# %%
# Conclusion
# ----------
print(f"Accuracy {before:.3f} before, {back.score(X, y):.3f} after.")
