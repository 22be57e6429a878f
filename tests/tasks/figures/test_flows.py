"""The ledger as flows: what is not known is never 0, and what is small is there."""

import pytest

from tasks.figures.flow import Stage, _Paint, flow
from tasks.figures.flows import ledger_flows
from tests.tasks.figures.rows import full_ledger, ledger, months, table


def counts(figure):
    return {(row["left out of"], row["what"]): row["count"] for row in figure.table.to_pylist()}


def test_the_numbers_are_those_of_the_ledger():
    mail, posts, crimes = ledger_flows(full_ledger(), months(["a"]), None)
    assert counts(mail) == {
        (None, "items in 1 mailbox"): None,
        ("items in 1 mailbox", "not mail"): 3,
        ("items in 1 mailbox", "quarantined while reading"): 0,
        (None, "e-mails read"): 1_000_000,
        ("e-mails read", "of 1 other kind"): 999_100,
        (None, "e-mails with alerts"): 900,
        ("e-mails with alerts", "quarantined while parsing"): 10,
        (None, "alert e-mails read"): 890,
        ("alert e-mails read", "further e-mails of these alerts"): 874,
        (None, "unique alerts"): 16,
    }
    assert "unknown items in 1 mailbox" in mail.alt
    assert "dashed" in mail.caption
    assert counts(posts)[None, "with people and income"] == 9
    assert counts(crimes)["crimes in the files", "other years"] == 60
    assert "60 other years (of crimes in the files)" in crimes.alt


def test_a_mailbox_of_two_agencies_is_in_the_flow_once_and_unique_alerts_of_both_are_no_part_of_it():
    rows = [*full_ledger().to_pylist(), *ledger("alerts", {"alerts parsed": 2 * 890}, "")]
    mail, *_ = ledger_flows(table("ledger", rows), months(["a"]), None)
    assert counts(mail)[None, "alert e-mails read"] == 890
    assert (None, "unique alerts") not in counts(mail)
    assert "unique alerts are counted for each agency" in mail.caption


def test_a_flow_of_nothing_is_none():
    assert list(ledger_flows(None)) == []
    assert list(ledger_flows(table("ledger", ledger("requests", {"requests": 2}, "")))) == []
    assert list(ledger_flows(table("ledger", ledger("mail", {"listed in the file": 0})))) == []
    assert flow("a", "A", []) is None


@pytest.mark.parametrize("whole", [10, 1_000_000])
def test_one_of_a_million_is_seen_and_zero_is_not(whole):
    left = (("lost", 1), ("none", 0), ("who knows", None))
    paint = _Paint((Stage("items", whole, left), Stage("rest", whole - 1)))
    assert paint.wide(whole, 2.0) == 2.0
    assert paint.wide(whole // 2, 2.0) == pytest.approx(1.0)
    assert paint.wide(1, 2.0) >= 1.4 / 72
    assert paint.wide(0, 2.0) == 0
    assert paint.wide(None, 2.0) > 0
    first, rest = paint.widths(2.0)
    assert first >= rest + paint.wide(1, 2.0)
