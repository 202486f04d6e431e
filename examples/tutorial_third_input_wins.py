"""One neuron: the longer it learns, the surer it gets.

Three rows of three binary inputs. The right answer is always the third input, but
the neuron is not told so: it only sees the rows and their answers. It multiplies
each input by a weight, adds the products up, and squeezes the sum between 0 and 1
with the sigmoid. Gradient descent changes the weights, a little in each epoch, so
that the squared error becomes smaller.

The tutorial prints the neuron's answer to (1, 0, 1), which should be 1.
"""

# %%
# Settings
# --------
# A tutorial's program is an estimator with these parameters:
#
# - no hidden layer, ``()``, and no bias, ``fit_intercept=False``;
# - weights drawn from -1 to 1 by ``numpy.random.RandomState(1)``;
# - all rows in one batch, without momentum or penalty;
# - exactly `max_iter` epochs: an infinite patience never stops earlier.
#
# The tutorial adds the gradient up over the rows where ours is their mean. So its
# learning rate 1 is ours times the number of rows.
import numpy as np

from sknn_simple import SimpleMLPClassifier
from sknn_simple.datasets import load_third_input_wins


def reproduce():
    """Train for more and more epochs; rows of (what, published, reproduced)."""
    data = load_third_input_wins()
    n_rows = len(data.data)
    rows = []
    for epochs, published in [
        (10, "0.65980921"),
        (100, "0.87680541"),
        (10_000, "0.9897704"),
    ]:
        neuron = SimpleMLPClassifier(
            (),
            loss="squared_error",
            fit_intercept=False,
            init="uniform",
            random_state=1,
            learning_rate_init=1 * n_rows,
            batch_size=n_rows,
            max_iter=epochs,
            n_iter_no_change=np.inf,
            momentum=0,
            alpha=0,
        ).fit(data.data, data.target)
        [[_, output]] = neuron.predict_proba(data.data_new)
        rows.append((f"(1, 0, 1) after {epochs} epochs", published, f"{output:.8g}"))
    return rows


# %%
# Published and reproduced
# ------------------------
if __name__ == "__main__":
    print(f"{'answer to':30}{'published':>12}{'reproduced':>12}")
    for what, published, reproduced in reproduce():
        print(f"{what:30}{published:>12}{reproduced:>12}")

# %%
# Conclusion
# ----------
# Ten epochs tell the neuron which way to lean, ten thousand make it nearly certain.
# It never reaches 1: the closer it comes, the smaller the gradient.
