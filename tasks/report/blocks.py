"""What a section is made of: sentences, figures, tables. None of it is HTML: ``page.py`` escapes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.figures.figure import Figure
from tasks.report.results import Story

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Attributes:
        sentences: Its sentences, as plain text; their numbers come from the run.
    """

    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Points:
    """A list of points.

    Attributes:
        points: One each, as plain text.
    """

    points: tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    """The heading of a part of a section, which the table of contents may name.

    Attributes:
        key: Its place in the page: lower case letters, digits, dashes.
        title: Its words.
    """

    key: str
    title: str


@dataclass(frozen=True)
class Rows:
    """A table of the page.

    Attributes:
        key: Its place in the page, and the name of its CSV.
        caption: What a row is.
        table: The rows, with columns named as people read them.
    """

    key: str
    caption: str
    table: pa.Table


@dataclass(frozen=True)
class Verse:
    """Text in Markdown that comes from the program itself, as a rule of the method; never from a file.

    Attributes:
        markdown: The text.
    """

    markdown: str


Block = Text | Points | Heading | Rows | Verse | Figure


@dataclass(frozen=True)
class Section:
    """A section of the report.

    Attributes:
        key: Its place in the page.
        title: Its heading.
        make: Its blocks; none where there is nothing to show, and ``absent`` is shown.
        absent: What is said where there is nothing, as "No mailbox was read."; "" leaves the section out.
    """

    key: str
    title: str
    make: Callable[[Story], Iterable[Block]]
    absent: str = ""

    def blocks(self, story: Story) -> Iterator[Block]:
        """Its blocks, or what is said where there are none."""
        made = tuple(self.make(story))
        yield from made or ((Text((self.absent,)),) if self.absent else ())
