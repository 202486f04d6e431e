"""Inputs that are not scaled
==========================

The proline of a wine is about 750, its hue about 1. The large input alone
drives every hidden unit.
"""

# %%
# The mistake
# -----------
import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import diagnose
from sknn_simple.plotting import LossCurveDisplay

X, y = load_wine(return_X_y=True)
X, X_new, y, y_new = train_test_split(X, y, random_state=0)
mistake = SimpleMLPClassifier(learning_rate_init=0.05, random_state=0)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    mistake.fit(X, y)
print("Warnings of the fit:", *[warning.message for warning in caught] or ["none."])
diagnosis = diagnose(mistake, X, y)
print(diagnosis)

# %%
# The cure
# --------
cure = make_pipeline(StandardScaler(), SimpleMLPClassifier(random_state=0))
cure.fit(X, y)
print("\nAfter the cure:", *diagnose(cure, X, y).kinds or ["nothing found."])

# %%
# In one picture
# --------------
figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
networks = {
    f"{name}: accuracy {network.score(X_new, y_new):.2f}": network
    for name, network in (("raw", mistake), ("scaled", cure))
}
LossCurveDisplay.from_estimators(networks, log_scale=True, ax=ax)
ax.set_title("diagnose: " + ", ".join(diagnosis.kinds[:3]), fontsize=11)

# %%
# Conclusion
# ----------
# A StandardScaler in a Pipeline learns the scale from the training samples, and
# applies it to new ones.
assert "unscaled_inputs" in diagnosis.kinds
assert cure.score(X_new, y_new) > mistake.score(X_new, y_new)

figure.savefig("mistake_unscaled_inputs.png", dpi=100)
plt.show()
