"""The learning rate is too low
============================

Each step goes in the right direction, but is so short that training ends before it
gets there.
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
mistake = SimpleMLPClassifier(learning_rate_init=1e-4, max_iter=100, random_state=0)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    mistake.fit(X, y)
print("Warnings of the fit:", *[warning.message for warning in caught] or ["none."])
diagnosis = diagnose(mistake, X, y)
print(diagnosis)

# %%
# The cure
# --------
cure = SimpleMLPClassifier(learning_rate_init="auto", random_state=0)
cure.fit(X, y)
print("\nAfter the cure:", *diagnose(cure, X, y).kinds or ["nothing found."])

# %%
# In one picture
# --------------
figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
networks = {
    f"{name}: accuracy {network.score(X_new, y_new):.2f}": network
    for name, network in (("rate 0.0001", mistake), ("rate 'auto'", cure))
}
LossCurveDisplay.from_estimators(networks, log_scale=True, ax=ax)
ax.set_title("diagnose: " + ", ".join(diagnosis.kinds[:3]), fontsize=11)

# %%
# Conclusion
# ----------
# The sign is a loss that is still falling steadily at the end.
assert "learning_rate_too_low" in diagnosis.kinds
assert cure.score(X_new, y_new) > mistake.score(X_new, y_new)

figure.savefig("mistake_rate_too_low.png", dpi=100)
plt.show()
