"""Validation: calibration, and the effect of an input
======================================================

Debt raises the risk that a loan defaults, but only above 40% of the income, and twice
as much for tenants. A network and logistic regression learn 6000 simulated loans.
"""

# %%
# Two models
# ----------
# The data are simulated, so the true risk of every loan is known.
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier


def true_risk(loans):
    """Return the probability that each loan defaults."""
    logit = -3 - 0.6 * np.log(loans["income"] / 2400) + 0.7 * loans["months_late"]
    logit += 6 * (loans["debt"] - 0.4).clip(lower=0) * (1 + loans["tenant"])
    return 1 / (1 + np.exp(-logit.to_numpy()))


rng = np.random.default_rng(0)
X = pd.DataFrame(
    {
        "income": np.exp(rng.normal(7.8, 0.5, 6000)),
        "debt": rng.beta(2, 4, 6000),
        "months_late": rng.poisson(0.4, 6000).astype(float),
        "tenant": rng.integers(0, 2, 6000).astype(float),
    }
)
y = (rng.random(6000) < true_risk(X)).astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

network = SimpleMLPClassifier((20,), solver="lbfgs", max_iter=1000, random_state=0)
models = {
    "network": make_pipeline(StandardScaler(), network),
    "logistic regression": make_pipeline(StandardScaler(), LogisticRegression()),
}

# %%
# Calibration, and the effect of debt
# -----------------------------------
# Left: the points of a calibrated model are on the diagonal, up to chance. Right: the
# mean prediction if the debt of every loan is set to the same value.
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
left.plot([0, 0.5], [0, 0.5], color="0.6", linestyle="--", label="perfect")
debts = np.linspace(0, 0.85, 18)
truth = [true_risk(X_test.assign(debt=debt)).mean() for debt in debts]
right.plot(debts, truth, color="0.6", linestyle="--", label="truth")

for (name, model), color in zip(models.items(), ["#0072B2", "#D55E00"], strict=True):
    p = model.fit(X_train, y_train).predict_proba(X_test)[:, 1]
    observed, predicted = calibration_curve(y_test, p, n_bins=6, strategy="quantile")
    left.plot(predicted, observed, "o-", color=color, label=name)
    effect = [model.predict_proba(X_test.assign(debt=d))[:, 1].mean() for d in debts]
    right.plot(debts, effect, color=color, label=name)
    error = np.abs(p - true_risk(X_test)).mean()
    print(f"{name:20} mean distance from the true risk {error:.3f}")

left.set(title="Calibration on new loans", xlabel="predicted", ylabel="observed")
right.set(title="Partial dependence", xlabel="debt / income", ylabel="predicted")
left.legend()
right.legend()

# %%
# Conclusion
# ----------
# The network finds the threshold, and its probabilities are nearly right. Logistic
# regression cannot bend at the threshold: its highest probabilities are too low, and
# those in the middle too high. scikit-learn's `CalibrationDisplay` and
# `PartialDependenceDisplay` draw such curves of one model in one line.
figure.savefig("validation.png", dpi=100)
plt.show()
