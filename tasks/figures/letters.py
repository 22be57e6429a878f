"""Letters laid out and drawn once, however many figures have them: most of the time of a figure is text.

The cities of a report have the same words, numbers and legends. Here a text is measured once in a process,
and a letter is turned into pixels once for each of its places between two pixels (FreeType knows 64 across
and 64 down). What is drawn is what Matplotlib draws by itself.

Import this module only after :func:`tasks.figures.apart.load_matplotlib`. One thread at a time draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.backends import backend_agg
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import RenderMode
from matplotlib.text import Text

_MOST: Final = 20_000
"""Of each kind that are remembered; when there are more, all are forgotten."""
_PARTS: Final = 64
"""FreeType's parts of a pixel."""

Mask = npt.NDArray[np.uint8]

_SIZES: Final[dict[Any, tuple[float, float, float]]] = {}
_LAYOUTS: Final[dict[Any, Any]] = {}
_RUNS: Final[dict[Any, list[tuple[Any, int, float, float]]]] = {}
_GLYPHS: Final[dict[Any, tuple[Mask, int, int]]] = {}

_flags: Final[Callable[[], Any]] = backend_agg.get_hinting_flag


class Vectors(RendererSVG):
    """Matplotlib's SVG, which measures each text once."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """How wide and high a text is, and how far it is below its line, in points."""
        return _size(super().get_text_width_height_descent, 0, s, prop, ismath)


class Pixels(RendererAgg):
    """Matplotlib's pixels, which measures each text once and draws each letter once."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """How wide and high a text is, and how far it is below its line, in pixels."""
        return _size(super().get_text_width_height_descent, self.dpi, s, prop, ismath)

    def draw_text(  # noqa: PLR0917 - Matplotlib's
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Draw a text.

        Args:
            gc: Its color and what it is cut at.
            x: Pixels from the left to where its line begins.
            y: Pixels from the top to its line.
            s: The text.
            prop: Its font.
            angle: Degrees that it is turned by.
            ismath: Whether it is mathematics.
            mtext: The ``Text`` that it is of.
        """
        if ismath or angle or not gc.get_antialiased():
            plain: Any = super()
            plain.draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        size, placed = prop.get_size_in_points(), []
        for font, index, across, up in self._run(s, prop, mtext):
            left, rise = round(_PARTS * (x + across)), round(_PARTS * (self.height - y + up))
            mask, begin, top = self._glyph(font, size, index, left % _PARTS, rise % _PARTS)
            if mask.size:
                placed.append((mask, begin + left // _PARTS, int(self.height) - top - rise // _PARTS))
        for mask, left, top in _together(placed) if placed else ():
            self._renderer.draw_text_image(mask, left, top + mask.shape[0], 0, gc)

    def _run(self, s: str, prop: FontProperties, text: Any) -> list[tuple[Any, int, float, float]]:
        """The letters of a text: font, number in it, and how far from where the line begins."""
        features = None if text is None else text.get_fontfeatures()
        language = None if text is None else text.get_language()
        key = (self.dpi, s, *_looks(prop), features, language)
        if key not in _RUNS:
            plain: Any = self
            items = plain._prepare_font(prop)._layout(s, flags=_flags(), features=features, language=language)
            _remember(_RUNS, key, [(item.ft_object, item.glyph_index, item.x, item.y) for item in items])
        return _RUNS[key]

    def _glyph(self, font: Any, size: float, index: int, across: int, up: int) -> tuple[Mask, int, int]:
        """A letter that is so many parts of a pixel off: its pixels, and the first across and the top one."""
        key = (font, self.dpi, size, index, across, up)
        if key not in _GLYPHS:
            font.set_size(size, self.dpi)
            font._set_transform([[0x10000, 0], [0, 0x10000]], [across, up])
            bitmap = font._render_glyph(index, _flags(), RenderMode.NORMAL)
            _remember(_GLYPHS, key, (bitmap.buffer, bitmap.left, bitmap.top))
        return _GLYPHS[key]


class Words(Text):
    """A text in one line, whose layout is made once for all figures that have it."""

    def _get_layout(self, renderer: Any) -> Any:
        # Not Matplotlib's own interface: one that does it otherwise would draw the same, and slower.
        own: Any = self
        align, level, turned = own.get_ha(), own.get_va(), own.get_rotation()
        aligns = isinstance(renderer, RendererSVG) or (align == "left" and isinstance(renderer, Pixels))
        if aligns and level == "baseline" and not turned:
            # It begins where it is put, or the reader's program aligns it: no need to measure it.
            return None, [(own.get_text(), None, (0.0, 0.0))], None
        figure = own.get_figure(root=True)
        key = (type(renderer), figure.dpi, own.get_text(), *_looks(own.get_fontproperties()))
        key = (*key, align, level, turned)
        if key not in _LAYOUTS:
            plain: Any = super()
            _remember(_LAYOUTS, key, plain._get_layout(renderer))
        return _LAYOUTS[key]


def _together(placed: Sequence[tuple[Mask, int, int]]) -> Iterator[tuple[Mask, int, int]]:
    """Letters in as few masks as they can be in without lying over each other: mostly one.

    Args:
        placed: The pixels of each letter, its first one across, and its top one.

    Yields:
        The pixels of several letters, likewise.
    """
    left = min(begin for _, begin, _ in placed)
    top = min(first for _, _, first in placed)
    right = max(begin + mask.shape[1] for mask, begin, _ in placed)
    foot = max(first + mask.shape[0] for mask, _, first in placed)
    whole = np.zeros((foot - top, right - left), dtype=np.uint8)
    over, reached = [], left
    for letter in placed:
        mask, begin, first = letter
        high, wide = mask.shape
        part = whole[first - top : first - top + high, begin - left : begin - left + wide]
        if begin < reached and np.logical_and(mask, part).any():
            over.append(letter)
        else:
            np.maximum(part, mask, out=part)
            reached = max(reached, begin + wide)
    yield whole, left, top
    if over:
        yield from _together(over)


def _size(
    measure: Callable[..., Any], dpi: float, s: str, prop: FontProperties, ismath: Any
) -> tuple[float, float, float]:
    key = (dpi, s, *_looks(prop), ismath)
    if key not in _SIZES:
        _remember(_SIZES, key, measure(s, prop, ismath))
    return _SIZES[key]


def _looks(prop: FontProperties) -> tuple[object, ...]:
    """What of a font decides how letters look; the names of fonts are the same in all figures."""
    return prop.get_size_in_points(), prop.get_weight(), prop.get_style(), tuple(prop.get_family())


def _remember(memo: dict[Any, Any], key: object, found: Any) -> None:
    if len(memo) >= _MOST:
        memo.clear()
    memo[key] = found
