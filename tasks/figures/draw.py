"""From a figure to its files: SVG, PNG and CSV, the same bytes for the same figure."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from data.tables import csv_of
from tasks.figures.apart import load_matplotlib
from tasks.figures.figure import Drawn, Figure
from tasks.figures.style import RC
from tasks.figures.svg import tidied

PIXELS: Final = 144
"""Pixels per inch of a PNG."""

_DEFLATE: Final = 3
"""How hard a PNG is compressed, of 9: twice as fast as 6, and its files are a twentieth larger."""


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
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    settings: Any = dict(RC)
    with mpl.rc_context(settings), warnings.catch_warnings():
        # A name may have letters that DejaVu Sans lacks: a PNG shows a box, an SVG the reader's own letter.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        canvas = Canvas(figsize=size, layout="constrained")
        FigureCanvasAgg(canvas)
        figure.paint(canvas)
        yield canvas


def _svg(canvas: Any, figure: Figure) -> bytes:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    svg = io.BytesIO()
    # Not by savefig, which draws everything twice.
    sheet: Any = FigureCanvasSVG(canvas)
    sheet.print_svg(svg, metadata={"Date": None, "Creator": None})
    return tidied(svg.getvalue(), figure.title, figure.alt)


def _png(canvas: Any) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    png = io.BytesIO()
    canvas.set_dpi(PIXELS)
    sheet: Any = FigureCanvasAgg(canvas)
    sheet.draw()
    # The paper covers all: what can be seen through is four bytes of a pixel where three say the same.
    pixels = Image.frombuffer("RGBA", sheet.get_width_height(), sheet.buffer_rgba(), "raw", "RGBA", 0, 1)
    pixels.convert("RGB").save(png, "png", dpi=(PIXELS, PIXELS), compress_level=_DEFLATE)
    return png.getvalue()
