"""Classes given as a one-hot matrix
=================================

A matrix of zeros and ones stands for labels that do not exclude each other. The network
then predicts each label on its own, and a sample may get none or two.
"""

# %%
# The mistake
# -----------
import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import diagnose

X, y = make_classification(600, 10, n_informative=5, n_classes=3, random_state=0)
one_hot = np.eye(3)[y]
X, X_new, y, y_new, one_hot, one_hot_new = train_test_split(
    X, y, one_hot, random_state=0
)
mistake = SimpleMLPClassifier(random_state=0)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    mistake.fit(X, one_hot)
print("Warnings of the fit:", *[warning.message for warning in caught])
diagnosis = diagnose(mistake, X, one_hot)
print(diagnosis)

# %%
# The cure
# --------
cure = SimpleMLPClassifier(random_state=0).fit(X, y)
print("\nAfter the cure:", *diagnose(cure, X, y).kinds or ["nothing found."])
scores = [mistake.score(X_new, one_hot_new), cure.score(X_new, y_new)]

# %%
# In one picture
# --------------
figure, ax = plt.subplots(figsize=(6.4, 3), layout="constrained")
bars = ax.barh(["one-hot matrix", "class labels"], scores, color=["#0072B2", "#D55E00"])
ax.bar_label(bars, fmt="%.2f", padding=3)
ax.set(xlabel="Accuracy on new samples", xlim=(0, 1.1))
ax.invert_yaxis()
ax.set_title("diagnose: " + ", ".join(diagnosis.kinds[:3]), fontsize=11)

# %%
# Conclusion
# ----------
# Pass labels, such as `np.argmax(one_hot, axis=1)`: the network encodes them itself.
assert "one_hot_targets" in diagnosis.kinds
assert scores[1] > scores[0]

figure.savefig("mistake_one_hot_labels.png", dpi=100)
plt.show()
