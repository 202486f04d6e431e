"""The path of a weight through the network to the loss."""

from typing import NamedTuple

from ..inspection.neuron import Neuron, Weight, find_weight


class WeightPath(NamedTuple):
    """A weight, the neuron it leads to, and everything on the way to the loss.

    `layer` is the index of the weight's layer. `neurons` and `weights` are the names of
    those through which it acts, itself included.
    """

    layer: int
    neuron: Neuron
    weight: Weight
    neurons: frozenset[str]
    weights: frozenset[str]

    def multiplies(self, column, name):
        """Whether the weight multiplies the activation of a neuron.

        Column 0 holds the inputs, whose names may be those of neurons.
        """
        is_bias = self.weight is self.neuron.bias
        return not is_bias and (column, name) == (self.layer, self.weight.source)


def weight_path(step, parameter):
    """Return the WeightPath of a weight or bias by its name, or raise a ValueError."""
    place = find_weight(step.layers, parameter)
    if place is not None:
        i, j, k = place
        neuron = step.layers[i].neurons[j]
        return _path(step, i, neuron, neuron.parameters[k])
    n_coefs = step.parameters.flat_coefs.size
    allowed = f"'w1' to 'w{n_coefs}'"
    n_biases = step.parameters.flat.size - n_coefs
    if n_biases:
        allowed += f" and 'b1' to 'b{n_biases}'"
    raise ValueError(
        f"parameter must be the name of a weight ({allowed}), got {parameter!r}."
    )


def _path(step, i, neuron, weight):
    reached, weights = {neuron.name}, {weight.name}
    for layer in step.layers[i + 1 :]:
        weights |= {
            w.name for n in layer.neurons for w in n.weights if w.source in reached
        }
        reached |= {n.name for n in layer.neurons}
    return WeightPath(i, neuron, weight, frozenset(reached), frozenset(weights))
