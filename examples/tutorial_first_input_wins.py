"""One neuron: a rule for inputs it has never seen.

Four rows of three binary inputs, whose answer is the first input. The third input is
always 1 and so tells nothing. After training, the neuron is asked about (1, 0, 0),
which is not among the four rows. If it has learned the rows by heart it must guess;
if it has found the rule it says 1.
"""

# %%
# Settings
# --------
# A single neuron without bias, as in ``tutorial_third_input_wins.py``: all four rows
# in one batch, and a learning rate of 1 for the sum over rows, which is 4 for their
# mean.
import numpy as np

from sknn_simple import SimpleMLPClassifier
from sknn_simple.datasets import load_first_input_wins


def train():
    """Train the neuron."""
    data = load_first_input_wins()
    return SimpleMLPClassifier(
        (),
        loss="squared_error",
        fit_intercept=False,
        init="uniform",
        random_state=1,
        learning_rate_init=4,
        batch_size=4,
        max_iter=15_000,
        n_iter_no_change=np.inf,
        momentum=0,
        alpha=0,
    ).fit(data.data, data.target)


def reproduce():
    """Ask about the unseen row; rows of (what, published, reproduced)."""
    [[_, output]] = train().predict_proba(load_first_input_wins().data_new)
    return [("unseen (1, 0, 0)", "0.9999584", f"{output:.8g}")]


# %%
# Published and reproduced, and the weights
# -----------------------------------------
# The rule can be read from the weights.
if __name__ == "__main__":
    print(f"{'answer to':20}{'published':>12}{'reproduced':>12}")
    for what, published, reproduced in reproduce():
        print(f"{what:20}{published:>12}{reproduced:>12}")
    print("\nweight of the")
    names = load_first_input_wins().feature_names
    for name, weight in zip(names, train().coefs_[0][:, 0], strict=True):
        print(f"{name + ' input':20}{weight:12.2f}")

# %%
# Conclusion
# ----------
# The first input's weight is large and positive. The third one's is negative: it
# pulls the answer to 0 where the first input does not outweigh it. The second one's
# is close to nothing. So the neuron answers right to a row that it has not seen.
