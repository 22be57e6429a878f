"""From a figure to its files: SVG, PNG and CSV, the same bytes for the same figure."""

from __future__ import annotations

import io
from typing import Final

from data.tables import csv_of
from tasks.figures.figure import Drawn, Figure

PIXELS: Final = 144
"""Pixels per inch of a PNG."""


def draw(figure: Figure) -> Drawn:
    """Draw a figure.

    Args:
        figure: The figure.

    Returns:
        Its files.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    # No time, no version and no random id in the files.
    with mpl.rc_context({"svg.hashsalt": figure.key, "svg.fonttype": "none", "font.family": "sans-serif"}):
        canvas = Canvas(figsize=figure.size, layout="constrained")
        FigureCanvasAgg(canvas)
        figure.paint(canvas)
        svg, png = io.BytesIO(), io.BytesIO()
        canvas.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        canvas.savefig(png, format="png", dpi=PIXELS, metadata={"Software": None})
    return Drawn(svg.getvalue(), png.getvalue(), csv_of(figure.table))
