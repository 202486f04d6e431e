"""One neuron: a rule for inputs that it has never seen
=======================================================

The data are four rows of three binary inputs, and the target is the first input. The
third input is always 1 and so carries no information. After training, the neuron
predicts for (1, 0, 0), which is not among the four rows. If it has only memorised the
rows, it has to guess; if it has found the rule, it predicts 1.

The tutorial is "How to Create a Simple Neural Network in Python" by Michael J. Garbade,
KDnuggets, 2018: https://www.kdnuggets.com/2018/10/simple-neural-network-python.html
"""

# %%
# Settings
# --------
# This is a single neuron without bias, as in ``tutorial_third_input_wins.py``.
from sknn_simple import SimpleMLPClassifier
from sknn_simple.datasets import load_first_input_wins


def train():
    """Train the neuron."""
    data = load_first_input_wins()
    return SimpleMLPClassifier(
        (),
        loss="sum_squared_error",
        fit_intercept=False,
        init="uniform",
        random_state=1,
        learning_rate_init=1,
        batch_size="full",
        max_iter=15_000,
        momentum=0,
        alpha=0,
        average=False,
    ).fit(data.data, data.target)


def reproduce():
    """Predict for the unseen row; return rows of (what, published, reproduced)."""
    [[_, output]] = train().predict_proba(load_first_input_wins().data_new)
    return [("unseen (1, 0, 0)", "0.9999584", f"{output:.8g}")]


# %%
# Published and reproduced, and the weights
# -----------------------------------------
# The weights show the rule.
if __name__ == "__main__":
    print(f"{'output for':20}{'published':>12}{'reproduced':>12}")
    for what, published, reproduced in reproduce():
        print(f"{what:20}{published:>12}{reproduced:>12}")
    print("\nweight of the")
    names = load_first_input_wins().feature_names
    for name, weight in zip(names, train().coefs_[0][:, 0], strict=True):
        print(f"{name + ' input':20}{weight:12.2f}")

# %%
# Conclusion
# ----------
# The weight of the first input is large and positive. The third is negative: it pulls
# the output to 0 unless the first input outweighs it. The second is close to 0. So the
# neuron predicts correctly for a row that it has not seen.
