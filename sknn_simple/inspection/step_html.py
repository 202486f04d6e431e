"""A step as HTML that is complete in itself, for light and dark pages."""

from html import escape

from . import notation
from .notation import number

STYLE = """
.sknn-step { font: 14px/1.5 system-ui, sans-serif; max-width: 72em; }
.sknn-step h3 { margin: 0 0 .3em; font-size: 1.25em; }
.sknn-step h4 { margin: 1.2em 0 .4em; font-size: 1.05em; }
.sknn-step p { margin: .3em 0; }
.sknn-step .note { opacity: .8; font-style: italic; }
.sknn-step .pill { display: inline-block; margin: 0 .5em .35em 0; padding: 0 .6em;
  border: 1px solid rgba(128, 128, 128, .45); border-radius: 1em; }
.sknn-step .card { margin: .5em 0; padding: .5em .9em .7em; border-radius: 8px;
  border: 1px solid rgba(128, 128, 128, .35); background: rgba(128, 128, 128, .07); }
.sknn-step summary { cursor: pointer; }
.sknn-step .name { font-weight: 600; margin-right: 1em; }
.sknn-step .math { font-family: ui-monospace, Menlo, Consolas, monospace;
  font-size: .92em; }
.sknn-step div.math { margin: .15em 0; overflow-wrap: anywhere; }
.sknn-step .scroll { overflow-x: auto; margin-top: .5em; }
.sknn-step table { border-collapse: collapse; margin: 0; }
.sknn-step th, .sknn-step td { padding: .25em .9em .25em 0; text-align: left;
  vertical-align: middle; border: 0; border-top: 1px solid rgba(128, 128, 128, .3);
  background: none; white-space: nowrap; }
.sknn-step th { border-top: 0; font-weight: 600; opacity: .75; }
.sknn-step .factor { display: inline-block; text-align: center; vertical-align: middle;
  line-height: 1.25; margin: 0 .15em; }
.sknn-step .factor small { display: block; opacity: .75; font-size: .85em; }
.sknn-step .up { color: #2b83c6; } .sknn-step .down { color: #d0661b; }
"""
"""Greys are transparent and text takes the page's colour, so that any page suits."""


def step_to_html(step, max_shown):
    """The step layer by layer: first forward, then backward."""
    parts = [
        '<div class="sknn-step">',
        f"<style>{STYLE}</style>",
        "<h3>One backpropagation step on one sample</h3>",
        *_sample(step, max_shown),
        *(f'<p class="note">{escape(note)}</p>' for note in notation.notes(step)),
    ]
    for layer in step.layers:
        parts += _layer(layer, "forward", max_shown, _forward)
    formula = escape(notation.loss_formula(step))
    parts.append(
        f'<h4>Loss</h4><div class="math">{formula} = <b>{number(step.loss)}</b></div>'
    )
    rate = number(step.learning_rate)
    for layer in reversed(step.layers):
        parts += _layer(
            layer,
            "backward",
            max_shown,
            lambda neuron, layer, shown: _backward(neuron, shown, rate),
        )
    return "\n".join([*parts, "</div>"])


def _pill(name, value, comment=""):
    comment = f" <small>{escape(str(comment))}</small>" if comment else ""
    return (
        f'<span class="pill"><span class="math">{name} = {value}</span>{comment}</span>'
    )


def _sample(step, max_shown):
    """The sample, its target and the learning rate."""
    names = step.feature_names or [""] * len(step.inputs)
    inputs = [
        _pill(name, number(value), called)
        for (name, value), called in zip(step.inputs.items(), names, strict=True)
    ]
    given = step.y.tolist()
    targets = [_pill(name, number(value)) for name, value in step.targets.items()]
    label = ""
    if given != next(iter(step.targets.values())):
        label = f'<span class="pill">target {escape(str(given))}</span>'
    rate = f'<span class="pill">learning rate {number(step.learning_rate)}</span>'
    return [
        f"<p>{''.join(inputs[:max_shown])}</p>",
        _more(inputs, max_shown, "input"),
        f"<p>{label}{''.join(targets[:max_shown])}</p>",
        _more(targets, max_shown, "target"),
        f"<p>{rate}</p>",
    ]


def _more(things, max_shown, what):
    n_more = len(things) - max_shown
    return f'<p class="note">{notation.more(n_more, what)}</p>' if n_more > 0 else ""


def _layer(layer, direction, max_shown, card):
    """A heading, and a card for each neuron."""
    title = f"{layer.name} ({layer.activation}), {direction}"
    cards = [card(neuron, layer, max_shown) for neuron in layer.neurons[:max_shown]]
    return [
        f"<h4>{title[0].upper()}{title[1:]}</h4>",
        *cards,
        _more(layer.neurons, max_shown, "neuron"),
    ]


def _equation(symbol, *sides):
    return (
        f'<div class="math">{escape(" = ".join([symbol, *filter(None, sides)]))}</div>'
    )


def _forward(neuron, layer, max_shown):
    z, a = f"z_{neuron.name}", f"a_{neuron.name}"
    total = number(neuron.weighted_sum)
    by_name, by_value = notation.weighted_sum(neuron, max_shown)
    return "\n".join(
        [
            f'<div class="card"><span class="name">{neuron.name}</span>',
            _equation(z, by_name),
            _equation(z, by_value, total),
            f'<div class="math">{a} = {notation.activated(layer, neuron)} = '
            f"<b>{number(neuron.activation)}</b></div></div>",
        ]
    )


def _backward(neuron, max_shown, rate):
    """How delta comes about, and the table of the weights."""
    rows = [_row(neuron, weight, rate) for weight in neuron.weights[:max_shown]]
    n_more = len(neuron.weights) - max_shown
    if n_more > 0:
        text = notation.more(n_more, "weight")
        rows.append(f'<tr><td colspan="4" class="note">{text}</td></tr>')
    if neuron.bias is not None:
        rows.append(_row(neuron, neuron.bias, rate))
    delta = f"dL/dz_{neuron.name} = {number(neuron.delta)}"
    return "\n".join(
        [
            f'<details class="card" open><summary><span class="name">{neuron.name}'
            f'</span><span class="math">{delta}</span></summary>',
            *(
                _equation(symbol, by_name, by_value, number(result))
                for symbol, by_name, by_value, result in notation.error_lines(
                    neuron, max_shown
                )
            ),
            '<div class="scroll"><table><tr><th>weight</th><th>joins</th>'
            "<th>derivative</th><th>update: <span class='up'>up</span> or "
            "<span class='down'>down</span></th></tr>",
            *rows,
            "</table></div></details>",
        ]
    )


def _row(neuron, weight, rate):
    """A weight: the factors of its derivative one beside the other, and its update."""
    chain = notation.derivative_chain(neuron, weight)
    product = " &times; ".join(_factor(name, number(value)) for name, value in chain)
    if weight.penalty:
        product += f" + {_factor('penalty', number(weight.penalty))}"
    direction = "up" if weight.new > weight.old else "down"
    symbol = f"dL/d{weight.name}"
    old, new = notation.updated(weight.old, weight.new)
    return (
        f'<tr class="math"><td>{weight.name}</td>'
        f"<td>{weight.source} &rarr; {weight.target}</td>"
        f"<td>{product} = {_factor(symbol, f'<b>{number(weight.derivative)}</b>')}</td>"
        f"<td>{old} &minus; {rate} &times; "
        f"{notation.operand(weight.derivative)} = "
        f'<b class="{direction}">{new}</b></td></tr>'
    )


def _factor(name, value):
    return f'<span class="factor"><small>{name}</small>{value}</span>'
