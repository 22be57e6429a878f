"""Sections 10 to 13: the ledger, the requests, what repeats, and the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tasks.report.in_this_run import Said
from tasks.report.published_numbers import has_own_posts, own_agency, own_crimes
from tasks.report.results import Story
from tasks.report.sentences.asked import asked
from tasks.report.sentences.lines import labelled, of_lines
from tasks.report.sentences.missing import answer, warned
from tasks.report.sentences.words import listed


def accounts(story: Story) -> Iterator[str]:
    """Rule 10.1: how many counts there are."""
    rows = story.rows("ledger")
    if rows:
        kept = {(row["part"], row["source"]) for row in rows}
        yield labelled([("accounts", len(kept)), ("counts in them", len(rows))])


def identities(story: Story) -> Iterator[str]:
    """Rule 10.2: the sums that hold."""
    if story.balances:
        known = sum(balance.count is not None for balance in story.balances)
        yield labelled([("balances", len(story.balances)), ("known and holding", known)])


def unknown(story: Story) -> Iterator[str]:
    """Rule 10.4: counts that nobody knows."""
    rows = story.rows("ledger")
    if rows:
        yield labelled([("unknown counts", sum(row["count"] is None for row in rows))])


def warnings(story: Story) -> Iterator[str]:
    """Rule 10.5: how many warnings there are."""
    yield warned(story)


def inputs(story: Story) -> Iterator[str]:
    """Rule 12.2: how many inputs, tables and versions are named."""
    known = story.provenance
    if known:
        hashes = set(
            _hashes({name: each for name, each in known.items() if name not in {"tables", "outputs"}})
        )
        yield labelled(
            [
                ("inputs, settings and rows of reference by hash", len(hashes)),
                ("tables", len(known.get("tables", {}))),
            ]
        )
    versions = known.get("versions", {})
    if versions:
        yield f"Versions: {listed(f'{name} {version}' for name, version in sorted(versions.items()))}."


def _hashes(value: object) -> Iterator[str]:
    """The values of every key ``sha256``."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == "sha256":
                yield str(each)
            else:
                yield from _hashes(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _hashes(each)


def apart(story: Story) -> Iterator[str]:
    """Rule 12.3: how many public tables there are."""
    yield labelled([("public tables", len(list(story.tables)))])


def few(story: Story) -> Iterator[str]:
    """Rule 12.6: the least count that is shown."""
    least = story.config.public.least_count
    yield (
        f"The settings leave out counts below {least:,}."
        if least
        else "The settings leave out no small count."
    )


def own_data(story: Story) -> Iterator[str]:
    """Rule 13.4: which data of this run are the article's own."""
    checks = {
        "the mail": own_agency(story) is not None,
        "the posts": has_own_posts(story),
        "the crimes": own_crimes(story) is not None,
    }
    own = [what for what, is_own in checks.items() if is_own]
    if own:
        yield f"The article's own are {listed(own)}."
    else:
        yield "No data of this run are the article's own."


RULES: Final[Mapping[str, Said]] = {
    "10.1": accounts,
    "10.2": identities,
    "10.4": unknown,
    "10.5": warnings,
    "10.6": answer,
    "11.1": of_lines(
        "requests",
        "requests",
        "fulfilled",
        "partly fulfilled",
        "no records",
        "denied",
        "withdrawn",
        "pending",
    ),
    "11.2": asked,
    "12.2": inputs,
    "12.3": apart,
    "12.6": few,
    "13.4": own_data,
}
"""What is said of each rule."""
