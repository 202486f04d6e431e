"""The learning rate is too high
=============================

Steps that are too long jump across the valley of the loss and climb its other side.
"""

# %%
# The mistake
# -----------
import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import diagnose
from sknn_simple.plotting import LossCurveDisplay

X, y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
X, X_new, y, y_new = train_test_split(X, y, random_state=0)
mistake = SimpleMLPClassifier((20,), learning_rate_init=10, random_state=0)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    mistake.fit(X, y)
print("Warnings of the fit:", *[warning.message for warning in caught] or ["none."])
diagnosis = diagnose(mistake, X, y)
print(diagnosis)

# %%
# The cure
# --------
cure = SimpleMLPClassifier((20,), learning_rate_init=0.3, random_state=0)
cure.fit(X, y)
print("\nAfter the cure:", *diagnose(cure, X, y).kinds or ["nothing found."])

# %%
# In one picture
# --------------
figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
networks = {
    f"{name}: accuracy {network.score(X_new, y_new):.2f}": network
    for name, network in (("rate 10", mistake), ("rate 0.3", cure))
}
LossCurveDisplay.from_estimators(networks, log_scale=True, ax=ax)
ax.set_title("diagnose: " + ", ".join(diagnosis.kinds[:3]), fontsize=11)

# %%
# Conclusion
# ----------
# The sign is a loss that keeps rising and falling.
assert "learning_rate_too_high" in diagnosis.kinds
assert cure.score(X_new, y_new) > mistake.score(X_new, y_new)

figure.savefig("mistake_rate_too_high.png", dpi=100)
plt.show()
