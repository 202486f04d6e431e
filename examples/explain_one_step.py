"""Backpropagation by hand: one step, with every factor
=======================================================

The 2-2-1 network of the "four people" tutorial, with all weights 1 and all biases 0, is
given one person. The tutorial works out this step on paper. Its loss is not halved, so
its derivatives are twice these.
"""

# %%
# The step
# --------
# `explain_step` names each number as the tutorial does: w1 is the weight from the first
# input to the first hidden neuron. Its derivative is a product along that path.
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
# The same numbers as objects
# ---------------------------
# The derivative of w1 is the product of its factors, and the step subtracts the
# learning rate times the derivative.
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
# The chain rule is a product of factors that each neuron can compute by itself.
# `check_gradient` verifies the result with small differences of the loss, which need no
# chain rule.
check = check_gradient(network, [[-2, -1]], [1])
print(
    f"\n∂L/∂w1 = {w1.derivative:.4f}. The tutorial's loss is not halved, which gives "
    f"{2 * w1.derivative:.4f};\nit rounds its factors and prints 0.0214. The largest "
    f"relative difference from a\nnumerical derivative is {check.max_difference:.0e}."
)
assert check.max_difference < 1e-6
