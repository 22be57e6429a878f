"""What a figure is: what it says, its data, and how it is painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Figure:
    """A figure, not drawn yet.

    Attributes:
        key: Its place in the page, and the name of its files: lower case letters, digits, dashes.
        title: What it shows, in a line.
        alt: What one sees, for who does not see it: with the numbers that matter.
        table: Its data, with columns named as people read them; the table beside it and the CSV.
        paint: Paints it on a ``matplotlib.figure.Figure`` of that size.
        size: Inches across and down; an inch is 100 pixels of a page.
        caption: What one should know to read it: units, what is left out.
        narrow: Inches across and down of the form for a telephone, which ``paint`` paints too: it asks
            :func:`tasks.figures.style.is_narrow`; None where the only form is readable at 360 pixels.
    """

    key: str
    title: str
    alt: str
    table: pa.Table
    paint: Callable[[Any], None]
    size: tuple[float, float] = (7.2, 4.0)
    caption: str = ""
    narrow: tuple[float, float] | None = None


@dataclass(frozen=True)
class Drawn:
    """A figure in its files.

    Attributes:
        svg: The picture as vectors, which opens by itself.
        png: The same picture in pixels.
        csv: Its data.
        narrow: The form for a telephone as vectors, for the page alone; empty where there is none.
    """

    svg: bytes
    png: bytes
    csv: bytes
    narrow: bytes = b""
