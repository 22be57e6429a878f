"""How the figures look: the palette, the two widths, the letters, and how a name is made to fit.

Colors are painted as the light hexadecimal code of a name. In a page :func:`tasks.figures.svg.inline` turns
the code into ``var(--fig-NAME, #code)``, so that the styles of the page decide, and a dark page is dark.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

PALETTE: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "paper": ("#ffffff", "#14171b"),
        "ink": ("#1b1f24", "#e9ebee"),
        "muted": ("#57606a", "#aab2bd"),
        "grid": ("#e1e5ea", "#2f353d"),
        "faint": ("#c2c8d0", "#4b535e"),
        "accent": ("#0d766d", "#4cc3b5"),
        "positive": ("#b4540a", "#f29f58"),
        "negative": ("#2460ad", "#7fb4f2"),
        "sequence-1": ("#f3e27c", "#2d4a7e"),
        "sequence-2": ("#c3b369", "#60667a"),
        "sequence-3": ("#888578", "#959078"),
        "sequence-4": ("#545a6d", "#c8b866"),
        "sequence-5": ("#00234f", "#fbe540"),
    }
)
"""Each color by its name, on a light page and on a dark one."""

PAPER: Final = PALETTE["paper"][0]
INK: Final = PALETTE["ink"][0]
MUTED: Final = PALETTE["muted"][0]
GRID: Final = PALETTE["grid"][0]
FAINT: Final = PALETTE["faint"][0]
ACCENT: Final = PALETTE["accent"][0]
POSITIVE: Final = PALETTE["positive"][0]
NEGATIVE: Final = PALETTE["negative"][0]
SEQUENCE: Final[tuple[str, ...]] = tuple(PALETTE[f"sequence-{step}"][0] for step in range(1, 6))
"""Five classes from few to many; the more, the farther from the paper in lightness."""

WIDE: Final = 7.2
"""Inches across of a figure: 720 pixels of a page, so that an inch is 100 pixels of a page."""

NARROW: Final = 3.6
"""Inches across of a figure's narrow form, for a telephone."""

PIXELS_PER_INCH: Final = 100
"""Pixels of a page (CSS) that an inch of a figure is shown as."""

TEXT: Final = 8.5
"""Points of most letters: 11.8 pixels of a page."""

SMALL: Final = 7.5
"""Points of the smallest letters: 10.4 pixels of a page. Nothing is smaller."""

FONTS: Final = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
)
"""The letters of an SVG, whoever shows it. Space is kept for DejaVu Sans, which is wider than all of them."""

RC: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "svg.hashsalt": "nwatch",
        "svg.fonttype": "none",
        "text.parse_math": False,  # a "$" in a name is a dollar
        "font.family": ["sans-serif"],
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": TEXT,
        "text.color": INK,
        "axes.facecolor": "none",
        "figure.facecolor": PAPER,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": MUTED,
        "axes.labelsize": TEXT,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "grid.color": GRID,
        "grid.linewidth": 0.8,
        "xtick.color": FAINT,
        "ytick.color": FAINT,
        "xtick.labelcolor": MUTED,
        "ytick.labelcolor": INK,
        "xtick.labelsize": TEXT,
        "ytick.labelsize": TEXT,
        "lines.linewidth": 1.5,
        "patch.linewidth": 0,
        "hatch.linewidth": 0.6,
        "path.simplify": False,
        "axes.formatter.useoffset": False,
    }
)
"""The settings of Matplotlib while a figure is drawn; they are set for that time only."""


_TURNS: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def is_narrow(canvas: Any) -> bool:
    """Whether the narrow form is being painted.

    Args:
        canvas: The ``matplotlib.figure.Figure``.
    """
    return bool(canvas.get_figwidth() < 5)


def clean(name: object) -> str:
    """A text from a file in one line: white space collapsed, characters that no XML may hold left out.

    Args:
        name: The text.
    """
    kept = (" " if c.isspace() else c for c in str(name) if c.isspace() or not _is_odd(c))
    return " ".join("".join(kept).split())


def _is_odd(c: str) -> bool:
    # Cc: controls; Cs: halves of pairs; Cn: not characters. Marks of direction would turn what follows.
    return (
        unicodedata.category(c) in ("Cc", "Cs", "Cn")
        or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def shortened(name: object, inches: float, size: float = TEXT) -> str:
    """A text from a file in the space there is, cut with "…" where it is too long.

    Args:
        name: The text.
        inches: The space.
        size: Points of its letters.

    Example:
        >>> shortened("a very long name of a police department", 1.0)
        'a very long n…'
    """
    text = clean(name)
    room = inches * 72 / size
    if _ems(text) <= room:
        return text
    while text and _ems(text) + 1 > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _ems(text: str) -> float:
    """How wide a text is in DejaVu Sans, in heights of its letters: a little more, never less."""
    return sum(_em(c) for c in text)


def _em(c: str) -> float:
    if unicodedata.east_asian_width(c) in "WF":
        return 1.1
    if c in "mwMW%@—…":
        return 1.0
    if c in "iljtfrI.,:;'|!()[]- /":
        return 0.42
    return 0.8 if c.isupper() else 0.65
