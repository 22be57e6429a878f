"""Close the ledger of the coding: every alert that was drawn, and every review that was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from data.schema import TABLES
from data.tables import read_table
from tasks.coding.results import SAMPLE, Sample, Tally
from tasks.ledger.accounts import Account, close_part
from tasks.ledger.identities import Identity, Ledger
from tasks.ledger.results import PartClosed

CODING: Final = "coding"
LISTED: Final = "alerts of the list"
DRAWN: Final = "drawn"
GONE: Final = "no longer among the alerts"
ASKED: Final = "reviews asked"
ALERTS: Final = ("decided", "to decide", "not yet reviewed")
REVIEWS: Final = ("given", "missing", "not usable")
LEDGER: Final = Ledger(
    identities=(
        Identity(CODING, LISTED, (DRAWN, GONE)),
        Identity(CODING, DRAWN, ALERTS, balance="alerts drawn"),
        Identity(CODING, ASKED, REVIEWS, balance="reviews asked"),
    )
)


def close_coding(sample: Sample, gone: int, tally: Tally, *, out: Path) -> PartClosed:
    """Check that every alert of the sample and every review has become something, and enter them.

    Args:
        sample: The sample.
        gone: Alerts of the list that are not among today's, counted by themselves.
        tally: What became of the others.
        out: The folder of the tables, with ``private/coding_sample``, whose rows are counted.

    Returns:
        The rows.

    Raises:
        LedgerError: They do not add up; nothing is written then.
    """
    counts = {
        LISTED: sample.listed,
        DRAWN: read_table(TABLES["private/coding_sample"], out, ["sample_no"]).num_rows,
        GONE: gone,
        **dict(zip(ALERTS, (tally.decided, tally.to_decide, tally.not_reviewed), strict=True)),
        ASKED: sample.asked,
        **dict(zip(REVIEWS, (tally.given, tally.missing, tally.unusable), strict=True)),
    }
    return close_part([Account(CODING, "", f"coding/{SAMPLE}", counts)], LEDGER, (), out)
