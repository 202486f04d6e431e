"""Addresses of the project: the single place that defines them.

An address that does not exist yet is empty, and whatever would link to it leaves the
link out: the metadata of the package, its README on a package index, the documentation
site and the HTML of the estimators. `setup.py` runs this file alone, so it imports
nothing of the package.
"""

import re

SITE = ""  # of the documentation, such as "https://example.org/sknn-simple"
REPOSITORY = ""  # of the source, such as "https://example.org/developers/sknn-simple"

RELATIVE_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?://|#)([^)]+)\)")


def project_urls():
    """Return the links for the metadata of the package, by their labels."""
    urls = {
        "Documentation": SITE,
        "Source": REPOSITORY,
        "Changelog": REPOSITORY and f"{REPOSITORY}/blob/main/CHANGELOG.md",
        "Issues": REPOSITORY and f"{REPOSITORY}/issues",
    }
    return {label: url for label, url in urls.items() if url}


def absolute_links(page):
    """Return a Markdown page whose relative links lead to the repository.

    While there is no address of the repository, only the texts of the links are kept.
    """

    def replace(match):
        is_image, text, path = match.groups()
        if not REPOSITORY:
            return "" if is_image else text
        view = "raw" if is_image else "blob"
        return f"{is_image}[{text}]({REPOSITORY}/{view}/main/{path})"

    return RELATIVE_LINK.sub(replace, page)


class DocumentationLink:
    """Mixin that links the HTML of an estimator to its page on the site."""

    @property
    def _doc_link_module(self):
        # scikit-learn links only the estimators of this module.
        return "sknn_simple" if SITE else ""

    @property
    def _doc_link_template(self):
        return f"{SITE}/reference/{{package}}.{{name}}.html"

    def _doc_link_url_param_generator(self):
        package, _, _ = type(self).__module__.rpartition(".")
        return {"package": package, "name": type(self).__name__}
