"""Exclusive or: why a network needs a hidden layer
===================================================

The target is "yes" if exactly one of two inputs is 1. No straight line separates the
four points, so a network without a hidden layer cannot learn them. Two hidden neurons
can: they map the points to places that a straight line separates.
"""

# %%
# Without a hidden layer, and with one
# ------------------------------------
# A network with ``hidden_layer_sizes=()`` is logistic regression: a sigmoid of one
# weighted sum. Its fit warns that it has learned nothing.
import warnings

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from sklearn.inspection import DecisionBoundaryDisplay

from sknn_simple import SimpleMLPClassifier
from sknn_simple.network import forward

COLORS = ["#D55E00", "#0072B2"]
SHADES = LinearSegmentedColormap.from_list("shades", ["#E69E66", "white", "#66AAD1"])

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([0, 1, 1, 0])

training = {
    "learning_rate_init": 0.5,
    "max_iter": 1000,
    "n_iter_no_change": np.inf,
    "alpha": 0,
    "random_state": 4,
}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    flat = SimpleMLPClassifier((), **training).fit(X, y)
print("Warning of the fit:", caught[0].message)
deep = SimpleMLPClassifier((2,), **training).fit(X, y)

print("\nprobability of yes for    " + "".join(f"{f'{a}, {b}':>9}" for a, b in X))
for name, network in [("no hidden layer", flat), ("two hidden neurons", deep)]:
    answers = network.predict_proba(X)[:, 1]
    print(f"{name:26}" + "".join(f"{answer:9.3f}" for answer in answers))

# %%
# The points as the output layer sees them
# ----------------------------------------
# `forward` returns the activations of all layers. `from_coefs` turns the output layer
# into a network of its own, whose inputs are the activations of the hidden neurons.
_, hidden, _ = forward(X.astype(float), deep.coefs_, deep.intercepts_)
second_layer = SimpleMLPClassifier.from_coefs(deep.coefs_[1:], deep.intercepts_[1:])


def draw(ax, network, points, title, names):
    """Draw the predictions in the plane, and the four points."""
    shades = DecisionBoundaryDisplay.from_estimator(
        network,
        points,
        response_method="predict_proba",
        levels=np.linspace(0, 1, 22),
        cmap=SHADES,
        eps=0.4,
        ax=ax,
    )
    answers = shades.response
    if np.ptp(answers) > 0.01:
        line = {"levels": [0.5], "colors": "black", "linewidths": 1.5}
        ax.contour(shades.xx0, shades.xx1, answers, **line)
    for label, (color, marker) in enumerate(zip(COLORS, "o^", strict=True)):
        style = {"color": color, "marker": marker, "edgecolor": "white", "zorder": 3}
        ax.scatter(*points[y == label].T, s=110, label=["no", "yes"][label], **style)
    ax.set_title(title, fontsize=11)
    ax.set(xlabel=names[0], ylabel=names[1], xticks=[0, 1], yticks=[0, 1])
    ax.set_aspect("equal")
    return shades


def note(ax, point, text, move):
    """Label a point with its inputs, at an offset in points."""
    ax.annotate(text, point, move, textcoords="offset points", ha="center", va="center")


figure, axes = plt.subplots(1, 3, figsize=(10.4, 3.9), layout="constrained")
inputs = ["First input", "Second input"]
draw(axes[0], flat, X, "No hidden layer: 0.5 everywhere", inputs)
draw(axes[1], deep, X, "Two hidden neurons", inputs)
neurons = ["First hidden neuron", "Second hidden neuron"]
shades = draw(axes[2], second_layer, hidden, "... as the output layer sees it", neurons)
for ax in axes[:2]:
    for a, b in X:
        note(ax, (a, b), f"{a}, {b}", (0, 16 if b else -16))
for point, text, move in [
    (hidden[0], "0, 0", (0, -16)),
    (hidden[1:3].mean(axis=0), "0, 1 and 1, 0", (-12, -16)),
    (hidden[3], "1, 1", (0, 16)),
]:
    note(axes[2], point, text, move)

figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
bar = figure.colorbar(shades.surface_, ax=axes, shrink=0.75, ticks=[0, 0.5, 1])
bar.set_label("Predicted probability of yes")

# %%
# Conclusion
# ----------
# Every straight line leaves at least one point on the wrong side, so the best that a
# single weighted sum can do is to predict 0.5 everywhere. The first hidden neuron is
# active if any input is 1, the second if both are. "Any, but not both" is a weighted
# sum of these two.
yes = hidden[y == 1]
assert np.allclose(flat.predict_proba(X), 0.5, atol=0.01)
assert (deep.predict(X) == y).all()
assert np.array_equal(hidden > 0.5, np.column_stack([X.any(axis=1), X.all(axis=1)]))
assert np.ptp(yes, axis=0).max() < 0.1
weights, [bias] = deep.coefs_[1].ravel(), deep.intercepts_[1]
print(
    f"\nThe output adds {weights[0]:+.1f} if any input is 1, {weights[1]:+.1f} if "
    f"both are, and a bias of {bias:+.1f}.\nLog-loss without hidden neurons "
    f"{flat.loss_:.3f}, with two {deep.loss_:.3f}."
)

figure.savefig("xor.png", dpi=100)
plt.show()
