"""Signatures as a reader would write them.

- A class that defines `__new__` besides `__init__` shows the parameters of `__init__`.
  The estimators define `__new__` to suggest a name for a misspelt parameter.
- `ArrayLike` is shown by its name. Python keeps the union that it stands for.
- The fields of a named tuple are described in its docstring, and not once more as
  "Alias for field number 0".
"""

from numpy.typing import ArrayLike
from sphinx.util.inspect import signature, stringify_signature
from sphinx.util.typing import stringify_annotation

ARRAY_LIKE = stringify_annotation(ArrayLike, "smart")


def shorten(app, what, name, obj, options, args, return_annotation):
    """Return the signature of `__init__`, and `ArrayLike` by its name."""
    if what == "class" and "*args" in (args or ""):
        init = signature(obj.__init__, bound_method=True)
        args = stringify_signature(
            init, show_return_annotation=False, unqualified_typehints=True
        )
        return_annotation = ""
    if args:
        args = args.replace(ARRAY_LIKE, "~numpy.typing.ArrayLike")
    return args, return_annotation


def skip_field(app, what, name, obj, skip, options):
    """Leave out the fields of named tuples."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def setup(app):
    """Register the signatures."""
    app.connect("autodoc-process-signature", shorten)
    app.connect("autodoc-skip-member", skip_field)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
