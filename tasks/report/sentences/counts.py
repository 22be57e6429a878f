"""What sentences count: lines of the ledger, agencies by name, and parts that did not run."""

from __future__ import annotations

from functools import lru_cache

from data.published import Published
from tasks.ledger.balances import Counts, accounts_of, together
from tasks.report.results import Story
from tasks.report.sentences.words import listed


class Absent(str):
    """A sentence that says that something is not in this run."""

    __slots__ = ()


def counts(story: Story) -> Counts:
    """The lines of the ledger over all sources, by part and line; unknown ones are None."""
    return _counts(story.tables)


@lru_cache(maxsize=1)
def _counts(tables: Published) -> Counts:
    """The same of tables, which do not change; nearly every sentence asks for them."""
    ledger = tables.get("public/ledger")
    rows = [] if ledger is None else ledger.to_pylist()
    return together(accounts_of(rows, {row["part"] for row in rows}))


def line(story: Story, part: str, name: str) -> int | None:
    """A line of the ledger over all sources.

    Args:
        story: The results.
        part: As "posts".
        name: As "duplicates".

    Returns:
        The count; None where it is unknown, and 0 where there is no such line.
    """
    return counts(story).get((part, name), 0)


def sources(story: Story, part: str) -> int:
    """How many sources of a part have an account."""
    return len({row["source"] for row in story.rows("ledger") if row["part"] == part and row["source"]})


def agency_name(story: Story, key: str) -> str:
    """An agency as readers know it: by the settings, by a request that names its folder, else its folder."""
    known = story.config.agencies.get(key)
    if known is not None:
        return known.name
    asked = (row["agency"] for row in story.rows("requests") if row["records"] == key)
    return next(asked, key)


def because(why: str) -> str:
    """Why a part did not run, as the rest of a sentence.

    Example:
        >>> because("no posts/*, census/tracts*"), because("this version does not analyse it yet.")
        ('it found no posts/* or census/tracts*', 'this version does not analyse it yet')
    """
    lacking = why.removesuffix(".").removeprefix("no ")
    if not why.startswith("no "):
        return lacking
    return f"it found no {listed(lacking.split(', '), 'or')}"


def not_there(story: Story, part: str, what: str) -> Absent:
    """That something is not in this run, with the reason where it is known.

    Args:
        story: The results.
        part: The part that would have it.
        what: As "No mailbox was read".
    """
    why = story.skipped.get(part, "")
    return Absent(f"{what} in this run: {because(why)}." if why else f"{what} in this run.")
