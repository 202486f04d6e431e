"""An outlined step as plain text."""

from textwrap import fill, indent

from .notation import printable
from .outline import Card, Facts, Heading


def to_text(blocks, rate):
    """Write the blocks of an outline, with an empty line between them."""
    return "\n\n".join(_block(block, rate) for block in blocks)


def _block(block, rate):
    match block:
        case Heading(4, text):
            return text.upper()
        case Heading(_, text):
            return text
        case Facts(texts):
            return "\n".join(f"  {text}" for text in texts)
        case Card(title, equations, updates):
            lines = [*map(str, equations), *(_update(u, rate) for u in updates)]
            return f"  {title}\n" + indent("\n".join(lines), " " * 4)
    return fill(block, 79, initial_indent="  ", subsequent_indent="  ")


def _update(update, rate):
    """Write the derivative for a weight, and the weight after the step."""
    if isinstance(update, str):
        return update
    weight = update.weight
    equations = [update.derivative, update.new(rate)]
    lines = indent("\n".join(map(str, equations)), "  ")
    return f"{weight.name} ({printable(weight.source)} -> {weight.target})\n{lines}"
