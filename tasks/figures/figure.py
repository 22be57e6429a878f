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
        size: Inches across and down.
        caption: What one should know to read it: units, what is left out.
    """

    key: str
    title: str
    alt: str
    table: pa.Table
    paint: Callable[[Any], None]
    size: tuple[float, float] = (7.0, 4.0)
    caption: str = ""


@dataclass(frozen=True)
class Drawn:
    """A figure in its files.

    Attributes:
        svg: The picture as vectors, which opens by itself.
        png: The same picture in pixels.
        csv: Its data.
    """

    svg: bytes
    png: bytes
    csv: bytes
