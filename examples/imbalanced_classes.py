"""Imbalanced classes: what `class_weight` changes.

Of 2000 samples one in twenty is ill. A network that is trained to be right most often
overlooks many of them; with ``class_weight="balanced"`` every class weighs the same.
"""

# %%
# Two networks
# ------------
import numpy as np
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier

X, y = make_classification(
    2000, 10, n_informative=4, weights=[0.95], class_sep=0.7, random_state=0
)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

found, balanced = {}, {}
for class_weight in (None, "balanced"):
    network = SimpleMLPClassifier(
        (10,), class_weight=class_weight, max_iter=500, random_state=0
    )
    model = make_pipeline(StandardScaler(), network).fit(X_train, y_train)
    answers = model.predict(X_test)
    (_, alarms), (_, found[class_weight]) = confusion_matrix(y_test, answers)
    balanced[class_weight] = balanced_accuracy_score(y_test, answers)
    print(
        f"class_weight={class_weight!s:9} finds {found[class_weight]} of "
        f"{np.sum(y_test)} ill, with {alarms} false alarms; balanced accuracy "
        f"{balanced[class_weight]:.3f}"
    )

# %%
# Conclusion
# ----------
# The weights buy the ill ones that are found with false alarms. What that is worth is
# for the user to say: `class_weight` also takes a dict with a weight for each class.
assert found["balanced"] > found[None]
assert balanced["balanced"] > balanced[None]
print(f"Balanced weights find {found['balanced'] - found[None]} more.")
