"""An outlined step as self-contained HTML, for light and dark pages."""

from html import escape

from .notation import number, operand, printable
from .outline import Card, Facts, Heading

# Transparent greys and the page's own text colour suit any page. The selectors of the
# table are more specific than Jupyter's, which align cells to the right.
STYLE = """
.sknn-step { font: 14px/1.5 system-ui, sans-serif; max-width: 72em; }
div.sknn-step :is(h3, h4, h5) { margin: 1em 0 .4em; font-size: 1.1em;
  font-style: normal; font-weight: 600; }
.sknn-step h5::first-letter { text-transform: uppercase; }
.sknn-step p { margin: .3em 0; }
.sknn-step .note { opacity: .8; font-style: italic; }
.sknn-step .pill { display: inline-block; margin: 0 .5em .35em 0; padding: 0 .6em;
  border: 1px solid rgba(128, 128, 128, .45); border-radius: 1em; }
.sknn-step .card { margin: .5em 0; padding: .5em .9em .7em; border-radius: 8px;
  border: 1px solid rgba(128, 128, 128, .35); background: rgba(128, 128, 128, .07); }
.sknn-step summary { cursor: pointer; }
.sknn-step .name { font-weight: 600; margin-right: 1em; }
.sknn-step .math { font: .92em ui-monospace, Menlo, Consolas, monospace; }
.sknn-step div.math { margin: .15em 0; white-space: pre-wrap; }
.sknn-step .scroll { overflow-x: auto; margin-top: .5em; }
div.sknn-step .scroll table { border-collapse: collapse; margin: 0; font-size: 1em;
  table-layout: auto; width: auto; border: 0; }
div.sknn-step .scroll table tbody tr { background: none; }
div.sknn-step .scroll table th, div.sknn-step .scroll table td { text-align: left;
  vertical-align: bottom; padding: .25em .8em .25em 0; border: 0; background: none;
  border-top: 1px solid rgba(128, 128, 128, .3); white-space: nowrap; }
.sknn-step .factor { display: inline-block; text-align: center; line-height: 1.25; }
.sknn-step .factor small { display: block; opacity: .75; font-size: .85em; }
.sknn-step .up { color: #2b83c6; } .sknn-step .down { color: #d0661b; }
"""


def to_html(blocks, rate):
    """Write the blocks of an outline."""
    html = "\n".join(_block(block, rate) for block in blocks)
    return f'<div class="sknn-step">\n<style>{STYLE}</style>\n{html}\n</div>'


def _block(block, rate):
    match block:
        case Heading(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Facts(texts):
            pills = (f'<span class="pill">{escape(text)}</span>' for text in texts)
            return f"<p>{''.join(pills)}</p>"
        case Card(title, equations, updates):
            return _card(title, equations, updates, rate)
    return f'<p class="note">{escape(block)}</p>'


def _card(title, equations, updates, rate):
    """Write a card; with weights, it folds up to its last result."""
    name = f'<span class="name">{title}</span>'
    lines = "\n".join(map(_equation, equations))
    if not updates:
        return f'<div class="card">{name}\n{lines}</div>'
    last = equations[-1]
    result = f"{last.symbol} {last.before_result} {last.result}"
    n_factors = len(updates[0].factors)
    rows = "\n".join(_row(update, n_factors, rate) for update in updates)
    return (
        f'<details class="card" open><summary>{name}<span class="math">{result}'
        f'</span></summary>\n{lines}\n<div class="scroll"><table>\n<tr>'
        f'<th>weight</th><th>joins</th><th colspan="{n_factors + 1}">derivative</th>'
        '<th>update: <span class="up">up</span> or <span class="down">down</span></th>'
        f"</tr>\n{rows}\n</table></div></details>"
    )


def _equation(equation):
    """Write an equation with its result in bold."""
    formula, result = escape(str(equation)), escape(equation.result)
    return f'<div class="math">{formula.removesuffix(result)}<b>{result}</b></div>'


def _row(update, n_factors, rate):
    """Write a weight: a cell per factor of its derivative, and its update."""
    if isinstance(update, str):
        return f'<tr><td colspan="{n_factors + 4}" class="note">{update}</td></tr>'
    weight, factors = update
    first, *others = factors
    cells = [_named(first.name, number(first.value))]
    cells += [f"&times; {_named(f.name, operand(f.value))}" for f in others]
    if weight.penalty:
        penalty = f"{number(weight.strength)} &times; {operand(weight.old)}"
        cells[-1] += f" + {_named('penalty', penalty)}"
    derivative = _named(f"∂L/∂{weight.name}", f"<b>{number(weight.derivative)}</b>")
    equation, new = update.derivative, update.new(rate)
    change = new.by_value.replace(" - ", " &minus; ").replace("*", "&times;")
    direction = "up" if weight.new > weight.old else "down"
    cells = [
        weight.name,
        f"{escape(printable(weight.source))} &rarr; {weight.target}",
        *cells,
        f"{equation.before_result} {derivative}",
        f'{change} {new.before_result} <b class="{direction}">{new.result}</b>',
    ]
    return f'<tr class="math"><td>{"</td><td>".join(cells)}</td></tr>'


def _named(name, value):
    """Write a value below its name."""
    return f'<span class="factor"><small>{escape(name)}</small>{value}</span>'
