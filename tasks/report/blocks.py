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
        file: Where all of it is beside the page, as ``public/kinds.csv``; the download is then that file. By
            default the page makes the download of its rows.
        download: Whether its CSV can be downloaded.
    """

    key: str
    caption: str
    table: pa.Table
    file: str = ""
    download: bool = True


@dataclass(frozen=True)
class Verse:
    """Text in Markdown that comes from the program itself, as a rule of the method; never from a file.

    Attributes:
        markdown: The text.
    """

    markdown: str


@dataclass(frozen=True)
class InThisRun:
    """What the rule above did in this run.

    Attributes:
        sentences: Its sentences, as plain text; their numbers come from the run.
    """

    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Notice:
    """What nobody must overlook, in a frame of its own: a warning, or why something is not here.

    Attributes:
        title: What it is about, in a few words.
        points: One each, as plain text.
    """

    title: str
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A part of a section with a heading of its own, as one city of many; it may be folded away.

    A list at the head of the section names its groups, from four on. A group is not inside another one.

    Attributes:
        key: Its place in the page, as in :class:`Heading`; nothing else in the page has the same.
        title: Its heading, of a level below the section's.
        blocks: What is in it; a :class:`Heading` among them is of a level below the group's.
        summary: A line that is read without opening it, as the verdict of the city.
        folded: Whether one has to open it: right where there are many. In print all are open.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]
    summary: str = ""
    folded: bool = False


Block = Text | Points | Notice | InThisRun | Heading | Rows | Verse | Figure | Group


def flat(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, and those in their groups, in the order of the page; a group comes before what is in it."""
    for block in blocks:
        yield block
        if isinstance(block, Group):
            yield from flat(block.blocks)


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
