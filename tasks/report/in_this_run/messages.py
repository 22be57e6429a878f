"""Section 1: what is in the mailboxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from tasks.report.in_this_run import Said
from tasks.report.results import Story
from tasks.report.sentences.counts import agency_name, sources
from tasks.report.sentences.lines import each, labelled, of_lines
from tasks.report.sentences.words import amount, listed, some, verb


def mailboxes(story: Story) -> Iterator[str]:
    """Rule 1.1: how many mailboxes there are."""
    if found := sources(story, "mail"):
        yield f"{amount(found, 'mailbox', 'mailboxes')} {verb(found, 'was', 'were')} found."


def shared(story: Story) -> Iterator[str]:
    """Rule 1.2: mailboxes that several agencies handed over."""
    given = story.provenance.get("sources", [])
    if given:
        often = Counter(row["source"] for row in given)
        both = sum(count > 1 for count in often.values())
        yield labelled([("different mailboxes", len(often)), ("handed over by more than one agency", both)])


def code_pages(story: Story) -> Iterator[str]:
    """Rule 1.10: code pages that the settings name."""
    if not sources(story, "mail"):
        return
    named = [
        f"{agency_name(story, key)} {agency.code_page}"
        for key, agency in sorted(story.config.agencies.items())
        if agency.code_page is not None
    ]
    if named:
        yield f"The settings name a code page for {some(named, 'agencies')}."
    else:
        yield "The file of the investigation names no code page."


def attached_count(story: Story) -> Iterator[str]:
    """Rule 1.14: whether attached messages count."""
    if sources(story, "mail"):
        told = "count" if story.config.mail.embedded == "count" else "are counted apart"
        yield f"By the settings, messages that are attached to messages {told}."


def classes(story: Story) -> Iterator[str]:
    """Rule 1.4: what the items are that are no mail."""
    what: Counter[str] = Counter()
    for row in story.rows("not_mail"):
        what[row["what"]] += row["items"]
    if what:
        told = [
            f"{name}, {count:,}" for name, count in sorted(what.items(), key=lambda item: (-item[1], item[0]))
        ]
        yield f"What they are: {listed(told)}."


RULES: Final[Mapping[str, Said]] = {
    "1.1": mailboxes,
    "1.2": shared,
    "1.3": of_lines("mail", "listed in the file = messages listed in the mailboxes"),
    "1.4": each(
        of_lines("mail", "messages read = items that are mail", "not mail = items that are no mail"), classes
    ),
    "1.5": of_lines("mail", "quarantined while reading = items in quarantine, as they could not be read"),
    "1.6": of_lines(
        "mail", "listed in the file = counted in the index", "stated by its folders = stated by the folders"
    ),
    "1.9": of_lines("mail", "without a body = mails without a body"),
    "1.10": each(
        code_pages,
        of_lines("mail", "with replacement characters = mails with a character that no page could read"),
    ),
    "1.12": of_lines(
        "mail",
        "embedded messages = messages attached to messages",
        "embedded read = read as mail",
        "embedded not mail = no mail",
        "embedded quarantined = in quarantine",
    ),
    "1.13": of_lines("mail", "carried by journal reports = mails that a journal report carries"),
    "1.14": each(
        attached_count,
        of_lines(
            "mail",
            "attached messages = attached mails",
            "alert messages = alerts among them",
            "alerts parsed = of these parsed",
            "quarantined while parsing = of these in quarantine",
        ),
        of_lines(
            "alerts",
            "messages counted",
            "messages of the mailbox = of the mailboxes",
            "attached messages = attached",
        ),
    ),
    "1.16": of_lines(
        "mail",
        "agencies = agencies whose mail is there",
        "agencies read = read in this run",
        "agencies as an earlier run read them = as an earlier run read them",
        "agencies left out = left out",
        "mailboxes that are gone",
        "mailboxes of no agency",
    ),
}
"""What is said of each rule."""
