"""The parameters of a network: one flat vector, with each layer's part as a view.

    flat = [coefs[0] | coefs[1] | ... | intercepts[0] | intercepts[1] | ...]

``coefs[i]`` has shape ``(layer_sizes[i], layer_sizes[i + 1])`` and
``intercepts[i]`` shape ``(layer_sizes[i + 1],)``. The gradient has the same
layout. An optimizer works on whole vectors, whatever the depth of the network;
the penalty applies to the coefs alone, the first part of a vector.
"""

import sys
from collections.abc import Sequence
from itertools import pairwise
from numbers import Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

TRANSPOSED = "coefs have one row per input and one column per unit: transpose them?"
"""Advice on coefs whose transposes would fit."""

CUT = (
    " Pass a list even for one layer. sknn_simple.network.Parameters(layer_sizes, "
    "flat=vector) cuts a flat vector into layers."
)
"""Advice on coefs that are not matrices."""


def _check_sizes(layer_sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the sizes as a tuple of int, whose products cannot overflow."""
    layer_sizes = tuple(layer_sizes)
    if len(layer_sizes) < 2 or not all(
        isinstance(size, int | np.integer) and size is not True and size >= 1
        for size in layer_sizes
    ):
        raise ValueError(
            "layer_sizes must hold at least two integers of at least 1, got "
            f"{layer_sizes}."
        )
    return tuple(int(size) for size in layer_sizes)


def _count(layer_sizes: Sequence[int], fit_intercept: bool) -> int:
    """Return the number of coefs and intercepts; check that an array can hold it."""
    n_coefs = sum(fan_in * fan_out for fan_in, fan_out in pairwise(layer_sizes))
    n_parameters = n_coefs + (sum(layer_sizes[1:]) if fit_intercept else 0)
    if n_parameters > sys.maxsize // 8:
        raise ValueError(
            f"layer_sizes {layer_sizes!s:.80} need more parameters than an array can "
            "hold. Use smaller layers."
        )
    return n_parameters


def _check_shapes(coefs: list[tuple], intercepts: list[tuple]) -> None:
    """Raise ValueError unless shapes of coefs and intercepts fit together."""
    problem = _misfit(coefs, intercepts)
    if problem is None:
        return
    if _misfit([shape[::-1] for shape in coefs], intercepts) is None:
        problem += f" {TRANSPOSED}"
    raise ValueError(problem)


def _misfit(coefs: list[tuple], intercepts: list[tuple]) -> str | None:
    """Return why shapes of coefs and intercepts do not fit together, or None."""
    fits = bool(coefs) and all(len(shape) == 2 and 0 not in shape for shape in coefs)
    if not fits or any(a[1] != b[0] for a, b in pairwise(coefs)):
        problem = (
            "coefs must be a list of arrays of shape (fan_in, fan_out), one per layer, "
            "each with as many rows as the one before has columns, got shapes "
            f"{_listing(coefs)}."
        )
        return problem if all(len(shape) == 2 for shape in coefs) else problem + CUT
    if intercepts and len(intercepts) != len(coefs):
        return (
            "coefs and intercepts must have one array per layer, got "
            f"{len(coefs)} coefs of shapes {_listing(coefs)} and {len(intercepts)} "
            f"intercepts of shapes {_listing(intercepts)}. Is a layer missing?"
        )
    expected = [shape[1:] for shape in coefs] if intercepts else []
    if intercepts != expected:
        return (
            f"intercepts must be empty, or arrays of shapes {_listing(expected)}, got "
            f"shapes {_listing(intercepts)}."
        )
    return None


def _listing(shapes: list[tuple]) -> str:
    """Return the shapes, of many layers only the first ones."""
    more = f" and {len(shapes) - 10} more" if len(shapes) > 10 else ""
    return f"{shapes[:10]}{more}"


class Parameters:
    """All coefs and intercepts of a network, or the derivatives of a loss
    with respect to them.

    Parameters
    ----------
    layer_sizes : sequence of int
        Number of inputs, of units in each hidden layer, and of outputs.

    dtype : dtype, default=np.float64
        float64 or float32.

    fit_intercept : bool, default=True
        False for a network without biases; `intercepts` is then empty.

    flat : ndarray of shape (n_parameters,), default=None
        Vector to view, contiguous and writeable, of float64 or float32. None allocates
        zeros.

    Raises
    ------
    TypeError, ValueError
        If `layer_sizes` are not at least two integers of at least 1, or `flat` is
        another kind of array.

    Attributes
    ----------
    flat : ndarray of shape (n_parameters,)
        All parameters: the coefs of each layer, then the intercepts of each layer.

    coefs : list of ndarray of shape (fan_in, fan_out)
        Views of `flat`.

    intercepts : list of ndarray of shape (fan_out,)
        Views of `flat`; an empty list without biases.

    flat_coefs : ndarray of shape (n_coefs,)
        View of the part of `flat` that holds the coefs.

    Examples
    --------
    >>> from sknn_simple.network import Parameters
    >>> parameters = Parameters([2, 3, 1])
    >>> parameters.coefs[0][:] = 1
    >>> parameters.flat
    array([1., 1., 1., 1., 1., 1., 0., 0., 0., 0., 0., 0., 0.])
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        dtype: np.dtype | type[np.floating] = np.float64,
        fit_intercept: bool = True,
        flat: np.ndarray | None = None,
    ) -> None:
        if isinstance(flat, np.ndarray) and not flat.flags.writeable:
            raise ValueError("flat must be writeable, got a read-only array: copy it.")
        self._lay_out(layer_sizes, fit_intercept, flat, dtype)

    def _lay_out(
        self,
        layer_sizes: Sequence[int],
        fit_intercept: bool,
        flat: np.ndarray | None,
        dtype: np.dtype | type[np.floating] | None = None,
    ) -> None:
        """Check the arguments, and set the attributes, most of which are views."""
        layer_sizes = _check_sizes(layer_sizes)
        n_parameters = _count(layer_sizes, fit_intercept)
        if flat is None:
            flat = np.zeros(n_parameters, dtype)
        if not isinstance(flat, np.ndarray) or flat.dtype not in (
            np.float64,
            np.float32,
        ):
            raise TypeError(
                "flat must be an array of float64 or float32, got "
                f"{getattr(flat, 'dtype', type(flat).__name__)}."
            )
        if flat.shape != (n_parameters,) or not flat.flags.c_contiguous:
            raise ValueError(
                f"flat must be a contiguous array of shape ({n_parameters},) for "
                f"layer_sizes {layer_sizes}, got shape {flat.shape} with strides "
                f"{flat.strides}."
            )
        self.layer_sizes = layer_sizes
        self.fit_intercept = fit_intercept
        self.flat = flat
        self.coefs: list[np.ndarray] = []
        self.intercepts: list[np.ndarray] = []
        start = 0
        for fan_in, fan_out in pairwise(layer_sizes):
            stop = start + fan_in * fan_out
            self.coefs.append(flat[start:stop].reshape(fan_in, fan_out))
            start = stop
        self.flat_coefs = flat[:start]
        if fit_intercept:
            for fan_out in layer_sizes[1:]:
                self.intercepts.append(flat[start : start + fan_out])
                start += fan_out

    @classmethod
    def from_arrays(
        cls, coefs: Sequence[ArrayLike], intercepts: Sequence[ArrayLike] = ()
    ) -> Self:
        """Copy coefs and intercepts into one vector.

        Parameters
        ----------
        coefs : list of array-like of shape (fan_in, fan_out)

        intercepts : list of array-like of shape (fan_out,), default=()
            Empty for a network without biases.

        Returns
        -------
        parameters : Parameters
            float32 if all arrays are, else float64.

        Raises
        ------
        ValueError
            If the shapes do not fit together.
        """
        try:
            matrices = [np.asarray(coef) for coef in coefs]
            vectors = [np.asarray(intercept) for intercept in intercepts]
        except (RuntimeError, TypeError, ValueError) as error:
            kind = ValueError if isinstance(error, ValueError) else TypeError
            raise kind(
                f"coefs and intercepts must be lists of arrays, one per layer: {error}."
            ) from error
        for name, arrays in (("coefs", matrices), ("intercepts", vectors)):
            if found := first_not_real(name, arrays):
                raise ValueError(f"coefs and intercepts must be real, got {found}.")
        shapes = [matrix.shape for matrix in matrices]
        _check_shapes(shapes, [vector.shape for vector in vectors])
        flat = np.concatenate([part.ravel() for part in (*matrices, *vectors)])
        if flat.dtype != np.float32:
            flat = flat.astype(np.float64, copy=False)
        layer_sizes = [shapes[0][0], *(fan_out for _, fan_out in shapes)]
        return cls(layer_sizes, fit_intercept=len(vectors) > 0, flat=flat)

    def __repr__(self) -> str:
        return f"Parameters({self.layer_sizes}, fit_intercept={self.fit_intercept})"

    def zeros_like(self) -> "Parameters":
        """Return zeros in the same layout, for a gradient."""
        return Parameters(self.layer_sizes, self.flat.dtype, self.fit_intercept)

    def copy(self) -> "Parameters":
        """Return a copy."""
        copy = self.zeros_like()
        copy.flat[:] = self.flat
        return copy

    def view(self, flat: np.ndarray) -> "Parameters":
        """Return Parameters that view `flat`, shape (n_parameters,), in this layout."""
        return Parameters(self.layer_sizes, fit_intercept=self.fit_intercept, flat=flat)

    def __getstate__(self) -> dict[str, Any]:
        # Pickle would turn views into separate arrays.
        return {
            "layer_sizes": self.layer_sizes,
            "fit_intercept": self.fit_intercept,
            "flat": self.flat,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._lay_out(**state)


def first_not_real(name: str, arrays: Sequence[np.ndarray]) -> str | None:
    """Show the first entry that is not a real number, and its place, or None.

    It is None where JSON has null, or instead of the array of a whole layer. If an
    array holds texts or complex numbers, its dtype is shown.
    """
    for layer, array in enumerate(arrays):
        if array.dtype.kind in "fiub":
            continue
        for index, value in np.ndenumerate(array):
            if array.dtype.kind == "O" and not isinstance(value, Real):
                where = f"[{', '.join(map(str, index))}]" if index else ""
                return f"{value!r:.60} at {name}[{layer}]{where}"
        return f"{array.dtype} at {name}[{layer}]"
    return None
