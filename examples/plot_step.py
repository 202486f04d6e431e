"""One backpropagation step on the diagram of a network
=======================================================

`StepDisplay` draws a step of `explain_step`, for papers and slides. Blue numbers belong
to the forward pass: the activation in the upper half of each neuron, and the weights.
Vermilion numbers below them belong to the backward pass: ∂L/∂z in the lower half of
each neuron, and the derivative of the loss L with respect to each weight.
"""

# %%
# The first step of a tutorial
# ----------------------------
# In the tutorial on four people, all weights are 1 and all biases are 0. The sample is
# Alice, who is 2 pounds and 1 inch below the means, and her target is 1. Which factors
# make up the derivative for w1, the weight from the first input to the first hidden
# neuron? The path of w1 to the loss is highlighted, and its chain rule is written below
# the network.
import matplotlib.pyplot as plt

from sknn_simple import SimpleMLPClassifier
from sknn_simple.plotting import StepDisplay

network = SimpleMLPClassifier.from_coefs(
    [[[1, 1], [1, 1]], [[1], [1]]],
    [[0, 0], [0]],
    loss="mean_squared_error",
    learning_rate_init=0.1,
    momentum=0,
    average=False,
    alpha=0,
)
figure, ax = plt.subplots(figsize=(8, 5), layout="constrained")
ax.set_title(
    "Four people: Alice's first step\n"
    "published: ∂L/∂a_o = \N{MINUS SIGN}0.952 and ∂L/∂w1 = 0.0214, "
    "from rounded factors",
    fontsize=10,
)
display = StepDisplay.from_estimator(
    network,
    [-2, -1],
    1,
    feature_names=["weight", "height"],
    class_names=["male", "female"],
    parameter="w1",
    new_values=True,
    ax=ax,
)

# %%
# Conclusion
# ----------
# The diagram and the tutorial differ in the third digit, because the tutorial rounds
# each factor before it multiplies them. With its rounding, the numbers of the diagram
# give the published ones.
hidden, output = (layer.neurons[0] for layer in display.step.layers)
w1 = hidden.weights[0]
error, output_slope, w5, hidden_slope, x1 = w1.chains[0]

rounded_error = 2 * (round(output.activation, 3) - 1)
rounded_output = round(output_slope.value * w5.value, 3)
rounded_hidden = round(hidden_slope.value * x1.value, 4)
rounded_w1 = rounded_error * rounded_output * rounded_hidden

print(f"{'':10}{'published':>10}{'diagram':>10}{'rounded first':>15}")
print(f"{'∂L/∂a_o':10}{'-0.952':>10}{error.value:10.3f}{rounded_error:15.3f}")
print(f"{'∂L/∂w1':10}{'0.0214':>10}{w1.derivative:10.4f}{rounded_w1:15.4f}")
assert f"{rounded_error:.3f}" == "-0.952"
assert f"{rounded_w1:.4f}" == "0.0214"

figure.savefig("step.png", dpi=100)
plt.show()
