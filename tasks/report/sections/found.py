"""What was asked, and what was found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tasks.report.blocks import Block, Heading, Points, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.found import found

QUESTIONS: Final = {
    "kinds": "What do the police get by e-mail from the neighborhood app, and how many officers get it?",
    "coding_drawn": "What are the alerts about, as people who read a sample of them say?",
    "city_tests": "Do people in richer Census tracts post more?",
    "crime_tests": "Do richer tracts have more crime, and does it go with the posts?",
    "city_selection": "Which cities should be asked for their records?",
    "requests": "Who was asked for records, and who answered?",
}
"""What is asked, by the table that answers it."""


def blocks(story: Story) -> Iterator[Block]:
    """The questions, and the findings in sentences."""
    asked = tuple(words for stem, words in QUESTIONS.items() if story.table(stem) is not None)
    if asked:
        yield Text(("These are the questions that this run answers:",))
        yield Points(asked)
    before = ""
    for each in found(story):
        if each.subject != before:
            yield Heading(f"found-{each.subject.lower().replace(' ', '-')}", each.subject)
        yield Points(each.sentences) if each.listed else Text(each.sentences)
        before = each.subject


SECTION = Section("found", "What was asked, and what was found", blocks, "No part of this run has a finding.")
