"""The simplest network: one weight, step by step
=================================================

There is one input, one weight, no bias and no activation, so the output is the weight
times the input. The input is 1, the weight begins at 0.8, and the target is 0. You can
follow gradient descent here with pencil and paper:

- the loss is (target - output)^2, so its derivative is 2 * weight;
- a step at rate 0.025 subtracts 0.025 * 2 * weight, which is 5% of the weight.

So the outputs are 0.8, 0.8 * 0.95, 0.8 * 0.95^2, and so on.

The tutorial is "Hello, TensorFlow!" by Aaron Schumacher, O'Reilly:
https://www.oreilly.com/learning/hello-tensorflow
"""

# %%
# One step at a time
# ------------------
# `from_coefs` makes a network with given weights, and `partial_fit` trains it for one
# epoch. `average=False` predicts with the last weights instead of their average.
from sknn_simple import SimpleMLPRegressor
from sknn_simple.datasets import load_linear_neuron

PUBLISHED = {0: "0.8", 1: "0.76", 2: "0.722", 100: "0.004736"}


def reproduce():
    """Take 100 steps; return rows of (what, published, reproduced)."""
    X, y = load_linear_neuron(return_X_y=True)
    neuron = SimpleMLPRegressor.from_coefs(
        [[[0.8]]],
        loss="mean_squared_error",
        learning_rate_init=0.025,
        momentum=0,
        alpha=0,
        average=False,
    )
    rows = []
    for step in range(101):
        if step > 0:
            neuron.partial_fit(X, y)
        if step in PUBLISHED:
            [output] = neuron.predict(X)
            rows.append((f"output after step {step}", PUBLISHED[step], f"{output:.4g}"))
    return rows


# %%
# Published and reproduced
# ------------------------
if __name__ == "__main__":
    print(f"{'':24}{'published':>12}{'reproduced':>12}")
    for what, published, reproduced in reproduce():
        print(f"{what:24}{published:>12}{reproduced:>12}")

# %%
# Conclusion
# ----------
# Every step multiplies the output by the same factor, and the loss by its square. At
# the tutorial's rate 0.5, a single step would reach the target. Above 1, each step
# would lead farther away: training diverges.
