"""Addresses of the project: the single place that defines them.

An address that does not exist yet is empty, and whatever would link to it leaves the
link out: the metadata of the package, the README on a package index, the documentation
and the HTML of the estimators.
"""

SITE = ""  # of the documentation, such as "https://example.org/sknn-simple"
REPOSITORY = ""  # of the source, such as "https://example.org/developers/sknn-simple"
