"""What entered, and what became of it, in a few lines."""

from flows.parts import get
from tasks.ledger.balances import balances

MAIL = get("mail").ledger


def test_a_balance_leaves_out_zeros_except_in_quarantine():
    lines = {"listed in the file": 2, "messages read": 2, "not mail": 0, "quarantined while reading": 0}
    rows = [{"part": "mail", "source": "a", "line": line, "count": count} for line, count in lines.items()]
    [balance] = balances(rows, [MAIL])
    assert balance.parts == (("messages read", 2), ("quarantined while reading", 0))
    nothing = [{**row, "count": 0} for row in rows]
    assert [(each.count, each.parts) for each in balances(nothing, [MAIL])] == [(0, ())]
