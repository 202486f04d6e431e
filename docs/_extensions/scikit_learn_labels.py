"""References to scikit-learn's user guide and glossary, in inherited docstrings.

They resolve without an inventory of scikit-learn, which would need a network.
"""

from docutils import nodes

PAGES = {
    "metadata_routing": "metadata_routing.html",
    "scoring_parameter": "modules/model_evaluation.html",
    "scoring_callable": "modules/model_evaluation.html",
    "scoring": "modules/model_evaluation.html",
    "cross_validation": "modules/cross_validation.html",
    "visualizations": "visualizations.html",
    "df_output_transform": "modules/df_output_transform.html",
    "sphx_glr_auto_examples_miscellaneous_plot_set_output.py": (
        "auto_examples/miscellaneous/plot_set_output.html"
    ),
}
"""Page of scikit-learn's site for each label that its docstrings refer to."""


def resolve(app, env, node, contnode):
    """Return a link to scikit-learn's site for one of its labels or terms."""
    target = node.get("reftarget", "")
    if node.get("reftype") == "term":
        page = f"glossary.html#term-{target.replace('_', '-')}"
    elif node.get("refdomain") == "std" and target in PAGES:
        page = PAGES[target]
    else:
        return None
    address = f"https://scikit-learn.org/stable/{page}"
    return nodes.reference("", "", contnode, refuri=address)


def setup(app):
    """Register the references."""
    # Before Sphinx warns that a term is not in the glossary of this site.
    app.connect("missing-reference", resolve, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
