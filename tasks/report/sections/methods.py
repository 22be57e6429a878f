"""The rules of the method as they are stated, each with what it did in this run (method 13.3)."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from tasks.report.blocks import Block, Group, Heading, InThisRun, Section, Text, Verse
from tasks.report.in_this_run import said_of
from tasks.report.results import Story
from tasks.report.rules import Chapter, chapters, glossary, preamble
from tasks.report.verse import rule_key

NEEDS: Final = MappingProxyType(
    {
        "1": ("kinds",),
        "2": ("kinds",),
        "3": ("kinds",),
        "4": ("kinds",),
        "5": ("coding_drawn",),
        "6": ("tracts_used",),
        "7": ("city_tests", "crime_tests"),
        "8": ("gentrification", "city_selection"),
        "9": ("crime_tests",),
        "11": ("requests",),
    }
)
"""The tables of which a run has one where it used a section of the method; others are always used."""

UNUSED: Final = "Not used in this run."


def blocks(story: Story) -> Iterator[Block]:
    """The sections of the method, folded away; and the glossary."""
    yield Verse(preamble())
    used = [(chapter, _is_used(chapter, story)) for chapter in chapters()]
    unused = [f"{each.number} {each.title}" for each, is_used in used if not is_used]
    if unused:
        yield Text((f"Not used in this run: {', '.join(unused)}.",))
    for position, (chapter, is_used) in enumerate(used):
        yield _group(chapter, story, is_used, position)
    yield Group("glossary", "Glossary", (Verse(glossary()),), "One meaning for each word.", folded=True)


def _is_used(chapter: Chapter, story: Story) -> bool:
    tables = NEEDS.get(chapter.number, ())
    return not tables or any(f"public/{stem}" in story.tables for stem in tables)


def _group(chapter: Chapter, story: Story, is_used: bool, position: int) -> Group:
    rules = len(chapter.rules)
    counted = f"{rules} {'rule' if rules == 1 else 'rules'}." if rules else ""
    return Group(
        key=f"method-{chapter.number or f'end-{position}'}",
        title=f"{chapter.number} {chapter.title}".strip(),
        blocks=tuple(_blocks(chapter, story, is_used)),
        summary=counted if is_used else f"{counted} {UNUSED}",
        folded=True,
    )


def _blocks(chapter: Chapter, story: Story, is_used: bool) -> Iterator[Block]:
    if chapter.markdown:
        yield Verse(chapter.markdown)
    for rule in chapter.rules:
        yield Heading(rule_key(rule.number), f"{rule.number} {rule.title}")
        yield Verse(rule.markdown)
        said = said_of(rule.number, story) if is_used else ()
        if said:
            yield InThisRun(said)


SECTION = Section("methods", "Methods", blocks)
