"""Too few epochs
==============

With infinite patience, training runs for exactly `max_iter` epochs, finished or not.
"""

# %%
# The mistake
# -----------
import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_circles
from sklearn.inspection import DecisionBoundaryDisplay

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import diagnose

X, y = make_circles(300, noise=0.1, factor=0.5, random_state=0)
training = {"n_iter_no_change": np.inf, "random_state": 0}
mistake = SimpleMLPClassifier((20,), max_iter=4, **training)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    mistake.fit(X, y)
print("Warnings of the fit:", *[warning.message for warning in caught] or ["none."])
diagnosis = diagnose(mistake, X, y)
print(diagnosis)

# %%
# The cure
# --------
cure = SimpleMLPClassifier((20,), max_iter=400, **training)
cure.fit(X, y)
print("\nAfter the cure:", *diagnose(cure, X, y).kinds or ["nothing found."])

# %%
# In one picture
# --------------
figure, axes = plt.subplots(1, 2, figsize=(8.4, 4), layout="constrained", sharey=True)
regions = {"levels": [0, 0.5, 1], "colors": ["#FCEBDC", "#9CC9E3"]}
for ax, network, name in zip(
    axes, (mistake, cure), ("4 epochs", "400 epochs"), strict=True
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
# `diagnose` continues the training on a copy, and finds that the loss still falls.
assert "too_few_epochs" in diagnosis.kinds
assert cure.score(X, y) > mistake.score(X, y)

figure.savefig("mistake_too_few_epochs.png", dpi=100)
plt.show()
