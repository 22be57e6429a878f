"""How `nwatch ledger` shows the ledger: each number above the numbers that add up to it."""

from flows.console.ledger_text import account_lines
from flows.parts import load


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
    return list(account_lines([row for group in groups for row in group], FILES, load()))


def test_mailboxes_are_in_order_of_their_names_and_all_together_last():
    headings = [line for line in shown(FIRST, LOST) if line and not line.startswith(" ")]
    assert headings == [
        "records/lapd/a.pst, records/lapd/copy.pst (bbbbbbbbbbbb)",
        "records/lapd/z.pst (aaaaaaaaaaaa)",
        "all mailboxes",
    ]


def test_the_kinds_are_below_the_messages_read_the_most_frequent_first():
    lines = [line.split("  ")[-1].strip() + line[:24].rstrip() for line in shown(KINDS)[1:4]]
    assert lines == ["3  messages read", "2    safety tip", "1    crime alert"]


def test_an_unknown_number_makes_the_sum_over_all_unknown():
    lines = shown(FIRST, LOST)
    total = lines[lines.index("all mailboxes") :]
    assert [line.split()[-1] for line in total[1:]] == ["unknown", "5", "1", "unknown"]


def test_a_line_over_all_mailboxes_is_the_ledger_s_own():
    own = rows("", "alerts", alerts_parsed=7, emails_over_unique_alerts=7)
    assert [line.split()[-1] for line in shown(own)[1:]] == ["7", "7"]


CRIME = [
    *rows("cccccccccccc", "crime", crimes_in_the_file=9),
    *rows(
        "los-angeles",
        "crime",
        crimes_in_the_files=9, duplicates=1, other_years=2, other_types=1, no_location=1, outside=1,
        counted=3, BATTERY=1, ARSON=2, in_tracts_with_population_and_income=3, in_tracts_without=0,
    ),
]  # fmt: skip


def test_crimes_are_below_their_folder_after_the_files_and_the_types_below_the_crimes_counted():
    lines = list(account_lines(CRIME, {"cccccccccccc": ["crime/los-angeles/a.csv"]}, load()))
    assert [" ".join(line.split()) for line in lines] == [
        "crime",
        "crime/los-angeles/a.csv (cccccccccccc) 9",
        "crime/los-angeles",
        "crimes in the files 9",
        "duplicates 1",
        "other years 2",
        "other types 1",
        "no location 1",
        "outside 1",
        "counted 3",
        "counted 3",
        "ARSON 2",
        "BATTERY 1",
        "counted 3",
        "in tracts with population and income 3",
        "in tracts without 0",
    ]


def test_parts_are_in_the_order_of_a_run_with_a_blank_line_between_them():
    requests = rows(
        "", "requests",
        requests=2, fulfilled=1, partly_fulfilled=0, no_records=0, denied=1, withdrawn=0, pending=0,
    )  # fmt: skip
    lines = shown(requests, FIRST, rows("", "gentrification", rows_of_tracts=3, in_cities=1, in_no_city=2))
    assert [line for line in lines if line and not line.startswith(" ")] == [
        "records/lapd/z.pst (aaaaaaaaaaaa)",
        "all mailboxes",
        "gentrification",
        "requests",
    ]
    assert lines[lines.index("requests") - 1] == ""


def test_every_line_of_the_ledger_has_room_for_its_name():
    own = {"with a partnership, below the last selected": 1, "cities ranked": 1, "selected": 0}
    given = [{"part": "selection", "source": "", "line": line, "count": n} for line, n in own.items()]
    given.append({**given[0], "line": "without a partnership", "count": 0})
    assert len({len(line) for line in account_lines(given, {}, load()) if line != "selection"}) == 1


def test_lines_that_no_identity_has_are_below_each_mailbox_and_below_all_together():
    beside = {"stated_by_its_folders": 3, "without_a_body": 2, "with_replacement_characters": 0}
    lines = [" ".join(line.split()) for line in shown(FIRST, rows("aaaaaaaaaaaa", "mail", **beside))]
    own = ["stated by its folders 3", "without a body 2", "with replacement characters 0"]
    assert lines[5:8] == own
    assert lines[-3:] == own
