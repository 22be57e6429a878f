"""What entered, and what became of it, in a few lines."""

from flows.console.ledger_text import account_lines
from flows.parts import get
from flows.service.ledger import BELOW, rows_of_part
from tasks.ledger.balances import balances

MAIL = get("mail").ledger


def test_a_balance_leaves_out_zeros_except_in_quarantine():
    lines = {"listed in the file": 2, "messages read": 2, "not mail": 0, "quarantined while reading": 0}
    rows = [{"part": "mail", "source": "a", "line": line, "count": count} for line, count in lines.items()]
    [balance] = balances(rows, [MAIL])
    assert balance.parts == (("messages read", 2), ("quarantined while reading", 0))
    nothing = [{**row, "count": 0} for row in rows]
    assert [(each.count, each.parts) for each in balances(nothing, [MAIL])] == [(0, ())]


def test_what_is_printed_adds_up_where_two_agencies_have_one_mailbox():
    """A mailbox counts once, as among the items that entered; over all, alerts count for each agency."""
    alerts = {"messages read": 9, "alert messages": 9, "alerts parsed": 8, "quarantined while parsing": 1}
    found = {
        "a": ("alerts", alerts),
        "b": ("alerts", alerts),
        "": ("alerts", {"alerts parsed": 24, "emails over unique alerts": 24}),
    }
    rows = [
        {"part": part, "source": source, "line": line, "count": count}
        for source, (part, lines) in found.items()
        for line, count in lines.items()
    ]
    [among] = balances(rows, [MAIL])
    assert among.count == 18
    assert among.parts == (("alerts parsed", 16), ("quarantined while parsing", 2))
    sums = [("alert messages", "18"), ("alerts parsed", "16"), ("quarantined while parsing", "2"),
            ("alerts parsed, for each agency", "24"), ("emails over unique alerts", "24")]  # fmt: skip
    printed = [(line[:48].strip(), line[48:].strip()) for line in account_lines(rows, {}, [get("mail")])]
    assert printed[-5:] == sums
    shown = [(each["line"].removeprefix(BELOW), each["count"]) for each in rows_of_part(get("mail"), rows)]
    assert shown[1:6] == sums
