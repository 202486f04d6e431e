"""Raw samples for a network of scaled ones
========================================

The network of a Pipeline was trained on scaled samples. Its last step alone, given raw
samples, looks as if it overfitted.
"""

# %%
# The mistake
# -----------
import matplotlib.pyplot as plt
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import diagnose

X, y = load_wine(return_X_y=True)
X, X_new, y, y_new = train_test_split(X, y, random_state=0)
pipeline = make_pipeline(StandardScaler(), SimpleMLPClassifier(random_state=0))
pipeline.fit(X, y)
diagnosis = diagnose(pipeline[-1], X, y)
print(diagnosis)

# %%
# The cure
# --------
print("\nThe whole Pipeline:", *diagnose(pipeline, X, y).kinds or ["nothing found."])
scores = [model.score(X_new, y_new) for model in (pipeline[-1], pipeline)]

# %%
# In one picture
# --------------
figure, ax = plt.subplots(figsize=(6.4, 3), layout="constrained")
bars = ax.barh(["last step", "whole Pipeline"], scores, color=["#0072B2", "#D55E00"])
ax.bar_label(bars, fmt="%.2f", padding=3)
ax.set(xlabel="Accuracy on new samples", xlim=(0, 1.1))
ax.invert_yaxis()
ax.set_title("diagnose: " + ", ".join(diagnosis.kinds[:3]), fontsize=11)

# %%
# Conclusion
# ----------
# Keep the scaler and the network together, for predictions as for diagnoses.
assert "scaled_unlike_training" in diagnosis.kinds
assert scores[1] > scores[0]

figure.savefig("mistake_raw_samples.png", dpi=100)
plt.show()
