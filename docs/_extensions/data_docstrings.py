"""Docstrings of data: the string below a name, in the file that defines it.

autodoc looks for it in the package that exports the name, and shows the docstring of
its type in its place.
"""

from pkgutil import walk_packages

from sphinx.pycode import ModuleAnalyzer

import sknn_simple


def docstrings():
    """Return the lines below each name of a module, by the name."""
    found = {}
    for module in walk_packages(sknn_simple.__path__, "sknn_simple."):
        if not module.ispkg and not module.name.endswith((".compiled", "__main__")):
            attributes = ModuleAnalyzer.for_module(module.name).find_attr_docs()
            found |= {
                name: doc for (scope, name), doc in attributes.items() if not scope
            }
    return found


def describe(app, what, name, obj, options, lines):
    """Replace the docstring of data by the one below its name."""
    if what == "data":
        lines[:] = docstrings()[name.rpartition(".")[2]]


def setup(app):
    """Register the docstrings before numpydoc formats them."""
    app.connect("autodoc-process-docstring", describe, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
