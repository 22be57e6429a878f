"""The picture of a figure inside the page, and its colors on a light and on a dark one."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from tasks.figures.figure import Drawn, Figure
from tasks.figures.style import PALETTE
from tasks.figures.svg import inline

_LIGHT: Final = ":root"
_DARK: Final = "@media screen and (prefers-color-scheme: dark)"


def picture_of(figure: Figure, drawn: Drawn) -> Markup:
    """A figure as an element of the page, with its form for a telephone where it has one.

    Args:
        figure: The figure.
        drawn: Its files.
    """
    wide = "wide" if drawn.narrow else ""
    forms = [(wide, drawn.svg, figure.key), ("narrow", drawn.narrow, f"{figure.key}-narrow")]
    return Markup("").join(
        Markup('<div class="{}">{}</div>').format(
            f"picture {name}".strip(),
            Markup(inline(svg, key)),
        )
        for name, svg, key in forms
        if svg
    )


def colors() -> str:
    """The colors of figures as variables of CSS; a printed page is a light one."""
    light, dark = (
        "\n".join(f"  --fig-{name}: {pair[at]};" for name, pair in PALETTE.items()) for at in (0, 1)
    )
    return f"{_LIGHT} {{\n{light}\n}}\n{_DARK} {{\n{_LIGHT} {{\n{dark}\n}}\n}}\n"
