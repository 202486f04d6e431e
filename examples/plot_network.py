"""The diagram of a network: what it has learned, and what it says to one sample.

`NetworkDisplay` draws a fitted network: circles are neurons, lines are weights, solid
and blue if positive, dashed and vermillion if negative, the wider the larger. Given a
sample, each neuron shows what it says to it.

``--save DIR`` saves the pictures in a folder instead of showing them.
"""

# %%
# A small network: who is a woman?
# --------------------------------
# Two inputs, two hidden neurons, one output: every number of the network fits on the
# picture. It is asked about Robin, 134 pounds and 67 inches, whom it has not seen; the
# inputs are counted from 135 pounds and 66 inches.
import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier
from sknn_simple.datasets import load_four_people
from sknn_simple.plotting import NetworkDisplay

people = load_four_people()
robin = np.array([134 - 135, 67 - 66])
small = SimpleMLPClassifier(
    (2,),
    loss="squared_error",
    init="normal",
    learning_rate_init=0.2,
    batch_size=1,
    shuffle=False,
    momentum=0,
    alpha=0,
    max_iter=1000,
    n_iter_no_change=np.inf,
    random_state=0,
).fit(people.data, people.target)
diagram = NetworkDisplay.from_estimator(
    small, robin, feature_names=people.feature_names, class_names=people.target_names
)
diagram.ax_.set_title("Four people: what the network says to Robin")

# %%
# A larger one: which iris?
# -------------------------
# In a Pipeline, the sample passes the steps before the network first. With more
# weights, their widths have to tell; the largest of each layer is written below it.
iris = load_iris()
names = [name.removesuffix(" (cm)") for name in iris.feature_names]
pipeline = make_pipeline(
    StandardScaler(),
    SimpleMLPClassifier((6,), max_iter=500, alpha=0.3, random_state=0),
).fit(iris.data, iris.target)
flower = 133
larger = NetworkDisplay.from_estimator(
    pipeline, iris.data[flower], feature_names=names, class_names=iris.target_names
)
larger.ax_.set_title(f"Iris: what the network says to flower {flower}")

# %%
# Conclusion
# ----------
# The picture is the whole network: each number in a circle follows from those to its
# left and from the lines between.
first_layer = robin @ small.coefs_[0] + small.intercepts_[0]
hidden = 1 / (1 + np.exp(-first_layer))
output = 1 / (1 + np.exp(-(hidden @ small.coefs_[1] + small.intercepts_[1])))
[[_, probability]] = small.predict_proba([robin])
assert np.isclose(output.item(), probability)


def signed(number):
    """A number to be added, with its sign."""
    return f"{'-' if number < 0 else '+'} {abs(number):.2f}"


print("Robin, by the numbers of the picture:")
for i, (a, b) in enumerate(small.coefs_[0].T):
    print(
        f"hidden neuron {i + 1}: sigmoid({robin[0]:g} * {a:.2f} + {robin[1]:g} * "
        f"{b:.2f} {signed(small.intercepts_[0][i])}) = {hidden[i]:.3f}"
    )
(c, d), [bias] = small.coefs_[1].ravel(), small.intercepts_[1]
print(
    f"output:          sigmoid({hidden[0]:.3f} * {c:.2f} + {hidden[1]:.3f} * {d:.2f} "
    f"{signed(bias)}) = {output.item():.3f}"
)
chances = pipeline.predict_proba(iris.data[[flower]])[0]
first, second = chances.argsort()[[-1, -2]]
print(
    f"Flower {flower} is {iris.target_names[iris.target[flower]]}; the network says "
    f"{iris.target_names[first]} ({chances[first]:.2f}) or "
    f"{iris.target_names[second]} ({chances[second]:.2f})."
)

parser = argparse.ArgumentParser(description="The diagram of a network.")
parser.add_argument("--save", type=Path, metavar="DIR", help="where to save pictures")
folder = parser.parse_known_args()[0].save
if folder is None:
    plt.show()
else:
    diagram.figure_.savefig(folder / "network.png", dpi=100)
    larger.figure_.savefig(folder / "network_iris.png", dpi=100)
