"""Watching a fit: scikit-learn's ProgressBar and ScoringMonitor.

Callbacks hear of each epoch. A progress bar goes on what is fitted, be it a network, a
Pipeline or a search; a monitor of scores goes on the network itself.
"""

# %%
# A bar and scores
# ----------------
# Without ``rich`` (extra `progress`) there is no bar.
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
rows = monitor.get_logs().data  # of the fit as a whole, and of each epoch
scores = [row["accuracy"] for row in rows if row["task_name"] == "epoch"]
print(f"accuracy after 1, 5 and 20 epochs: {scores[0]:.2f}, {scores[4]:.2f}, ", end="")
print(f"{scores[19]:.2f}")

# %%
# In a Pipeline, and in a search
# ------------------------------
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
assert len(scores) == 20
assert scores[19] == network.score(scaled, y)
print(f"The search chose {search.best_params_}.")
