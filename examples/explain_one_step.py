"""Backpropagation by hand: one step, every factor of it, and a judge.

The network of the four people, with all weights 1 and all biases 0, sees one person.
The tutorial that it is from does this step on paper; its loss is not halved, so that
its derivatives are twice these.
"""

# %%
# The step
# --------
# `explain_step` names each number as the tutorial does: w1 is the weight from the first
# input to the first hidden neuron, and its derivative is a product along the way.
from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import check_gradient, explain_step

network = SimpleMLPClassifier.from_coefs(
    [[[1, 1], [1, 1]], [[1], [1]]],
    [[0, 0], [0]],
    loss="squared_error",
    learning_rate_init=0.1,
    alpha=0,
)
step = explain_step(network, [-2, -1], 1)
print(step)

# %%
# The same numbers, to compute with
# ---------------------------------
hidden, output = step.layers
w1 = hidden.neurons[0].weights[0]
product = 1.0
for factor in w1.chains[0]:
    product *= factor.value
assert product == w1.derivative
assert w1.new == w1.old - 0.1 * w1.derivative

# %%
# Conclusion
# ----------
# The chain rule is a product of factors that each neuron knows by itself. Whether it
# was applied right is judged by differences of the loss, which need no chain rule.
check = check_gradient(network, [[-2, -1]], [1])
print(
    f"\ndL/dw1 = {w1.derivative:.4f}, and {2 * w1.derivative:.4f} by the loss of the "
    "tutorial, which rounds its factors and prints 0.0214. Largest relative difference "
    "from "
    f"numerical derivatives: {check.max_difference:.0e}."
)
assert check.max_difference < 1e-6
