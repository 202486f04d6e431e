"""Watch a fit with scikit-learn's ProgressBar and ScoringMonitor
=================================================================

Callbacks are called at every epoch. Set a progress bar on the estimator that you fit,
which may be a network, a Pipeline or a search. Set a score monitor on the network
itself.
"""

# %%
# A progress bar and scores
# -------------------------
# The bar needs ``rich`` (extra `progress`).
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier

X, y = load_iris(return_X_y=True)
scaled = StandardScaler().fit_transform(X)
monitor = ScoringMonitor(scoring="accuracy")
network = SimpleMLPClassifier((8,), max_iter=20, random_state=0)
network.set_params(n_iter_no_change=float("inf"))
network.set_callbacks(ProgressBar(), monitor).fit(scaled, y)
rows = monitor.get_logs().data  # one per epoch, and one for the whole fit
scores = [row["accuracy"] for row in rows if row["task_name"] == "epoch"]
print(f"accuracy after 1, 5 and 20 epochs: {scores[0]:.2f}, {scores[4]:.2f}, ", end="")
print(f"{scores[19]:.2f}")

# %%
# In a Pipeline and in a search
# -----------------------------
# `max_propagation_depth` limits for how many nested estimators bars are shown.
plain = SimpleMLPClassifier((8,), max_iter=20, random_state=0)
plain.set_params(n_iter_no_change=float("inf"))
pipeline = Pipeline([("scale", StandardScaler()), ("mlp", plain)])
pipeline.set_callbacks(ProgressBar()).fit(X, y)
search = GridSearchCV(
    Pipeline([("scale", StandardScaler()), ("mlp", plain)]),
    {"mlp__learning_rate_init": [0.01, 0.1]},
)
search.set_callbacks(ProgressBar(max_propagation_depth=1)).fit(X, y)

# %%
# Conclusion
# ----------
# The last recorded accuracy is the accuracy of the fitted network.
assert len(scores) == 20
assert scores[19] == network.score(scaled, y)
print(f"The search chose {search.best_params_}.")
