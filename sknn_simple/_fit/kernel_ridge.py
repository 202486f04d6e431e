"""Kernel ridge regression: the share of the targets that it does not explain."""

import numpy as np
from scipy.linalg.lapack import dpotrf, dtrtri

RIDGE = 0.1
"""The ridge of a sample of weight 1."""

COARSE, FINE = 1.0, (0.1, 1e-2, 1e-3, 1e-4, 1e-5)
"""A large ridge, and smaller ones, relative to the mean squared length of a row."""

FEWEST = 20
"""Number of samples below which minor directions may predict them by chance."""


def unexplained(nearness, Y, weight, fenced=False):
    """Return the error of predicting each sample from the others, at most 1.

    It is relative to the variance of the targets. The predictions are those of kernel
    ridge regression [1]_, with Gaussian kernels of two or three widths; the smallest
    error counts. The ridge is 0.1, divided by the weight of the sample, and at least
    1e-6, so that the kernels are positive definite. Means of few neighbours are noisy,
    too: the error of a narrow kernel is divided by its expectation for noise of
    variance 1 [2]_.

    Parameters
    ----------
    nearness : ndarray of shape (n_samples, n_samples)
        A Gaussian kernel of the samples.

    Y : ndarray of shape (n_samples, n_outputs)
        Targets of mean 0.

    weight : ndarray of shape (n_samples,)
        Weights of the samples.

    fenced : bool, default=False
        Whether outliers among the errors are moved (see `without_outliers`).

    References
    ----------
    .. [1] C. E. Rasmussen and C. K. I. Williams, "Gaussian processes for machine
       learning", MIT Press 2006, chapter 5.4.2.
    .. [2] T. Gasser, L. Sroka and C. Jennen-Steinmetz, "Residual variance and
       residual pattern in nonlinear regression", Biometrika 73 (1986).
    """
    variance = float((weight @ Y**2).sum())
    error = 1.0
    if variance <= 1e-24 * weight.sum():
        return error
    ridge = np.maximum(RIDGE / np.maximum(weight, 1e-12), 1e-6)
    for kernel, is_narrow in _kernels(nearness):
        np.fill_diagonal(kernel, 1 + ridge)
        root = _inverse_root(kernel)
        errors = _left_out(root, Y)
        if fenced:  # at first, they mislead the others
            errors = _left_out(root, Y - errors + without_outliers(errors))
        share = float((weight @ errors**2).sum()) / variance
        if is_narrow and share < 1:  # else it predicts nothing
            share /= _variance_of_noise(root)
        error = min(error, share)
    return error


def unexplained_by_minor_directions(X, Y, weight):
    """Return the error of ridge regression if minor directions predict most, else 1.

    Where inputs vary together, as the channels of a spectrum do, the directions in
    which they vary least hardly change the distances, but may be those that count. Then
    the error of predicting each sample from the others is smaller by a quarter with a
    small ridge than with a large one. It is relative to the variance of the targets. A
    few samples cannot show this.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Inputs of mean 0 and variance 1, of which some may be constant.

    Y : ndarray of shape (n_samples, n_outputs)
        Targets of mean 0.

    weight : ndarray of shape (n_samples,)
        Weights of the samples.

    References
    ----------
    T. Naes and H. Martens, "Principal component regression in NIR analysis: viewpoints,
    background details and selection of components", Journal of Chemometrics 2 (1988).
    """
    variance = float((weight @ Y**2).sum())
    if variance <= 1e-24 * weight.sum() or len(Y) < FEWEST:
        return 1.0
    root = np.sqrt(weight)[:, None]
    rows, targets = root * X, root * Y
    lengths = float((rows**2).sum()) / len(rows) or 1.0
    vectors, singular, _ = np.linalg.svd(rows, full_matrices=False)
    values, scores = singular**2 / lengths, vectors.T @ targets
    of_mean = weight / weight.sum()

    def error(ridge):
        kept = values / (values + ridge)
        leverage = vectors**2 @ kept + of_mean
        errors = (targets - vectors @ (kept[:, None] * scores)).T / (1 - leverage)
        return float((errors**2).sum()) / variance

    fine = min(map(error, FINE))
    return fine if fine < 0.75 * min(1.0, error(COARSE)) else 1.0


def _kernels(nearness):
    """Yield two usual kernels, maybe a narrow one, and whether it is narrow.

    Targets that vary quickly along one or two inputs differ between all but the nearest
    samples. In the narrow kernel, the typical sample has at least 3 neighbours: its
    power of the nearness is 32, or else 8.
    """
    yield nearness**0.25, False
    yield nearness**2, False
    some = nearness[::8] ** 8
    if np.median(some.sum(axis=1)) < 3:
        return
    n_squarings = 5 if np.median((some**4).sum(axis=1)) >= 3 else 3
    kernel = nearness
    for _ in range(n_squarings):  # faster than powers, where they vanish
        kernel = kernel * kernel
    yield kernel, True


def _inverse_root(kernel):
    """Return R with R.T @ R the inverse of the kernel, which is overwritten."""
    root, _ = dpotrf(kernel.T, lower=True, overwrite_a=True)
    return dtrtri(root, lower=True, overwrite_c=True)[0]


def _left_out(root, Y):
    """Return the error of each row of Y, predicted from the others."""
    return root.T @ (root @ Y) / (root**2).sum(axis=0)[:, None]


def runs_left_out(kernel, Y, length):
    """Return the error of each row of Y, predicted from all other runs of rows.

    Each run has as many consecutive rows as given; the shape of the errors is
    (n_runs, length, n_outputs). The ridge is 0.1.
    """
    inverse = np.linalg.inv(kernel + RIDGE * np.eye(len(Y)))
    n_runs = len(Y) // length
    blocks = inverse.reshape(n_runs, length, n_runs, length)
    within = blocks[np.arange(n_runs), :, np.arange(n_runs)]
    return np.linalg.solve(within, (inverse @ Y).reshape(n_runs, length, -1))


def _variance_of_noise(root):
    """Return the mean square of the errors if Y were noise of variance 1."""
    some = root[:, ::8]
    squares = ((root.T @ some) ** 2).sum(axis=0)
    return float(np.mean(squares / (some**2).sum(axis=0) ** 2))


def without_outliers(Y):
    """Return targets without outliers: these move to the fences of a box plot.

    References
    ----------
    J. W. Tukey, "Exploratory data analysis", Addison-Wesley 1977.
    """
    low, high = np.percentile(Y, [25, 75], axis=0)
    reach = np.where(high > low, 1.5 * (high - low), np.inf)
    return np.clip(Y, low - reach, high + reach)
