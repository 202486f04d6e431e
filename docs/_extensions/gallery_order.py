"""The order of the examples in the gallery: the order of the overviews."""

import re
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


class GalleryOrder:
    """Orders the scripts of a folder."""

    def __init__(self, folder):
        overviews = [path.read_text() for path in sorted(EXAMPLES.rglob("README.md"))]
        self.names = re.findall(r"\]\((\w+\.py)\)", "".join(overviews))

    def __call__(self, name):
        """Return the place of a script; those in no overview come last."""
        return self.names.index(name) if name in self.names else len(self.names)
