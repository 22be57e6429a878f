"""The picture of a figure inside the page."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup

from tasks.figures.figure import Drawn, Figure

_HEAD: Final = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_NO_PLACE: Final = re.compile(r"<style.*?</style>|<metadata>.*?</metadata>", re.DOTALL)
_IDS: Final = re.compile(r'(\bid="|href="#|url\(#)')


def picture_of(figure: Figure, drawn: Drawn) -> Markup:
    """A figure as an element of the page.

    Args:
        figure: The figure.
        drawn: Its files.
    """
    svg = _NO_PLACE.sub("", _HEAD.sub("", drawn.svg.decode(), count=1))
    svg = _IDS.sub(rf"\g<1>{figure.key}-", svg)
    opening = Markup('<svg role="img" aria-label="{}"').format(figure.alt)
    return Markup('<div class="picture">{}</div>').format(Markup(svg.replace("<svg", str(opening), 1)))
