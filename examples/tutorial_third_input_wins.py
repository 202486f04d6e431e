"""One neuron: the longer it trains, the more certain it becomes
================================================================

The data are three rows of three binary inputs, and the target is always the third
input. The neuron is given only the rows and their targets. It multiplies each input by
a weight, sums the products, and maps the sum to a number between 0 and 1 with the
sigmoid. In each epoch, gradient descent changes the weights a little to reduce the
squared error.

The tutorial prints the neuron's output for (1, 0, 1), which should be 1. It is
"Implementing ANN training process in Python" by Vivek Pal, GeeksforGeeks:
https://www.geeksforgeeks.org/implementing-ann-training-process-in-python/
"""

# %%
# Settings
# --------
# The tutorial's program is an estimator with these parameters:
#
# - no hidden layer, ``()``, and no bias, ``fit_intercept=False``;
# - weights drawn from -1 to 1 by ``numpy.random.RandomState(1)``;
# - the squared error summed over the rows, and so is its gradient;
# - all rows in one batch, for exactly `max_iter` epochs;
# - no momentum, no penalty, and the last weights instead of their average.
from sknn_simple import SimpleMLPClassifier
from sknn_simple.datasets import load_third_input_wins


def reproduce():
    """Train for 10 to 10000 epochs; return rows of (what, published, reproduced)."""
    data = load_third_input_wins()
    rows = []
    for epochs, published in [
        (10, "0.65980921"),
        (100, "0.87680541"),
        (10_000, "0.9897704"),
    ]:
        neuron = SimpleMLPClassifier(
            (),
            loss="sum_squared_error",
            fit_intercept=False,
            init="uniform",
            random_state=1,
            learning_rate_init=1,
            batch_size="full",
            max_iter=epochs,
            momentum=0,
            alpha=0,
            average=False,
        ).fit(data.data, data.target)
        [[_, output]] = neuron.predict_proba(data.data_new)
        rows.append((f"(1, 0, 1) after {epochs} epochs", published, f"{output:.8g}"))
    return rows


# %%
# Published and reproduced
# ------------------------
if __name__ == "__main__":
    print(f"{'output for':30}{'published':>12}{'reproduced':>12}")
    for what, published, reproduced in reproduce():
        print(f"{what:30}{published:>12}{reproduced:>12}")

# %%
# Conclusion
# ----------
# After ten epochs the output is on the right side of 0.5; after ten thousand the neuron
# is nearly certain. The output never reaches 1: the closer it comes, the smaller the
# gradient.
