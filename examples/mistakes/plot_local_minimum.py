"""Stuck in a local minimum
========================

Training only goes downhill. On exclusive or, a network with two hidden units gets stuck
from about half of all initial weights.
"""

# %%
# The mistake
# -----------
import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.inspection import DecisionBoundaryDisplay

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import diagnose

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([0, 1, 1, 0])
mistake = SimpleMLPClassifier((2,), random_state=1)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    mistake.fit(X, y)
print("Warnings of the fit:", *[warning.message for warning in caught] or ["none."])
diagnosis = diagnose(mistake, X, y)
print(diagnosis)

# %%
# The cure
# --------
cure = SimpleMLPClassifier((2,), random_state=2)
cure.fit(X, y)
print("\nAfter the cure:", *diagnose(cure, X, y).kinds or ["nothing found."])

# %%
# In one picture
# --------------
figure, axes = plt.subplots(1, 2, figsize=(8.4, 4), layout="constrained", sharey=True)
regions = {"levels": [0, 0.5, 1], "colors": ["#FCEBDC", "#9CC9E3"]}
for ax, network, name in zip(
    axes, (mistake, cure), ("random_state=1", "random_state=2"), strict=True
):
    DecisionBoundaryDisplay.from_estimator(
        network, X, response_method="predict_proba", ax=ax, **regions
    )
    for label, color, marker in ((0, "#D55E00", "o"), (1, "#0072B2", "^")):
        style = {"color": color, "marker": marker, "edgecolor": "white"}
        ax.scatter(*X[y == label].T, s=45, label=f"class {label}", **style)
    ax.set_title(f"{name}: accuracy {network.score(X, y):.2f}", fontsize=11)
    ax.set(xlabel="First input", ylabel="Second input")
    ax.label_outer()
figure.suptitle("diagnose: " + ", ".join(diagnosis.kinds[:3]), fontsize=11)
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)

# %%
# Conclusion
# ----------
# More epochs would change nothing. Try several values of `random_state`, or use more
# hidden units: ten succeed from almost all initial weights.
assert "local_minimum" in diagnosis.kinds
assert cure.score(X, y) > mistake.score(X, y)

figure.savefig("mistake_local_minimum.png", dpi=100)
plt.show()
