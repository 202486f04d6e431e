"""Quickstart: published numbers, a search over rate and epochs, a pickle
=========================================================================

The script first trains the networks of five tutorials, each of which is one setting of
the same two estimators. It then does what the tutorials' own programs cannot do and a
scikit-learn estimator can.
"""

# %%
# The tutorials' numbers
# ----------------------
# Each `tutorial_*.py` next to this file shows how to set up one tutorial. Together they
# train for some seconds, most of which go into the 100000 epochs of the soft targets.
import pickle

import numpy as np
import tutorial_first_input_wins
import tutorial_four_people
import tutorial_linear_neuron
import tutorial_soft_targets
import tutorial_third_input_wins
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier

print("Training the networks of five tutorials (about ten seconds) ...", flush=True)
soft_targets = tutorial_soft_targets.reproduce()
tutorials = {
    "Third input wins": tutorial_third_input_wins.reproduce(),
    "First input wins": tutorial_first_input_wins.reproduce(),
    "Soft targets": soft_targets[:2] + soft_targets[9:],
    "Four people": tutorial_four_people.reproduce(),
    "Linear neuron": tutorial_linear_neuron.reproduce(),
}
print(f"{'tutorial':18}{'':28}{'published':>20}{'reproduced':>20}")
for name, rows in tutorials.items():
    for i, (what, published, reproduced) in enumerate(rows):
        label = name if i == 0 else ""
        print(f"{label:18}{what:28}{published:>20}{reproduced:>20}")
print(
    "∂L/∂w1 is 0.02147; the tutorial rounds its factors before it multiplies them.\n"
    "It does not seed its random weights: with 100 other seeds, Emily gets 0.944 to\n"
    "0.975 and Frank 0.034 to 0.060."
)

# %%
# Search over the learning rate and the number of epochs
# ------------------------------------------------------
# The classifier works in a Pipeline and in GridSearchCV like any other. `max_iter` is
# the number of epochs; with an infinite `n_iter_no_change`, training never stops
# earlier.
X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

network = SimpleMLPClassifier((10,), n_iter_no_change=np.inf, random_state=0)
pipeline = Pipeline([("scale", StandardScaler()), ("mlp", network)])
rates = [0.01, 0.1, 1.0]
epochs = [10, 50, 200]
grid = {"mlp__learning_rate_init": rates, "mlp__max_iter": epochs}
search = GridSearchCV(pipeline, grid, cv=5).fit(X_train, y_train)

print("\nIris: mean accuracy in five-fold cross-validation")
print(f"{'learning rate':15}" + "".join(f"{n:>5} epochs" for n in epochs))
scores = search.cv_results_["mean_test_score"].reshape(len(rates), len(epochs))
for rate, scores_at_rate in zip(rates, scores, strict=True):
    print(f"{rate:<15}" + "".join(f"{score:12.3f}" for score in scores_at_rate))
print(
    f"Best: learning rate {search.best_params_['mlp__learning_rate_init']} and "
    f"{search.best_params_['mlp__max_iter']} epochs, "
    f"accuracy {search.score(X_test, y_test):.3f} on {len(y_test)} held-out flowers"
)

# %%
# Save and load
# -------------
# A pickled search restores completely: it predicts the same, to the last bit.
restored = pickle.loads(pickle.dumps(search))
same = np.array_equal(restored.predict_proba(X), search.predict_proba(X))
print(f"\nSame probabilities to the last bit after a pickle round trip: {same}")
