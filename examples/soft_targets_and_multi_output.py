"""Soft targets and several outputs: learn from votes instead of verdicts
=========================================================================

Five judges vote on two questions about each of 400 cases. The share of yes votes is a
number between 0 and 1, a soft target, and carries more information than the majority's
verdict. One network learns both questions at once.
"""

# %%
# Votes
# -----
# Each case has two inputs and, for each question, a true probability that a judge votes
# yes. The network never sees this probability.
import numpy as np
from scipy.special import expit

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

rng = np.random.default_rng(0)


def make_cases(n_cases):
    """Return inputs and the true probability of yes for each of two questions."""
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
# ``out_activation="logistic"`` keeps the predictions of a regressor between 0 and 1. A
# classifier takes verdicts only; with a column per question, it is a multilabel one.
settings = {"max_iter": 400, "n_iter_no_change": np.inf, "random_state": 0}
soft = SimpleMLPRegressor((20,), out_activation="logistic", **settings)
linear = SimpleMLPRegressor((20,), **settings)
hard = SimpleMLPClassifier((20,), **settings)
predictions = {
    "shares, sigmoid outputs": soft.fit(X, shares).predict(X_new),
    "shares, linear outputs": linear.fit(X, shares).predict(X_new),
    "verdicts, classifier": hard.fit(X, verdicts).predict_proba(X_new),
}
errors = {}
headings = f"{'error of 1':>12}{'error of 2':>12}{'lowest':>9}{'highest':>9}"
print(f"{'learned from':26}{headings}")
for name, prediction in predictions.items():
    assert prediction.shape == (2000, 2)
    errors[name] = np.abs(prediction - truth_new).mean(axis=0)
    print(
        f"{name:26}{errors[name][0]:12.3f}{errors[name][1]:12.3f}"
        f"{prediction.min():9.3f}{prediction.max():9.3f}"
    )

# %%
# Conclusion
# ----------
# Disagreement among the judges is information, which verdicts discard. The classifier
# learns the probability that the majority votes yes, which is more extreme than the
# probability that one judge does. Sigmoid outputs stay within the range of a share.
mean = {name: error.mean() for name, error in errors.items()}
assert mean["shares, sigmoid outputs"] < mean["verdicts, classifier"]
within = predictions["shares, sigmoid outputs"]
assert within.min() >= 0
assert within.max() <= 1
beyond = predictions["shares, linear outputs"]
print(
    "\nLearned from shares, the probabilities are off by "
    f"{mean['shares, sigmoid outputs']:.3f} on average; from verdicts, by "
    f"{mean['verdicts, classifier']:.3f}.\nWith linear outputs, "
    f"{np.mean((beyond < 0) | (beyond > 1)):.1%} of the predictions lie outside [0, 1]."
)
