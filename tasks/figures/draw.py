"""From a figure to its files: SVG, PNG and CSV, the same bytes for the same figure."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from data.tables import csv_of
from tasks.figures.apart import load_matplotlib
from tasks.figures.figure import Drawn, Figure
from tasks.figures.png import png_of
from tasks.figures.style import RC
from tasks.figures.svg import tidied

PIXELS: Final = 144
"""Pixels per inch of a PNG."""

_POINTS: Final = 72


def draw(figure: Figure) -> Drawn:
    """Draw a figure.

    Args:
        figure: The figure.

    Returns:
        Its files. No time, no version and no random id is in them.
    """
    with painted(figure, figure.size) as canvas:
        svg, png = _svg(canvas, figure), _png(canvas)
    narrow = b""
    if figure.narrow is not None:
        with painted(figure, figure.narrow) as canvas:
            narrow = _svg(canvas, figure)
    return Drawn(svg, png, csv_of(figure.table), narrow)


@contextmanager
def painted(figure: Figure, size: tuple[float, float]) -> Iterator[Any]:
    """A figure painted in a size, with the settings of Matplotlib that are its own while it is open.

    Args:
        figure: The figure.
        size: Inches across and down.

    Yields:
        The ``matplotlib.figure.Figure``.
    """
    load_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    with _settings(), warnings.catch_warnings():
        # A name may have letters that DejaVu Sans lacks: a PNG shows a box, an SVG the reader's own letter.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        canvas = Canvas(figsize=size, layout="constrained")
        FigureCanvasAgg(canvas)
        figure.paint(canvas)
        yield canvas


@contextmanager
def _settings() -> Iterator[None]:
    """Matplotlib with the settings of figures: its own function for this copies all 300 of them twice."""
    import matplotlib as mpl

    known: Any = mpl.rcParams
    before = {name: known[name] for name in RC}
    known.update(RC)
    try:
        yield
    finally:
        known.update(before)


def _svg(canvas: Any, figure: Figure) -> bytes:
    from tasks.figures import letters

    svg = io.StringIO()
    canvas.set_dpi(_POINTS)
    wide, tall = (inches * _POINTS for inches in canvas.get_size_inches())
    # Not by savefig, which draws everything twice.
    vectors: Any = letters.Vectors
    sheet = vectors(wide, tall, svg, metadata={"Date": None, "Creator": None})
    canvas.draw(sheet)
    sheet.finalize()
    return tidied(svg.getvalue().encode(), figure.title, figure.alt)


def _png(canvas: Any) -> bytes:
    from tasks.figures import letters

    canvas.set_dpi(PIXELS)
    pixels: Any = letters.Pixels
    sheet = pixels(*canvas.canvas.get_width_height(physical=True), PIXELS)
    canvas.draw(sheet)
    # The paper covers all: nothing can be seen through.
    return png_of(np.asarray(sheet.buffer_rgba()), PIXELS)
