"""The picture of the package: its parts, and which of them import which.

The picture is made from the code, so it is never out of date.
"""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

PACKAGE = Path(__file__).parents[2] / "sknn_simple"
WIDTH, HEIGHT, ROW, GAP = 152, 40, 84, 22  # of boxes, in pixels


def imports(package=PACKAGE):
    """Return the parts that each part imports: top-level files and folders."""
    graph = {}
    for path in sorted(package.rglob("*.py")):
        *folders, name = path.relative_to(package).with_suffix("").parts
        part = (*folders, name)[0]
        if part == "__init__":
            continue
        graph.setdefault(part, set())
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ImportFrom) and node.level:
                start = folders[: len(folders) - node.level + 1]
                module = [*start, *(node.module or "").split(".")]
                graph[part].add(module[0])
        graph[part] -= {part, ""}
    return graph


def floors(graph):
    """Return the parts floor by floor; each imports only from the floors below.

    Raises
    ------
    graphlib.CycleError
        If imports run in a circle.
    """
    floor = {}
    for part in TopologicalSorter(graph).static_order():
        below = [floor[other] for other in graph[part]]
        floor[part] = 1 + max(below, default=-1)
    top = max(floor.values())
    return [sorted(p for p, f in floor.items() if f == n) for n in range(top + 1)]


def direct(graph):
    """Return the imports that no chain of other imports stands for."""

    def reached(part):
        return set().union(*({p} | reached(p) for p in graph[part]))

    return {
        part: others - set().union(*(reached(other) for other in others))
        for part, others in graph.items()
    }


def first_sentence(part):
    """Return what a part says about itself."""
    path = PACKAGE / part
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.get_docstring(ast.parse(path.read_text())).split("\n\n")[0]


def draw(graph):
    """Return the picture as SVG in the colours of the page."""
    rows = floors(graph)
    width = max(len(row) for row in rows) * (WIDTH + GAP)
    height = len(rows) * ROW
    places = {
        part: (
            width / 2 + (i - (len(row) - 1) / 2) * (WIDTH + GAP),
            height - (n + 0.5) * ROW,
        )
        for n, row in enumerate(rows)
        for i, part in enumerate(row)
    }
    shapes = []
    for part, others in direct(graph).items():
        for other in others:
            (x, y), (to_x, to_y) = places[part], places[other]
            y, to_y = y + HEIGHT / 2, to_y - HEIGHT / 2 - 3
            middle = (y + to_y) / 2
            path = f"M{x},{y} C{x},{middle} {to_x},{middle} {to_x},{to_y}"
            shapes.append(f'<path d="{path}" marker-end="url(#arrow)"/>')
    for part, (x, y) in places.items():
        name = part + ("/" if (PACKAGE / part).is_dir() else ".py")
        box = f'x="{x - WIDTH / 2}" y="{y - HEIGHT / 2}" rx="6"'
        shapes.append(
            f"<g><title>{first_sentence(part)}</title>"
            f'<rect {box} width="{WIDTH}" height="{HEIGHT}"/>'
            f'<text x="{x}" y="{y + 5}">{name}</text></g>'
        )
    return (
        f'<svg class="house" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="The parts of the package; arrows are imports" width="{width}">'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z"/></marker></defs>'
        f"{''.join(shapes)}</svg>"
    )


class HousePicture(Directive):
    """Puts the picture on a page, and a table of what each part knows."""

    def run(self):
        """Return the nodes."""
        graph = imports()
        picture = nodes.raw("", draw(graph), format="html")
        parts = nodes.field_list(classes=["house-parts"])
        for part in (part for row in reversed(floors(graph)) for part in row):
            name = part + ("/" if (PACKAGE / part).is_dir() else ".py")
            sentence = nodes.paragraph("", first_sentence(part))
            parts += nodes.field(
                "",
                nodes.field_name("", "", nodes.literal("", name)),
                nodes.field_body("", sentence),
            )
        return [picture, parts]


def setup(app):
    """Register the directive."""
    app.add_directive("house-picture", HousePicture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
