"""Links of the Markdown pages to files outside `docs/`, turned into links of the site.

The pages link to examples and benchmarks by their path in the repository, so that they
also work where the repository is browsed.
"""

import re
from pathlib import PurePosixPath

PAGES = {
    r"examples/README\.md": "gallery/index.rst",
    r"examples/((?:mistakes/)?\w+)\.py": r"gallery/\1.rst",
    r"benchmarks/README\.md": "benchmarks.md",
    r"CHANGELOG\.md": "changelog.md",
    r"CONTRIBUTING\.md": "contributing.md",
    r"SECURITY\.md": "security.md",
    r"docs/([\w/]+\.md)": r"\1",
}
"""Page of the site for each path in the repository."""


def rewrite(content, start, up):
    """Rewrite links to paths below `start`, for a page that is `up` below `docs/`."""
    for path, target in PAGES.items():
        pattern = re.compile(rf"\]\({re.escape(start)}{path}(#[^)]*)?\)")
        content[0] = pattern.sub(rf"]({up}{target}\g<{pattern.groups}>)", content[0])


def rewrite_page(app, docname, content):
    """Rewrite the links of a page of the site, which leave `docs/`."""
    page = PurePosixPath(app.env.doc2path(docname, base=False))
    if page.suffix == ".md":
        up = "../" * (len(page.parts) - 1)
        rewrite(content, f"{up}../", up)


def rewrite_included(app, path, docname, content):
    """Rewrite the links of a page at the root of the repository."""
    rewrite(content, "", "")


def setup(app):
    """Register the rewriting of pages before they are parsed."""
    app.connect("source-read", rewrite_page)
    app.connect("include-read", rewrite_included)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
