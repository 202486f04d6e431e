"""Generators: random states made from a seed, and copies of them, without delay."""

import numpy as np


def seeded_generator(seed):
    """Return RandomState(seed), without NumPy's random seeding before it.

    That takes a tenth of a short fit.
    """
    rng = _unseeded_generator()
    rng.seed(seed)
    return rng


def copy_of_generator(rng):
    """Return a copy of a seeded generator; a deep copy takes five times as long."""
    copied = _unseeded_generator()
    copied.set_state(rng.get_state(legacy=False))
    return copied


def _unseeded_generator():
    return np.random.RandomState(np.random.MT19937(_Unseeded()))


class _Unseeded(np.random.bit_generator.ISeedSequence):
    """The seed of a generator that is seeded later."""

    def generate_state(self, n_words, dtype=np.uint32):
        return [0] * n_words  # whose items NumPy reads ten times as fast as an array's
