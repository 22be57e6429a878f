"""How `nwatch ledger` shows the ledger: each number above the numbers that it is the sum of."""

from flows.accounts import account_lines


def rows(source: str, part: str, **counts: int | None) -> list[dict]:
    return [
        {"part": part, "source": source, "line": line.replace("_", " "), "count": count}
        for line, count in counts.items()
    ]


FIRST = rows(
    "aaaaaaaaaaaa", "mail", listed_in_the_file=4, messages_read=3, not_mail=1, quarantined_while_reading=0
)
KINDS = rows("aaaaaaaaaaaa", "alerts", messages_read=3, crime_alert=1, safety_tip=2)
LOST = rows(
    "bbbbbbbbbbbb",
    "mail",
    listed_in_the_file=None,
    messages_read=2,
    not_mail=0,
    quarantined_while_reading=None,
)
FILES = {
    "aaaaaaaaaaaa": ["records/lapd/z.pst"],
    "bbbbbbbbbbbb": ["records/lapd/a.pst", "records/lapd/copy.pst"],
}


def shown(*groups: list[dict]) -> list[str]:
    return list(account_lines([row for group in groups for row in group], FILES))


def test_mailboxes_stand_in_order_of_their_names_and_all_together_last():
    headings = [line for line in shown(FIRST, LOST) if line and not line.startswith(" ")]
    assert headings == [
        "records/lapd/a.pst, records/lapd/copy.pst (bbbbbbbbbbbb)",
        "records/lapd/z.pst (aaaaaaaaaaaa)",
        "all mailboxes",
    ]


def test_the_kinds_stand_below_the_messages_read_the_most_frequent_first():
    lines = [line.split("  ")[-1].strip() + line[:24].rstrip() for line in shown(KINDS)[1:4]]
    assert lines == ["3  messages read", "2    safety tip", "1    crime alert"]


def test_an_unknown_number_makes_the_sum_over_all_unknown():
    lines = shown(FIRST, LOST)
    total = lines[lines.index("all mailboxes") :]
    assert [line.split()[-1] for line in total[1:]] == ["unknown", "5", "1", "unknown"]


def test_a_line_over_all_mailboxes_is_the_ledger_s_own():
    own = rows("", "alerts", alerts_parsed=7, emails_over_unique_alerts=7)
    assert [line.split()[-1] for line in shown(own)[1:]] == ["7", "7"]
