"""Most relus are dead
===================

A step that is too long can push a relu below 0 for every sample. Its derivative is
then 0 as well, and it never learns again.
"""

# %%
# The mistake
# -----------
import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import make_circles
from sklearn.inspection import DecisionBoundaryDisplay

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import diagnose

X, y = make_circles(300, noise=0.1, factor=0.5, random_state=0)
training = {"alpha": 1e-4, "average": False, "random_state": 3}
mistake = SimpleMLPClassifier((20,), "relu", learning_rate_init=2.0, **training)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    mistake.fit(X, y)
print("Warnings of the fit:", *[warning.message for warning in caught] or ["none."])
diagnosis = diagnose(mistake, X, y)
print(diagnosis)

# %%
# The cure
# --------
cure = SimpleMLPClassifier((20,), "relu", learning_rate_init=0.1, **training)
cure.fit(X, y)
print("\nAfter the cure:", *diagnose(cure, X, y).kinds or ["nothing found."])

# %%
# In one picture
# --------------
figure, axes = plt.subplots(1, 2, figsize=(8.4, 4), layout="constrained", sharey=True)
regions = {"levels": [0, 0.5, 1], "colors": ["#FCEBDC", "#9CC9E3"]}
for ax, network, name in zip(
    axes, (mistake, cure), ("Rate 2", "Rate 0.1"), strict=True
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
# A lower rate keeps the units alive. tanh units cannot die.
assert "dead_units" in diagnosis.kinds
assert cure.score(X, y) > mistake.score(X, y)

figure.savefig("mistake_dead_relus.png", dpi=100)
plt.show()
