"""All subjects, in the order of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tasks.report.results import Story
from tasks.report.sentences import asked, choice, crime, mail, posts

Said = Callable[[Story], Iterator[str]]


@dataclass(frozen=True)
class Paragraph:
    """The sentences of one subject.

    Attributes:
        subject: Such as "Mail".
        sentences: At least one.
    """

    subject: str
    sentences: tuple[str, ...]


def _plain_findings(story: Story) -> Iterator[str]:
    tests = posts.at_tract_level(story, "city_tests")
    yield from posts.plain_findings(tests, "posts", ("city", "cities"))


def _plain_findings_of_crimes(story: Story) -> Iterator[str]:
    tests = posts.at_tract_level(story, "crime_tests")
    yield from posts.plain_findings(tests, "crimes", ("pair of city and type", "pairs of city and type"))


SUBJECTS: Final[tuple[tuple[str, tuple[Said, ...]], ...]] = (
    ("The mail", (mail.mail,)),
    ("The alerts", (mail.alerts,)),
    ("The posts", (posts.posts, posts.verdicts, _plain_findings)),
    ("How large the relation is", (posts.effects,)),
    ("The crimes", (crime.crimes, crime.verdicts, crime.withheld, _plain_findings_of_crimes)),
    ("Crimes beside posts", (crime.beside_posts,)),
    ("The choice of cities", (choice.gentrified, choice.chosen)),
    ("The records requests", (asked.asked,)),
)
"""What is told of, and by which functions."""


def found(story: Story) -> Iterator[Paragraph]:
    """What was found, subject by subject; a subject of which nothing is to be said is left out.

    Args:
        story: The results.
    """
    for subject, functions in SUBJECTS:
        sentences = tuple(sentence for function in functions for sentence in function(story))
        if sentences:
            yield Paragraph(subject, sentences)
