"""Soft targets and several outputs: learning from votes, not from verdicts.

Five judges vote on two questions about each of 400 cases. The share of yes is a number
between 0 and 1, a soft target, and tells more than the verdict of the majority. One
network learns both questions at once.
"""

# %%
# Votes
# -----
# Each case has two inputs, and for each question a true probability that a judge says
# yes, which the network never sees.
import numpy as np
from scipy.special import expit

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

rng = np.random.default_rng(0)


def make_cases(n_cases):
    """Inputs, and the true probability of yes to each of two questions."""
    X = rng.normal(size=(n_cases, 2))
    questions = [1.5 * X[:, 0] - X[:, 1], 1.5 * np.sin(2 * X[:, 0]) + X[:, 1]]
    return X, expit(np.column_stack(questions))


X, truth = make_cases(400)
shares = rng.binomial(5, truth) / 5
verdicts = (shares > 0.5).astype(int)
X_new, truth_new = make_cases(2000)

# %%
# Three ways to learn them
# ------------------------
# ``out_activation="logistic"`` keeps a regressor's answers between 0 and 1. A
# classifier takes verdicts only: a column for each question makes it a multilabel one.
settings = {"max_iter": 400, "n_iter_no_change": np.inf, "random_state": 0}
soft = SimpleMLPRegressor((20,), out_activation="logistic", **settings)
linear = SimpleMLPRegressor((20,), **settings)
hard = SimpleMLPClassifier((20,), **settings)
answers = {
    "shares, sigmoid outputs": soft.fit(X, shares).predict(X_new),
    "shares, linear outputs": linear.fit(X, shares).predict(X_new),
    "verdicts, classifier": hard.fit(X, verdicts).predict_proba(X_new),
}
errors = {}
headings = f"{'error of 1':>12}{'error of 2':>12}{'lowest':>9}{'highest':>9}"
print(f"{'learned from':26}{headings}")
for name, answer in answers.items():
    assert answer.shape == (2000, 2)
    errors[name] = np.abs(answer - truth_new).mean(axis=0)
    print(
        f"{name:26}{errors[name][0]:12.3f}{errors[name][1]:12.3f}"
        f"{answer.min():9.3f}{answer.max():9.3f}"
    )

# %%
# Conclusion
# ----------
# What the judges disagree on is information. Verdicts throw it away: a classifier
# learns how likely the majority says yes, which is more extreme than how likely a judge
# does. Sigmoid outputs can't leave the range of a share.
mean = {name: error.mean() for name, error in errors.items()}
assert mean["shares, sigmoid outputs"] < mean["verdicts, classifier"]
within = answers["shares, sigmoid outputs"]
assert within.min() >= 0
assert within.max() <= 1
beyond = answers["shares, linear outputs"]
print(
    "\nFrom shares the probabilities are off by "
    f"{mean['shares, sigmoid outputs']:.3f}, from verdicts by "
    f"{mean['verdicts, classifier']:.3f}.\nWith linear outputs "
    f"{np.mean((beyond < 0) | (beyond > 1)):.1%} of the answers are no shares."
)
