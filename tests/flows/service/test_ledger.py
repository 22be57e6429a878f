"""The ledger in the UI: totals first, and what is not known is a word."""

from flows.parts import load
from flows.service.ledger import ALL, BELOW, rows_of_part

MAIL, POSTS, CRIME = load(["mail", "posts", "crime"])


def row(source: str, line: str, count: int | None, part: str = "mail") -> dict[str, object]:
    return {"part": part, "source": source, "line": line, "count": count}


def test_the_totals_stand_above_each_mailbox_and_each_number_above_its_parts():
    rows = [
        row(source, line, count)
        for source, counts in {"a1": (3, 2, 1), "b2": (None, 4, 0)}.items()
        for line, count in zip(("listed in the file", "messages read", "not mail"), counts, strict=True)
    ]
    shown = rows_of_part(MAIL, rows)
    assert [each["of"] for each in shown] == ["all mailboxes"] * 3 + ["a1"] * 3 + ["b2"] * 3
    assert [each["count"] for each in shown] == ["unknown", "6", "1", "3", "2", "1", "unknown", "4", "0"]
    assert [each["line"] for each in shown[:3]] == [
        "listed in the file", f"{BELOW}messages read", f"{BELOW}not mail",
    ]  # fmt: skip


def test_one_source_alone_is_not_repeated_and_kinds_come_by_their_count():
    kinds = [row("a1", "messages read", 5, "alerts"), row("a1", "<b>kind</b>", 2, "alerts")]
    shown = rows_of_part(MAIL, [*kinds, row("a1", "crime alert", 3, "alerts")])
    lines = ["messages read", f"{BELOW}crime alert", f"{BELOW}\\<b\\>kind\\</b\\>"]
    assert [each["line"] for each in shown] == lines
    assert {each["of"] for each in shown} == {"all mailboxes"}


def test_the_rows_of_a_file_are_no_type_of_crime():
    types = {"crimes in the files": 9, "counted": 3, "ARSON": 1, "BURGLARY": 2}
    rows = [row("alder", line, count, "crime") for line, count in types.items()]
    shown = rows_of_part(CRIME, [*rows, row("f0", "crimes in the file", 9, "crime")])
    lines = [each["line"] for each in shown if each["of"] == ALL]
    assert lines[:3] == ["crimes in the files", f"{BELOW}counted", "counted"]
    assert lines[3:5] == [f"{BELOW}BURGLARY", f"{BELOW}ARSON"]
    assert lines[-1] == "crimes in the file"


def test_a_part_that_wrote_nothing_has_no_table():
    assert rows_of_part(POSTS, [row("a1", "messages read", 5)]) == []
    shown = rows_of_part(POSTS, [row("", "posts in tracts", 1, "posts")])
    assert {each["of"] for each in shown} == {ALL}
