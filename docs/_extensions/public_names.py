"""Public names of the library: a name written as code links to its API page."""

import re
from importlib import import_module

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

MODULES = {
    "": "The estimators",
    ".model_selection": "Model selection",
    ".callbacks": "Callbacks",
    ".inspection": "Inspection",
    ".plotting": "Displays",
    ".playground": "Playground",
    ".datasets": "Data sets",
    ".network": "The network",
}
"""The public modules, in the order of the API page, and their headings."""


def public_names():
    """Return the full name of every public name, by the name itself.

    A name that is also a method of the estimators, such as `predict`, means the method.
    """
    methods = dir(import_module("sknn_simple").SimpleMLPClassifier)
    return {
        name: f"sknn_simple{module}.{name}"
        for module in reversed(MODULES)  # the estimators' names win
        for name in import_module(f"sknn_simple{module}").__all__
        if name not in methods
    }


class LinkPublicNames(SphinxPostTransform):
    """Turns code that is exactly a public name into a link to its page."""

    default_priority = 5  # before references are resolved

    def run(self, **kwargs):
        """Look at all code of a page."""
        targets = public_names()
        for literal in list(self.document.findall(nodes.literal)):
            name = re.sub(r"\(\)$", "", literal.astext())
            inside = literal.parent
            while inside is not None and not isinstance(
                inside, nodes.reference | addnodes.pending_xref | nodes.title
            ):
                inside = inside.parent
            if name in targets and inside is None:
                reference = addnodes.pending_xref(
                    "",
                    literal.deepcopy(),
                    refdomain="py",
                    reftype="obj",
                    reftarget=targets[name],
                    refdoc=self.env.docname,
                    refexplicit=True,
                    refwarn=True,
                )
                literal.replace_self(reference)


def setup(app):
    """Register the transform."""
    app.add_post_transform(LinkPublicNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
