"""The diagram of a network, with its activations for one sample
================================================================

`NetworkDisplay` draws a fitted network. Circles are neurons and lines are weights:
solid and blue if positive, dashed and vermilion if negative, wider if larger. Given a
sample, each neuron shows its activation.
"""

# %%
# A small network
# ---------------
# This network predicts gender from weight and height. It is so small that every number
# fits on the diagram. Its inputs are differences from 135 pounds and 66 inches. Robin,
# at 134 pounds and 67 inches, is not among the training samples.
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
diagram.ax_.set_title("Four people: the prediction for Robin")

# %%
# A larger network
# ----------------
# The earlier steps of a Pipeline transform the sample before the network. A larger
# network shows weights by the width of their lines only, and writes the size of the
# largest weight of each layer below it.
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
larger.ax_.set_title(f"Iris: the prediction for flower {flower}")

# %%
# Conclusion
# ----------
# The first diagram is the whole network: the number in each circle follows from the
# numbers in the layer to its left and the weights between.
first_layer = robin @ small.coefs_[0] + small.intercepts_[0]
hidden = 1 / (1 + np.exp(-first_layer))
output = 1 / (1 + np.exp(-(hidden @ small.coefs_[1] + small.intercepts_[1])))
[[_, probability]] = small.predict_proba([robin])
assert np.isclose(output.item(), probability)


def signed(number):
    """Format a summand with its sign."""
    return f"{'-' if number < 0 else '+'} {abs(number):.2f}"


print("Robin, computed from the numbers of the diagram:")
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
    f"Flower {flower} is {iris.target_names[iris.target[flower]]}; the prediction is "
    f"{iris.target_names[first]} ({chances[first]:.2f}) or "
    f"{iris.target_names[second]} ({chances[second]:.2f})."
)

diagram.figure_.savefig("network.png", dpi=100)
larger.figure_.savefig("network_iris.png", dpi=100)
plt.show()
