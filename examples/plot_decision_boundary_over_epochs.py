"""The decision boundary of a network while it learns
=====================================================

No straight line separates two interleaved half moons. This example trains a network
with ten hidden neurons and draws its predictions after more and more epochs, with
scikit-learn's `DecisionBoundaryDisplay`.
"""

# %%
# Train, draw, continue training
# ------------------------------
# With ``warm_start=True`` each `fit` continues where the previous one ended. Scaling
# gives both inputs equal influence.
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from sklearn.datasets import make_moons
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier

EPOCHS = [1, 20, 60, 100, 200, 1000]
COLORS = ["#D55E00", "#0072B2"]
SHADES = LinearSegmentedColormap.from_list("shades", ["#E69E66", "white", "#66AAD1"])

X, y = make_moons(200, noise=0.15, random_state=0)
X = StandardScaler().fit_transform(X)


def draw(ax, network, epoch):
    """Draw the predictions of the network, and the moons."""
    shades = DecisionBoundaryDisplay.from_estimator(
        network,
        X,
        response_method="predict_proba",
        levels=np.linspace(0, 1, 22),
        cmap=SHADES,
        ax=ax,
    )
    ax.contour(
        shades.xx0,
        shades.xx1,
        shades.response,
        levels=[0.5],
        colors="black",
        linewidths=1.5,
    )
    for label, (color, marker) in enumerate(zip(COLORS, "o^", strict=True)):
        style = {"color": color, "marker": marker, "edgecolor": "white"}
        moon = X[y == label]
        ax.scatter(*moon.T, s=28, linewidth=0.6, label=f"moon {label}", **style)
    accuracy = network.score(X, y)
    ax.set(xticks=[], yticks=[], aspect="equal")
    ax.set_title(
        f"{epoch} epoch{'s' if epoch > 1 else ''}: {accuracy:.1%} correct", fontsize=11
    )
    print(
        f"after {epoch:4} epochs: log-loss {network.loss_:.3f}, {accuracy:.1%} correct"
    )
    return shades


figure, axes = plt.subplots(2, 3, figsize=(8.6, 5.4), layout="constrained")
network = SimpleMLPClassifier(
    (10,),
    learning_rate_init=0.2,
    n_iter_no_change=np.inf,
    warm_start=True,
    random_state=0,
)
for ax, before, epoch in zip(axes.flat, [0, *EPOCHS], EPOCHS, strict=False):
    network.set_params(max_iter=epoch - before).fit(X, y)
    shades = draw(ax, network, epoch)

figure.legend(
    *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2
)
for ax in axes[-1]:
    ax.set_xlabel("First input, standardised")
for ax in axes[:, 0]:
    ax.set_ylabel("Second input, standardised")
bar = figure.colorbar(shades.surface_, ax=axes, shrink=0.7, ticks=[0, 0.5, 1])
bar.set_label("Predicted probability of moon 1")

# %%
# Conclusion
# ----------
# The initial weights determine the boundary after one epoch. It soon becomes almost a
# straight line, because sigmoids are almost linear as long as weights are small. The
# boundary bends only once the weights have grown, and it takes many more epochs to
# follow the gap between the moons.
print(
    "The boundary is straight at first and bends once the weights have grown.\nAfter "
    f"{EPOCHS[-1]} epochs the largest weight is {np.abs(network.coefs_[0]).max():.1f}."
)

figure.savefig("decision_boundary_over_epochs.png", dpi=100)
plt.show()
