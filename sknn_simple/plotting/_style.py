"""Colours, sizes of text, and the import of pyplot."""

BLUE, VERMILION = "#0072B2", "#D55E00"
SKY, ORANGE = "#56B4E9", "#E69F00"  # in their place on a dark background
COLORS = (BLUE, VERMILION, "#009E73", "#CC79A7", ORANGE, SKY)


def foreground():
    """Return the colour of texts in the current style, which is light on dark ones."""
    import matplotlib as mpl

    return mpl.rcParams["text.color"]


def import_pyplot(caller):
    """Return matplotlib.pyplot, or raise an ImportError that names the extra."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"{caller} needs matplotlib: pip install matplotlib."
        ) from error
    return plt


def text_width(text, size):
    """Return the width of the longest line of a text, in inches."""
    from matplotlib.textpath import TextPath

    # Dollar signs in names are not formulas.
    lines = [line.replace("$", r"\$") for line in text.splitlines() if line.strip()]
    # Exact extents give the same width, and take far longer.
    outlines = [TextPath((0, 0), line, size=size).vertices for line in lines]
    return max((outline[:, 0].max(initial=0) for outline in outlines), default=0) / 72
