"""The order of the examples in the gallery: the order of their overview."""

import re
from pathlib import Path

OVERVIEW = Path(__file__).parents[2] / "examples" / "README.md"


class GalleryOrder:
    """Orders the scripts of a folder."""

    def __init__(self, folder):
        self.names = re.findall(r"\]\((\w+\.py)\)", OVERVIEW.read_text())

    def __call__(self, name):
        """Return the place of a script; those not in the overview come last."""
        return self.names.index(name) if name in self.names else len(self.names)
