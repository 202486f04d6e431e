"""Targets that the output cannot reach
====================================

A relu output is never negative. Half of these targets are.
"""

# %%
# The mistake
# -----------
import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import make_friedman1
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPRegressor
from sknn_simple.inspection import diagnose

X, y = make_friedman1(400, noise=1, random_state=0)
X, y = StandardScaler().fit_transform(X), (y - y.mean()) / y.std()
mistake = SimpleMLPRegressor(out_activation="relu", random_state=0)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    mistake.fit(X, y)
print("Warnings of the fit:", *[warning.message for warning in caught] or ["none."])
diagnosis = diagnose(mistake, X, y)
print(diagnosis)

# %%
# The cure
# --------
cure = SimpleMLPRegressor(random_state=0).fit(X, y)
print("\nAfter the cure:", *diagnose(cure, X, y).kinds or ["nothing found."])
scores = [network.score(X, y) for network in (mistake, cure)]

# %%
# In one picture
# --------------
figure, axes = plt.subplots(1, 2, figsize=(8.4, 4), layout="constrained", sharey=True)
for ax, network, name, score in zip(
    axes, (mistake, cure), ("relu output", "identity output"), scores, strict=True
):
    ax.axline((0, 0), slope=1, color="grey", linewidth=1)
    ax.scatter(y, network.predict(X), s=14, color="#0072B2")
    ax.set_title(f"{name}: R² {score:.2f}", fontsize=11)
    ax.set(xlabel="Target", ylabel="Prediction")
    ax.label_outer()
figure.suptitle("diagnose: " + ", ".join(diagnosis.kinds[:3]), fontsize=11)

# %%
# Conclusion
# ----------
# The identity output, which is the default, predicts any number.
assert "targets_out_of_range" in diagnosis.kinds
assert scores[1] > scores[0]

figure.savefig("mistake_targets_out_of_range.png", dpi=100)
plt.show()
