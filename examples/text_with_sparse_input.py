"""Text: a network on the sparse matrix of a vectorizer
=======================================================

The samples are a few dozen headlines, and the features are their words. Most entries of
the matrix are zero, and it stays sparse on its way into the network's first layer.
"""

# %%
# The texts
# ---------
# Each headline combines a subject with an ending of the same topic.
from itertools import product

from scipy.sparse import issparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from sknn_simple import SimpleMLPClassifier

subjects = {
    "sport": ["the striker", "our keeper", "the home team", "a young sprinter"],
    "kitchen": ["the baker", "our cook", "a pinch of salt", "the old oven"],
}
endings = {
    "sport": ["won the final", "missed the match", "scored in the last minute"],
    "kitchen": ["saved the soup", "made the dough rise", "browned the onions"],
}
pairs = [
    (topic, p) for topic in subjects for p in product(subjects[topic], endings[topic])
]
texts = [" ".join(words) for _, words in pairs]
topics = [topic for topic, _ in pairs]

# %%
# A Pipeline
# ----------
# The estimators take SciPy's sparse matrices as they are.
model = make_pipeline(TfidfVectorizer(), SimpleMLPClassifier((8,), random_state=0)).fit(
    texts, topics
)
matrix = model[0].transform(texts)
assert issparse(matrix)
print(
    f"{matrix.shape[0]} texts of {matrix.shape[1]} words, {matrix.nnz} entries not zero"
)

# %%
# Conclusion
# ----------
# The network also classifies words in new combinations.
new = ["the cook scored the dough", "a sprinter in the final", "salt the onions"]
for text, probabilities in zip(new, model.predict_proba(new), strict=True):
    best = probabilities.argmax()
    print(f"{text:28}{model.classes_[best]:10}{probabilities[best]:.2f}")
assert list(model.predict(new[1:])) == ["sport", "kitchen"]
