"""Configuration of the documentation site.

Build it from the root of the repository, without a network:

    python -m sphinx -W docs docs/_build
"""

import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS / "_extensions"), str(DOCS.parent)]

import sknn_simple  # noqa: E402
from sknn_simple._addresses import REPOSITORY, SITE  # noqa: E402

project = "sknn-simple"
author = "The sknn-simple developers"
copyright = f"2026, {author}"  # the name that Sphinx reads
version = release = sknn_simple.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "data_docstrings",
    "house_picture",
    "mathml",
    "public_names",
    "repository_links",
    "scikit_learn_labels",
    "signatures",
]
exclude_patterns = ["_build", "gallery/*.ipynb", "gallery/*.py", "gallery/*.md5"]
default_role = "literal"
templates_path = ["_templates"]
nitpicky = False  # types such as "list of ndarray" are not links

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4

autodoc_preserve_defaults = True  # np.float64, not <class 'numpy.float64'>
autosummary_imported_members = True
autodoc_member_order = "groupwise"
autodoc_typehints = "signature"
maximum_signature_line_length = 80
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",  # run all, not only those that draw
    "within_subsection_order": "gallery_order.GalleryOrder",
    "doc_module": "sknn_simple",
    "reference_url": {"sknn_simple": None},
    "backreferences_dir": "gallery/uses",
    "inspect_global_variables": True,
    "capture_repr": (),  # the output is what the script prints
    "remove_config_comments": True,
    "show_memory": False,
    "min_reported_time": 3600,  # times of one machine help nobody
    "write_computation_times": False,
    "default_thumb_file": str(DOCS / "_static" / "text_output.png"),
    "download_all_examples": True,
    "image_srcset": ["2x"],
}

highlight_options = {"python": {"stripnl": True}}  # the blank line of a doctest's end

html_theme = "pydata_sphinx_theme"
html_title = "sknn-simple"
html_baseurl = SITE
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/favicon.svg"
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {page: [] for page in ("index", "start", "tutorials")}
html_theme_options = {
    "logo": {"text": "sknn-simple"},
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    **({"github_url": REPOSITORY} if REPOSITORY else {}),
}
