"""Scaling: whether data should be scaled or hold extreme values, and the advice."""

import functools
import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse import issparse

from .._targets import Targets
from ..network import OUT_ACTIVATIONS, Samples
from .data_errors import in_columns
from .narrow_inputs import NarrowInputs
from .quartiles import Quartiles
from .subsample import n_weighted, subsample

FAR_FROM_1 = 30
"""Factor within which the largest raw target must be of 1 to count as standardised."""


def scaler_for(X):
    """Name the scaler for inputs; StandardScaler refuses sparse ones."""
    return "MaxAbsScaler" if issparse(X) else "StandardScaler"


@dataclass
class Scaling:
    """The scaling of the samples of a training."""

    targets: Targets
    samples: Samples

    @functools.cached_property
    def is_far_off(self):
        """Whether the inputs, or the targets as given, are far from standardised.

        Otherwise scaling may still help, unless it `is_done`.
        """
        return self._is_y_far or self.are_inputs_large or self.are_inputs_small

    @property
    def are_inputs_large(self):
        """Whether a usual input of a usual sample is far above 1."""
        return self._length > 3 * math.sqrt(self.samples.X.shape[1])

    @property
    def are_inputs_small(self):
        """Whether a usual sample is far below 1, or varies little in every input."""
        if 0 < self._length < 1 / FAR_FROM_1:
            return True
        return self.narrow.are_small and not self.narrow.have_others

    @property
    def are_inputs_constant(self):
        """Whether no input varies."""
        return not (self.narrow.are_narrow.any() or self.narrow.have_others)

    @functools.cached_property
    def narrow(self):
        """The NarrowInputs of the samples."""
        return NarrowInputs.of(self.samples)

    @functools.cached_property
    def _length(self):
        """The length of a usual sample; infinite if its square overflows.

        Samples of weight 0 have been set to 0.
        """
        X = self.samples.X
        numbers = X.data if issparse(X) else X
        return math.sqrt(np.vdot(numbers, numbers) / n_weighted(self.samples))

    @property
    def is_done(self):
        """Whether there is nothing to scale."""
        return self._are_inputs_standardised and not self._is_y_far

    @property
    def is_y_raw(self):
        """Whether the network is trained on numbers as given, of any size."""
        out = OUT_ACTIVATIONS[self.targets.out_activation]
        return out.homogeneous and not self.targets.is_scaled

    @property
    def advice(self):
        """The advice to scale the data."""
        if self.is_y_raw and self._are_inputs_standardised:
            return "scale y (for instance with normalize_y=True from the first call on)"
        what = "the inputs and y" if self.is_y_raw else "the inputs"
        return f"scale {what} (for instance with {scaler_for(self.samples.X)})"

    @functools.cached_property
    def against_outliers(self):
        """The advice against extreme inputs, which no scaling cures, or None."""
        if issparse(self.samples.X):
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            # By columns, which saves memory.
            deviation = np.array([column.std() for column in self.samples.X.T])
        X, _, _ = subsample(self.samples)
        quartiles = Quartiles.of(X)
        columns = np.flatnonzero(quartiles.are_dwarfed(deviation)).tolist()
        if not columns:
            return None
        return (
            "look for codes of missing values, such as -9999,"
            f"{in_columns(columns)} of X (replace them by NaN, and use SimpleImputer), "
            "or for outliers (use QuantileTransformer(output_distribution='normal')): "
            "such extreme values make most samples look alike"
        )

    def or_advice(self, other):
        """Return other advice, or also to scale what is not standardised."""
        return other if self.is_done else f"{other}, or {self.advice}"

    @property
    def _is_y_far(self):
        """Whether numbers as given are far from standardised."""
        if not self.is_y_raw:
            return False
        largest = abs(self.samples.Y).max()
        return largest > 0 and not 1 / FAR_FROM_1 < largest < FAR_FROM_1

    @functools.cached_property
    def _are_inputs_standardised(self):
        """Whether each input is standardised, or has only the values -1, 0 and 1."""
        X = self.samples.X
        if issparse(X):  # categories or words, which MaxAbsScaler leaves as they are
            return bool(np.isin(X.data, (-1, 0, 1)).all())
        n_samples = n_weighted(self.samples)  # rows of weight 0 are 0
        with np.errstate(over="ignore", invalid="ignore"):
            means = X.sum(axis=0) / n_samples
            squares = np.einsum("ij,ij->j", X, X) / n_samples  # saves memory
        usual = (abs(means) < 0.5) & (squares > 0.1) & (squares < 10)
        return all(
            is_usual or np.isin(column, (-1, 0, 1)).all()
            for is_usual, column in zip(usual, X.T, strict=True)
        )
