"""Imbalanced classes: what `class_weight` changes
==================================================

Of 2000 people, one in twenty is ill. A network trained for accuracy misses many of
them. With ``class_weight="balanced"``, both classes have the same total weight.
"""

# %%
# Two networks
# ------------
# They differ only in `class_weight`.
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
    predictions = model.predict(X_test)
    (_, alarms), (_, found[class_weight]) = confusion_matrix(y_test, predictions)
    balanced[class_weight] = balanced_accuracy_score(y_test, predictions)
    print(
        f"class_weight={class_weight!s:9} finds {found[class_weight]} of "
        f"{np.sum(y_test)} ill; false alarms: {alarms}; balanced accuracy "
        f"{balanced[class_weight]:.3f}"
    )

# %%
# Conclusion
# ----------
# Balanced weights find more of the ill people and raise more false alarms. If you know
# what each mistake costs, pass a dict with a weight for each class.
assert found["balanced"] > found[None]
assert balanced["balanced"] > balanced[None]
print(f"Balanced weights find {found['balanced'] - found[None]} more.")
