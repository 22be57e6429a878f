"""All subjects, in the order of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tasks.report.results import Story
from tasks.report.sentences import asked, choice, coded, crime, mail, posts
from tasks.report.sentences.counts import Absent

Said = Callable[[Story], Iterator[str]]


@dataclass(frozen=True)
class Paragraph:
    """Sentences of one subject.

    Attributes:
        subject: Such as "The mail"; several paragraphs in a row may have the same.
        sentences: At least one.
        listed: Whether each sentence is a point of a list.
    """

    subject: str
    sentences: tuple[str, ...]
    listed: bool = False


SUBJECTS: Final[tuple[tuple[str, bool, tuple[Said, ...]], ...]] = (
    ("The mail", False, (mail.mail,)),
    ("The alerts", False, (mail.alerts,)),
    ("What the alerts are about", True, (coded.about,)),
    ("The posts", False, (posts.posts,)),
    ("The posts", True, (posts.verdicts,)),
    ("The posts", False, (posts.findings,)),
    ("How large the relation is", False, (posts.effects,)),
    ("The crimes", False, (crime.crimes,)),
    ("The crimes", True, (crime.verdicts, crime.withheld)),
    ("The crimes", False, (crime.findings, crime.sizes)),
    ("Crimes beside posts", False, (crime.beside_posts,)),
    ("The choice of cities", False, (choice.gentrified, choice.chosen)),
    ("The records requests", False, (asked.asked,)),
)
"""What is told of, whether as a list, and by which functions."""


def found(story: Story) -> Iterator[Paragraph]:
    """What was found, subject by subject, and then what is not in this run.

    A subject of which nothing is to be said is left out.

    Args:
        story: The results.
    """
    absent: list[str] = []
    for subject, listed, functions in SUBJECTS:
        said = [sentence for function in functions for sentence in function(story)]
        absent += [sentence for sentence in said if isinstance(sentence, Absent)]
        sentences = tuple(each for each in said if not isinstance(each, Absent))
        if sentences:
            yield Paragraph(subject, sentences, listed)
    if absent:
        yield Paragraph("Not in this run", tuple(absent), listed=True)
