"""The records requests: who was asked, who answered, and what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from tasks.report.results import Story
from tasks.report.sentences.counts import not_there
from tasks.report.sentences.words import amount, day, listed, size, some, verb
from tasks.requests.results import summary_of

ANSWERS: Final = {
    "fulfilled": "fulfilled",
    "partly fulfilled": "partly fulfilled",
    "no records": "without records",
    "denied": "denied",
}
"""The answers (method 11.1), as they follow a number."""
OPEN: Final = {"pending": "not answered yet", "withdrawn": "withdrawn"}


def asked(story: Story) -> Iterator[str]:
    """How many requests there were, and what became of them (method 11)."""
    table = story.table("requests")
    if table is None:
        yield not_there(story, "requests", "No records request is listed")
        return
    rows = table.to_pylist()
    if not rows:
        yield "The list of records requests is empty."
        return
    sums, sent = summary_of(table), sorted(row["sent"] for row in rows)
    agencies = len({row["agency"] for row in rows})
    when = f"on {day(sent[0])}" if sent[0] == sent[-1] else f"from {day(sent[0])} to {day(sent[-1])}"
    yield (
        f"{amount(len(rows), 'request')} {verb(len(rows), 'was', 'were')} sent to "
        f"{amount(agencies, 'agency', 'agencies')} {when}."
    )
    status = Counter(row["status"] for row in rows)
    answers = [f"{status[name]:,} {words}" for name, words in ANSWERS.items() if status[name]]
    told = f": {listed(answers)}" if answers else ""
    yield f"{sums.answered:,} of them {verb(sums.answered, 'was', 'were')} answered{told}."
    left = [
        f"{status[name]:,} {verb(status[name], 'is', 'are')} {words}"
        for name, words in OPEN.items()
        if status[name]
    ]
    if left:
        yield f"{listed(left)}."
    if denied := sorted({row["agency"] for row in rows if row["status"] == "denied"}):
        yield f"A request was denied by {some(denied, 'agencies')}."
    if sums.mailboxes:
        yield (
            f"{amount(sums.mailboxes, 'mailbox', 'mailboxes')} of {size(sums.bytes)} together came in the "
            "folders that the requests name."
        )
    else:
        yield "No mailbox came in a folder that a request names."
