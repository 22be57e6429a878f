"""All subjects, in the order of the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tasks.report.results import Story


@dataclass(frozen=True)
class Paragraph:
    """The sentences of one subject.

    Attributes:
        subject: Such as "Mail".
        sentences: At least one.
    """

    subject: str
    sentences: tuple[str, ...]


def found(story: Story) -> Iterator[Paragraph]:
    """What was found, subject by subject."""
    yield from ()
