"""From sections to one page of HTML, with its styles, figures and data inside."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from tasks.figures.figure import Drawn, Figure
from tasks.report.blocks import Block, Group, Heading, Rows, Section, Verse, flat
from tasks.report.cells import one_line
from tasks.report.grid import Grid, grid_of, of_rows
from tasks.report.pictures import colors, picture_of
from tasks.report.results import Story
from tasks.report.verse import verse_of

FOLDER: Final = Path(__file__).parent
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_NOTHING: Final = Markup("")
_LEVEL: Final = 3
"""The level of the first heading below a section's."""


@dataclass(frozen=True)
class View:
    """A block with what the template needs to show it.

    Attributes:
        kind: The name of the block's class.
        block: The block.
        level: The level of a heading in it, as in ``<h3>``.
        html: Its Markdown as HTML.
        grid: Its table.
        picture: Its picture.
        views: The views of its own blocks.
    """

    kind: str
    block: Block
    level: int
    html: Markup = _NOTHING
    grid: Grid | None = None
    picture: Markup = _NOTHING
    views: tuple[View, ...] = ()


def page_of(
    story: Story, sections: Sequence[tuple[Section, Sequence[Block]]], drawn: Mapping[str, Drawn]
) -> str:
    """The report as a page; whatever comes from a file is escaped.

    Args:
        story: The results.
        sections: Each section with its blocks; one without a block is left out.
        drawn: The figures by their keys.

    Raises:
        ValueError: Two places of the page have one key, or a key that none may have. This is a fault of the
            program, not of the user's input.
    """
    shown = [(section, blocks) for section, blocks in sections if blocks]
    keys = _keys(shown)

    def view(block: Block, level: int) -> View:
        return _view(block, level, drawn, keys.__contains__, view)

    css = Markup(colors() + _text("page.css"))
    js = Markup(_text("page.js"))
    page: str = _template().render(
        story=story,
        version=story.provenance.get("versions", {}).get("neighborhood-watch", ""),
        css=css,
        js=js,
        policy=Markup(_policy(css, js)),
        sections=[
            {
                "key": section.key,
                "title": section.title,
                "groups": [block for block in blocks if isinstance(block, Group)],
                "views": [view(block, _LEVEL) for block in blocks],
            }
            for section, blocks in shown
        ],
    )
    return page


def _view(
    block: Block,
    level: int,
    drawn: Mapping[str, Drawn],
    has_anchor: Callable[[str], bool],
    view: Callable[[Block, int], View],
) -> View:
    kind = type(block).__name__
    if isinstance(block, Verse):
        return View(kind, block, level, html=verse_of(block.markdown, has_anchor))
    if isinstance(block, Rows):
        return View(kind, block, level, grid=of_rows(block))
    if isinstance(block, Figure):
        grid = grid_of(block.key, f"The data of: {block.title}", block.table, f"figures/{block.key}.csv")
        return View(kind, block, level, grid=grid, picture=picture_of(block, drawn[block.key]))
    if isinstance(block, Group):
        return View(kind, block, level, views=tuple(view(each, level + 1) for each in block.blocks))
    return View(kind, block, level)


def _keys(sections: Iterable[tuple[Section, Sequence[Block]]]) -> Counter[str]:
    """The places of the page, each of which must be there once."""
    keys = Counter(["main", "contents"])
    for section, blocks in sections:
        keys.update((section.key, f"{section.key}-h"))
        keys.update(key for block in flat(blocks) for key in _keys_of(block))
    wrong = [key for key, times in keys.items() if times > 1 or not _KEY.fullmatch(key)]
    if wrong:
        raise ValueError(f"the report has places with the same key, or one that cannot be: {wrong}")
    return keys


def _keys_of(block: Block) -> Iterator[str]:
    """The place of a block, and those that its table and its picture take."""
    if isinstance(block, Heading | Group | Rows | Figure):
        yield block.key
    if isinstance(block, Rows | Figure):
        yield from (f"{block.key}-{part}" for part in ("c", "t", "csv"))
    if isinstance(block, Figure):
        yield from (f"{block.key}-{part}" for part in ("title", "desc", "narrow"))


def _policy(css: str, js: str) -> str:
    """What the page may load: its own style, its own script, pictures that its script makes; no network.

    Styles of single elements are allowed, for the pictures; nothing that runs is, but the one script.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            f"style-src-elem '{_hash(css)}'",
            f"script-src '{_hash(js)}'",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


class _Line(str):
    """A line that is one already: :func:`one_line` would take what holds it together for a blank."""

    __slots__ = ()


def unbroken(text: str) -> str:
    r"""A line in which no sign of percent is parted from its number.

    Args:
        text: Plain text; it is escaped afterwards.

    Example:
        >>> unbroken("94.6 % of them")
        '94.6\xa0% of them'
    """
    return _Line(re.sub(r"(?<=\d) (?=%)", "\xa0", one_line(text)))


def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # Not what is HTML already, such as a picture.
        finalize=lambda value: one_line(value) if type(value) is str else value,
    )
    environment.filters["unbroken"] = unbroken
    return environment.get_template("page.html")
