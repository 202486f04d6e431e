"""Exclusive or: why a network needs a hidden layer.

Four points: "yes" where one input is 1, "no" where none is or both are. No straight
line parts them, so a network without a hidden layer can't learn them. Two hidden
neurons can, by moving the points to where a straight line does.

``--save DIR`` saves the picture in a folder instead of showing it.
"""

# %%
# Without a hidden layer, and with one
# ------------------------------------
# ``hidden_layer_sizes=()`` has no hidden layer: a sigmoid of one weighted sum, which is
# logistic regression.
import argparse
from pathlib import Path

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
flat = SimpleMLPClassifier((), **training).fit(X, y)
deep = SimpleMLPClassifier((2,), **training).fit(X, y)

print("probability of yes for    " + "".join(f"{f'{a}, {b}':>9}" for a, b in X))
for name, network in [("no hidden layer", flat), ("two hidden neurons", deep)]:
    answers = network.predict_proba(X)[:, 1]
    print(f"{name:26}" + "".join(f"{answer:9.3f}" for answer in answers))

# %%
# What the hidden neurons make of the points
# ------------------------------------------
# `forward` gives the activations of all layers. The second layer alone, made a network
# of its own by `from_coefs`, sees the four points there, and draws a straight line.
_, hidden, _ = forward(X.astype(float), deep.coefs_, deep.intercepts_)
second_layer = SimpleMLPClassifier.from_coefs(deep.coefs_[1:], deep.intercepts_[1:])


def draw(ax, network, points, title, names):
    """Draw what a network says to each point of the plane, and the four points."""
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
    """Write beside a point which inputs it stands for, moved by so many points."""
    ax.annotate(text, point, move, textcoords="offset points", ha="center", va="center")


figure, axes = plt.subplots(1, 3, figsize=(10.4, 3.9), layout="constrained")
inputs = ["first input", "second input"]
draw(axes[0], flat, X, "No hidden layer: 0.5 everywhere", inputs)
draw(axes[1], deep, X, "Two hidden neurons", inputs)
neurons = ["first hidden neuron", "second hidden neuron"]
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
bar.set_label("probability of yes")

# %%
# Conclusion
# ----------
# Every line through the plane leaves at least one point on the wrong side, and the best
# that one weighted sum can do is to shrug. Of the hidden neurons the first says whether
# any input is on, the second whether both are: "any, but not both" is a weighted sum.
yes = hidden[y == 1]
assert np.allclose(flat.predict_proba(X), 0.5, atol=0.01)
assert (deep.predict(X) == y).all()
assert np.array_equal(hidden > 0.5, np.column_stack([X.any(axis=1), X.all(axis=1)]))
assert np.ptp(yes, axis=0).max() < 0.1
weights, [bias] = deep.coefs_[1].ravel(), deep.intercepts_[1]
print(
    f"\nThe output adds {weights[0]:+.1f} if any input is on, {weights[1]:+.1f} if "
    f"both are, and {bias:+.1f} in any case.\nLoss without the hidden neurons "
    f"{flat.loss_:.3f}, with them {deep.loss_:.3f}."
)

parser = argparse.ArgumentParser(description="Exclusive or.")
parser.add_argument(
    "--save", type=Path, metavar="DIR", help="where to save the picture"
)
folder = parser.parse_known_args()[0].save
if folder is None:
    plt.show()
else:
    figure.savefig(folder / "xor.png", dpi=100)
