"""Explanation: one step of backpropagation, as a page draws it on the network."""

from itertools import pairwise

import numpy as np

from ..inspection import explain_step
from ..inspection.neuron import find_weight
from ..inspection.notation import number
from .controls import is_integer
from .frame import target_numbers
from .refusal import Refusal


def parameter_names(layer_sizes):
    """Return the names that `explain_step` gives the parameters, by layer.

    Coefs are numbered neuron by neuron, from the first hidden layer to the output.
    """
    coefs, intercepts, n_coefs, n_intercepts = [], [], 0, 0
    for fan_in, fan_out in pairwise(layer_sizes):
        coefs.append(
            [
                [f"w{n_coefs + 1 + j * fan_in + i}" for j in range(fan_out)]
                for i in range(fan_in)
            ]
        )
        intercepts.append([f"b{n_intercepts + 1 + j}" for j in range(fan_out)])
        n_coefs += fan_in * fan_out
        n_intercepts += fan_out
    return {"coefs": coefs, "intercepts": intercepts}


def explain(training, parameter, sample):
    """Return the message that explains the derivative of a parameter.

    `sample` is the index of a training sample. None means the sample of the next
    minibatch if that holds a single one, otherwise the first sample. Without a
    parameter, the message shows the forward and the backward pass.
    """
    n_samples = len(training.y_train)
    index = (training.next_sample or 0) if sample is None else sample
    if not is_integer(index) or not 0 <= index < n_samples:
        raise Refusal(
            "explain", f"The sample must be an index from 0 to {n_samples - 1}."
        )
    x, y = training.inputs_train[index], training.y_train[index]
    with np.errstate(over="ignore"):
        step = explain_step(training.network, x, y)
    if not np.isfinite([step.gradient.flat, step.new_parameters.flat]).all():
        raise Refusal("explain", "The numbers of this step are too large to be shown.")
    target = target_numbers(training, training.y_train[[index]])[0]
    message = {
        "type": "explanation",
        "parameter": parameter,
        "sample": {
            "index": index,
            "x": training.X_train[index].tolist(),
            "y": target,
        },
        "loss": step.loss,
        "rate": step.learning_rate,
        "activations": [
            list(step.inputs.values()),
            *([neuron.activation for neuron in layer.neurons] for layer in step.layers),
        ],
        "deltas": [[neuron.delta for neuron in layer.neurons] for layer in step.layers],
    }
    if parameter is None:
        return message | {"text": f"The loss on this sample is {number(step.loss)}."}
    return message | _about_parameter(training, step, parameter)


def _about_parameter(training, step, parameter):
    """Return the derivative for a parameter, its factors, and where they are drawn."""
    place = find_weight(step.layers, parameter)
    if place is None:
        raise Refusal(
            "explain", f"There is no parameter {parameter!r:.40} in this network."
        )
    i, j, k = place
    neuron = step.layers[i].neurons[j]
    weight = neuron.parameters[k]
    is_bias = weight is neuron.bias
    return {
        "chains": [
            [{"name": f.name, "value": f.value, "formula": f.formula} for f in chain]
            for chain in weight.chains
        ],
        "input": _input(training, k) if i == 0 and not is_bias else "",
        "penalty": weight.penalty,
        "derivative": weight.derivative,
        "old": weight.old,
        "new": weight.new,
        "forward": [[i + 1, j]] if is_bias else [[i, k], [i + 1, j]],
        "backward": _paths(step, i, j),
        "text": " ".join([*_about_step(step), *_about_minibatches(training)]),
    }


def _input(training, k):
    """Say what the k-th input is, beside its name in formulas."""
    feature = str(training.samples.features[k])
    name = "" if feature == f"x{k + 1}" else feature
    return ", ".join(filter(None, [name, "scaled" if training.scaler else ""]))


def _paths(step, i, j):
    """Return the coefs between the j-th neuron of layer i and the outputs."""
    paths, reached = [], [j]
    for layer in range(i + 1, len(step.layers)):
        width = len(step.layers[layer].neurons)
        paths += [[layer, source, k] for source in reached for k in range(width)]
        reached = range(width)
    return paths


def _about_step(step):
    """Say what the picture cannot show."""
    if step.standardised_by is not None:
        yield "Targets and outputs are standardised."
    if step.differs_by:
        options = " and ".join(step.differs_by)
        yield f"With {options}, the next step of training differs."


def _about_minibatches(training):
    """Say which samples the steps before and after this moment are about."""
    if training.last_sample is not None:
        yield f"The last minibatch was sample {training.last_sample + 1}."
    if training.next_sample is not None:
        yield f"The next minibatch is sample {training.next_sample + 1}."
    else:
        yield f"A minibatch uses the mean derivative of {training.batch_size} samples."
