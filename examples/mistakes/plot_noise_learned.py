"""The network learns the noise
============================

A large network without a penalty fits every one of forty noisy points, and is
certain where it should not be.
"""

# %%
# The mistake
# -----------
import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import make_moons
from sklearn.inspection import DecisionBoundaryDisplay

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import diagnose

X_train, y_train = make_moons(40, noise=0.4, random_state=1)
X, y = make_moons(300, noise=0.4, random_state=2)  # new samples
training = {"solver": "adam", "random_state": 0}
mistake = SimpleMLPClassifier((100,), "relu", alpha=0, **training)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    mistake.fit(X_train, y_train)
print("Warnings of the fit:", *[warning.message for warning in caught] or ["none."])
diagnosis = diagnose(mistake, X, y)
print(diagnosis)

# %%
# The cure
# --------
cure = SimpleMLPClassifier((100,), "relu", alpha=0.3, **training)
cure.fit(X_train, y_train)
print("\nAfter the cure:", *diagnose(cure, X, y).kinds or ["nothing found."])

# %%
# In one picture
# --------------
figure, axes = plt.subplots(1, 2, figsize=(8.4, 4), layout="constrained", sharey=True)
regions = {"levels": [0, 0.5, 1], "colors": ["#FCEBDC", "#9CC9E3"]}
for ax, network, name in zip(
    axes, (mistake, cure), ("alpha=0", "alpha=0.3"), strict=True
):
    DecisionBoundaryDisplay.from_estimator(
        network, X_train, response_method="predict_proba", ax=ax, **regions
    )
    for label, color, marker in ((0, "#D55E00", "o"), (1, "#0072B2", "^")):
        style = {"color": color, "marker": marker, "edgecolor": "white"}
        points = X_train[y_train == label].T
        ax.scatter(*points, s=45, label=f"class {label}, training", **style)
    accuracy = f"accuracy {network.score(X, y):.2f} on new samples"
    ax.set_title(f"{name}: {accuracy}", fontsize=11)
    ax.set(xlabel="First input", ylabel="Second input")
    ax.label_outer()
figure.suptitle("diagnose: " + ", ".join(diagnosis.kinds[:3]), fontsize=11)
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)

# %%
# Conclusion
# ----------
# Overfitting shows on new samples only.
assert "overfitting" in diagnosis.kinds
assert cure.score(X, y) > mistake.score(X, y)

figure.savefig("mistake_noise_learned.png", dpi=100)
plt.show()
