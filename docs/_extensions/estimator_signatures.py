"""Signatures of classes: those of `__init__`, which Sphinx reads from `__new__`.

The estimators define `__new__` to suggest a name for a misspelt parameter.
"""

from sphinx.util.inspect import signature, stringify_signature


def show_init(app, what, name, obj, options, args, return_annotation):
    """Return the signature of a class that defines `__new__` besides `__init__`."""
    if what != "class" or "*args" not in (args or ""):
        return None
    return stringify_signature(signature(obj.__init__, bound_method=True)), ""


def setup(app):
    """Register the signatures."""
    app.connect("autodoc-process-signature", show_init)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
