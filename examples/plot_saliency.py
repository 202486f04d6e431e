"""Saliency: which pixels a prediction depends on
================================================

`input_gradient` returns the derivative of a prediction with respect to every input. For
an image, it is an image, too: a saliency map. A small step against it misleads the
network.
"""

# %%
# A network that reads digits
# ---------------------------
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import input_gradient

X, y = load_digits(return_X_y=True)  # images of 8 by 8 pixels, from 0 to 16
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
network = SimpleMLPClassifier((50,), random_state=0).fit(X_train, y_train)
print(f"Accuracy on new images: {network.score(X_test, y_test):.2f}")

# %%
# Derivatives of the log-probability of each image's digit
# --------------------------------------------------------
# The network is sure of most images, so its probabilities hardly change with a pixel.
# Their logarithms do.
gradient = input_gradient(network, X_test, response_method="predict_log_proba")
saliency = gradient[np.arange(len(y_test)), y_test]  # (n_samples, 64)

# %%
# Adversarial images
# ------------------
# Every pixel moves by 0.15, in the direction that makes the digit less likely. For
# comparison, every pixel also moves by 0.15 in a random direction.
misleading = X_test - 0.15 * np.sign(saliency)
rng = np.random.default_rng(0)
noisy = X_test + 0.15 * rng.choice([-1, 1], X_test.shape)
print(f"Accuracy after random steps:     {network.score(noisy, y_test):.2f}")
print(f"Accuracy after misleading steps: {network.score(misleading, y_test):.2f}")

# %%
# The first image of each of five digits
# --------------------------------------
# In blue, ink makes the digit more likely; in red, less.
digits = [0, 2, 3, 6, 9]
chosen = [int(np.argmax(y_test == digit)) for digit in digits]
figure, axes = plt.subplots(3, 5, figsize=(8, 5.4), layout="constrained")
rows = ["image", "saliency", "misleading"]
for column, i in zip(axes.T, chosen, strict=True):
    limit = abs(saliency[i]).max()
    column[0].imshow(X_test[i].reshape(8, 8), cmap="Greys", vmin=0, vmax=1)
    column[1].imshow(saliency[i].reshape(8, 8), cmap="RdBu", vmin=-limit, vmax=limit)
    column[2].imshow(misleading[i].reshape(8, 8), cmap="Greys", vmin=0, vmax=1)
    for ax, image in zip(column[::2], (X_test, misleading), strict=True):
        ax.set_title(f"read as {network.predict(image[[i]])[0]}")
for ax in axes.flat:
    ax.set(xticks=[], yticks=[])
for ax, row in zip(axes[:, 0], rows, strict=True):
    ax.set_ylabel(row)
figure.savefig("saliency.png", dpi=100)
plt.show()
