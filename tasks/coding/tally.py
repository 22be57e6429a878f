"""Count what came back: what counts, what most readers say, how well they agree (method 5.5 to 5.9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from data.schema import TABLES
from data.settings import Coding
from data.tables import write_table
from tasks.coding.agree import agreement_rows, confusion_rows, reader_rows
from tasks.coding.cross_check import Checked, check
from tasks.coding.gather import gather
from tasks.coding.redaction.masked import with_masks
from tasks.coding.results import Fault, Sample, Tally
from tasks.coding.tabulate import decided_rows, question_rows, review_rows, share_rows, tally_rows
from tasks.coding.to_decide import LABEL, decide, read_decisions, write_decisions
from tasks.coding.vote import OPEN, TIE, Place, Vote, votes_of


def tally(sample: Sample, settings: Coding, folder: Path, out: Path) -> Tally:
    """Count what came back of the sheets, and write its tables and ``coding/to_decide.csv``.

    Args:
        sample: The sample.
        settings: ``[coding]``.
        folder: The folder ``coding/`` of the investigation.
        out: The folder of the tables.

    Returns:
        What became of the sample.
    """
    book = sample.codebook
    questions = book.choices
    gathered = gather(folder, book, with_masks((*sample.items, *sample.gone), folder))
    checked = check(gathered.returned, sample)
    before = read_decisions(folder, book)
    votes, wrong = decide(
        votes_of(sample, checked, questions), before, book, [one.alert for one in sample.gone]
    )
    rows = write_decisions(folder, sample, votes, before)
    # By the rows of the file as it is now: it may be written in another order.
    faults = sorted((rows[place], what) for place, what in wrong.items())
    decisions = (*before.faults, *(Fault(LABEL, row, what) for row, what in faults))
    finite = settings.finite
    _write("private/coding_reviews", review_rows(checked), out)
    _write("private/coding_decided", decided_rows(votes), out)
    _write("private/coding_readers", reader_rows(sample, checked, questions), out)
    _write("public/coding_questions", question_rows(questions), out)
    _write("public/coding_tally", tally_rows(sample, votes, questions, finite=finite), out)
    _write("public/coding_shares", share_rows(sample, votes, questions, finite=finite), out)
    _write("public/coding_agreement", agreement_rows(sample, checked, questions, settings.seed), out)
    _write("public/coding_confusion", confusion_rows(checked, questions), out)
    return _summed(sample, checked, votes, (*checked.faults, *decisions), gathered.files)


def _write(name: str, rows: Iterable[Mapping[str, Any]], out: Path) -> None:
    spec = TABLES[name]
    write_table(pa.Table.from_pylist(list(rows), schema=spec.arrow), spec, out)


def _summed(
    sample: Sample,
    checked: Checked,
    votes: Mapping[Place, Vote],
    faults: tuple[Fault, ...],
    files: Mapping[str, tuple[str, int]],
) -> Tally:
    hows: dict[object, set[str]] = {each.item.alert: set() for each in sample.alerts}
    for (alert, _), vote in votes.items():
        hows[alert].add(vote.how)
    to_decide = sum(TIE in each for each in hows.values())
    # Of a codebook without a choice an alert is decided when all have read it.
    read = {alert for _, alert in checked.given}
    open_still = sum(
        TIE not in each and (OPEN in each or (not each and alert not in read)) for alert, each in hows.items()
    )
    given = len(checked.given)
    waiting = [reader for reader in sample.readers if _is_awaited(reader, sample, checked)]
    return Tally(
        decided=len(hows) - to_decide - open_still,
        to_decide=to_decide,
        not_reviewed=open_still,
        given=given,
        missing=sample.asked - given - checked.unusable,
        unusable=checked.unusable,
        faults=faults,
        files=files,
        waiting=tuple(waiting),
        other_versions=sum(review.codebook != sample.codebook.version for review in checked.reviews),
    )


def _is_awaited(reader: str, sample: Sample, checked: Checked) -> bool:
    """Whether something of a reader is still to come."""
    wanted = (each for each in sample.alerts if reader in each.readers)
    return any(
        (reader, each.item.alert) not in checked.given and (reader, each.draw) not in checked.back
        for each in wanted
    )
