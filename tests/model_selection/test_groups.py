"""Candidates are grouped by everything but their number of epochs."""

import numpy as np

from sknn_simple.model_selection._groups import group_by_epochs


def test_groups_keep_the_order_of_their_candidates():
    candidates = [
        {"mlp__max_iter": 8, "mlp__alpha": 0.1},
        {"mlp__max_iter": 8, "mlp__alpha": 0.2},
        {"mlp__alpha": 0.1, "mlp__max_iter": 2},
        {"mlp__alpha": 0.1, "mlp__max_iter": 5},
        {},
    ]
    epochs = [8, 8, 2, None, None]
    assert group_by_epochs(candidates, epochs, "mlp__max_iter") == [
        ({"mlp__alpha": 0.1}, [0, 2], [8, 2]),
        ({"mlp__alpha": 0.2}, [1], [8]),
        ({"mlp__alpha": 0.1, "mlp__max_iter": 5}, [3], [None]),
        ({}, [4], [None]),
    ]
    assert group_by_epochs([], [], "max_iter") == []


def test_equal_values_of_other_types_are_other_candidates():
    values = [1, True, 1.0, np.float64(1), (5,), (5.0,), "1"]
    candidates = [{"alpha": value, "max_iter": 3} for value in values]
    assert len(group_by_epochs(candidates, [3] * 7, "max_iter")) == len(values)


def test_values_that_cannot_be_hashed_are_told_apart_by_identity():
    weights, others = {0: 1.0}, {0: 1.0}
    candidates = [{"class_weight": w} for w in (weights, others, weights)]
    groups = group_by_epochs(candidates, [3, 4, 5], "max_iter")
    assert [group.candidates for group in groups] == [[0, 2], [1]]
