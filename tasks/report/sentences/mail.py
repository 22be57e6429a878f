"""The mailboxes: how many e-mails, of whom, from when, of which kinds, and which are copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from tasks.report.results import Story
from tasks.report.sentences.counts import agency_name, counts, line, not_there, sources
from tasks.report.sentences.words import amount, listed, month, plain, share, some, verb

IMPLAUSIBLE: Final = "implausible"
"""The month of alerts dated where no alert can be (method 4.10)."""


FEW_KINDS: Final = 3
"""Kinds that the findings name; the section on kinds has all."""


def mail(story: Story) -> Iterator[str]:
    """What the mailboxes hold."""
    rows = story.rows("kinds")
    if not rows:
        yield not_there(story, "mail", "No mailbox was read")
        return
    by_agency: Counter[str] = Counter()
    for row in rows:
        by_agency[row["agency"]] += row["emails"]
    yield _how_many(story, by_agency)
    yield from _from_when(story)
    yield from kinds(story, FEW_KINDS)
    yield from _copies(story)
    other = line(story, "mail", "not mail")
    if other:
        yield (
            f"{amount(other, 'other item')} of the mailboxes {verb(other, 'is', 'are')} not mail, such as "
            "contacts and appointments."
        )


def _how_many(story: Story, by_agency: Counter[str]) -> str:
    total = by_agency.total()
    boxes, ordered = sources(story, "mail"), sorted(by_agency, key=lambda key: (-by_agency[key], key))
    held = f"{amount(boxes, 'mailbox', 'mailboxes')} of {amount(len(ordered), 'agency', 'agencies')}"
    if len(ordered) == 1:
        held = f"{amount(boxes, 'mailbox', 'mailboxes')} of {agency_name(story, ordered[0])}"
        return f"{held} {verb(boxes, 'holds', 'hold')} {amount(total, 'e-mail')}."
    each = [f"{by_agency[key]:,} of {agency_name(story, key)}" for key in ordered]
    return f"{held} {verb(boxes, 'holds', 'hold')} {amount(total, 'e-mail')}: {some(each, 'agencies')}."


def _from_when(story: Story) -> Iterator[str]:
    months = sorted({row["month"] for row in story.rows("alerts_by_month")} - {None, IMPLAUSIBLE})
    if len(months) == 1:
        yield f"All alerts among them that have a date are of {month(months[0])}."
    elif months:
        yield f"The alerts among them are dated from {month(months[0])} to {month(months[-1])}."


def kinds(story: Story, most: int = 100) -> Iterator[str]:
    """How many e-mails are of which kind; of more kinds than ``most``, how many more there are."""
    by_kind: Counter[str] = Counter()
    for row in story.rows("kinds"):
        by_kind[row["kind"]] += row["emails"]
    total = by_kind.total()
    if not total:
        return
    ordered = sorted(by_kind, key=lambda kind: (-by_kind[kind], kind))
    each = [f"{kind}, {by_kind[kind]:,} ({share(by_kind[kind], total)})" for kind in ordered]
    several = amount(len(ordered), "kind")
    yield f"By their subjects, the e-mails are of {several}: {some(each, 'kinds', most)}."


def _copies(story: Story) -> Iterator[str]:
    known = counts(story)
    if ("copies", "messages in the tables") not in known:
        return
    by_id, by_content = (
        known.get(("copies", name)) or 0 for name in ("copies by Message-ID", "copies by content")
    )
    once, copies = known.get(("copies", "each once")), by_id + by_content
    if copies:
        yield (
            f"{amount(copies, 'e-mail')} {verb(copies, 'is a copy of another', 'are copies of others')} and "
            f"{verb(copies, 'is', 'are')} counted all the same; each once, there are {plain(once)}."
        )
    else:
        yield "None of them is a copy of another."


def alerts(story: Story) -> Iterator[str]:
    """How many different alerts there are, and how many officers got each."""
    rows = story.rows("alerts_by_month")
    if not story.rows("kinds"):
        return
    unique: Counter[str] = Counter()
    for row in rows:
        unique[row["kind"]] += row["unique_alerts"]
    known = counts(story)
    parsed, lost = known.get(("alerts", "alerts parsed")), line(story, "alerts", "quarantined while parsing")
    if not unique.total():
        yield "No alert could be read."
    else:
        each = [f"{count:,} of the kind {kind}" for kind, count in sorted(unique.items(), key=_larger)]
        read = (
            "The alerts carry"
            if parsed is None
            else f"Of the alerts, {plain(parsed)} could be read: they carry"
        )
        yield f"{read} {amount(unique.total(), 'unique alert')}, {listed(each)}."
    if lost != 0:
        are = verb(lost, "is", "are")
        yield f"{plain(lost).capitalize()} of the alerts could not be read and {are} in no unique alert."
    if unique.total():
        yield from officers(story)
    undated = sum(row["unique_alerts"] for row in rows if row["month"] is None)
    if undated:
        yield f"{amount(undated, 'unique alert')} {verb(undated, 'has', 'have')} no date."
    odd = sum(row["unique_alerts"] for row in rows if row["month"] == IMPLAUSIBLE)
    if odd:
        yield f"{amount(odd, 'unique alert')} {verb(odd, 'has', 'have')} a date that cannot be."


def _larger(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def officers(story: Story) -> Iterator[str]:
    """Of each kind of alert: how many people got one."""
    spread: dict[str, Counter[int]] = {}
    for row in story.rows("recipients_per_alert"):
        spread.setdefault(row["kind"], Counter())[row["recipients"]] += row["alerts"]
    for kind, found in sorted(spread.items()):
        total = found.total()
        fewest, most = min(found), max(found)
        if fewest == most:
            yield f"Each unique alert of the kind {kind} went to {amount(most, 'officer')}."
            continue
        yield (
            f"A unique alert of the kind {kind} went to {fewest:,} to {most:,} officers: half of these "
            f"alerts to {median(found):,} or fewer, and {found[most]:,} of the {total:,} to {most:,}."
        )


def median(found: Counter[int]) -> int:
    """The smallest number that at least half do not exceed.

    Example:
        >>> median(Counter({1: 2, 5: 1, 60: 1}))
        1
    """
    seen = 0
    for value in sorted(found):
        seen += found[value]
        if 2 * seen >= found.total():
            return value
    return 0
