"""Texts laid out once, however many figures have them: most of the time of a figure is text.

The cities of a report have the same words, numbers and legends. Here a text is measured once in a process.
What is drawn is what Matplotlib draws by itself. (To remember the pixels of each letter as well saved some 20
ms a figure more, and had to repeat what Matplotlib keeps to itself: not kept.)

Import this module only after :func:`tasks.figures.apart.load_matplotlib`. One thread at a time draws.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

_MOST: Final = 20_000
"""Of each kind that are remembered; when there are more, all are forgotten."""

_SIZES: Final[dict[Any, tuple[float, float, float]]] = {}
_LAYOUTS: Final[dict[Any, Any]] = {}


class Vectors(RendererSVG):
    """Matplotlib's SVG, which measures each text once."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """How wide and high a text is, and how far it is below its line, in points."""
        return _size(super().get_text_width_height_descent, 0, s, prop, ismath)


class Pixels(RendererAgg):
    """Matplotlib's pixels, which measures each text once."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """How wide and high a text is, and how far it is below its line, in pixels."""
        return _size(super().get_text_width_height_descent, self.dpi, s, prop, ismath)


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
