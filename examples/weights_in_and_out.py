"""Import and export weights with `from_coefs` and `to_sklearn`
===============================================================

A network is its weights. This script imports the weights of scikit-learn's MLP, trains
them further, and exports them again.
"""

# %%
# Import
# ------
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
    alpha=0,
    learning_rate_init=0.01,
    random_state=0,
)
difference = np.abs(ours.predict_proba(X) - theirs.predict_proba(X)).max()
print(f"imported: probabilities differ by {difference:.0e}")
assert difference < 1e-12

# %%
# Train further
# -------------
# `partial_fit` continues from the imported weights, for one epoch per call.
before = ours.score(X, y)
for _ in range(100):
    ours.partial_fit(X, y)
print(f"100 more epochs: loss {ours.loss_curve_[0]:.5f} to {ours.loss_:.5f}")
assert ours.loss_ < ours.loss_curve_[0]

# %%
# Export
# ------
back = ours.to_sklearn()
difference = np.abs(ours.predict_proba(X) - back.predict_proba(X)).max()
print(f"exported: {type(back).__name__}, probabilities differ by {difference:.0e}")
assert difference < 1e-12

# %%
# Conclusion
# ----------
# Predictions survive both conversions, up to rounding.
print(f"Accuracy {before:.3f} before, {back.score(X, y):.3f} after.")
