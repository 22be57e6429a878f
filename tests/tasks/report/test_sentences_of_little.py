"""What is said of a run of one part, of unknown numbers, and of nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.ledger.balances import Balance
from tasks.report.blocks import Group, Rows
from tasks.report.look import what_was_found, without_counts
from tasks.report.sections import missing, sample
from tasks.report.sentences.counts import because
from tasks.report.sentences.found import found
from tasks.report.sentences.missing import entered
from tests.tasks.report.stories import only_requests
from tests.tasks.report.words_stories import every_sentence, ledger, story, tables

PARTS = {"mail": "kinds", "posts": "city_tests", "crime": "crime_types", "requests": "requests"}


def test_what_is_not_in_a_run_comes_after_what_was_found(tmp_path: Path):
    subjects = [each.subject for each in found(only_requests(tmp_path))]
    assert subjects == ["The records requests", "Not in this run"]


def test_what_is_none_is_told_last(tmp_path: Path):
    sums = Balance("items in the mailboxes", 3, (("messages read", 2), ("unread", 0), ("not mail", 1)))
    (said,) = entered(story({}, balances=(sums,)))
    assert said == "3 items in the mailboxes: 2 messages read and 1 not mail; none unread."
    assert because("no a/*, b/*, c.csv") == "it found no a/*, b/* or c.csv"


def test_what_is_not_there_is_said_with_its_reason():
    skipped = {"mail": "no mailbox in records/", "posts": "no posts/*", "requests": "no requests.csv"}
    told = what_was_found(story({}, skipped=skipped))
    assert told == (
        "No mailbox was read in this run: it found no mailbox in records/.",
        "No post was read in this run: it found no posts/*.",
        "No record of a crime was read in this run.",
        "No tract was examined for gentrification in this run.",
        "No city was chosen in this run.",
        "No records request is listed in this run: it found no requests.csv.",
    )


@pytest.mark.parametrize("part", PARTS)
def test_a_run_of_one_part_speaks_of_that_alone(part: str):
    rows = {stem: each for stem, each in tables().items() if stem == PARTS[part]}
    told = what_was_found(story(rows))
    assert all(told)
    assert sum("in this run" in sentence for sentence in told) == len(PARTS) + 1
    assert list(every_sentence(story(rows)))


def test_shares_of_a_part_of_the_sample_are_said_to_change_until_all_is_decided():
    whole = "can change until every alert of the sample is decided"
    assert sum(whole in sentence for sentence in every_sentence(story())) == 2
    rows = tables()
    for row in rows["ledger"]:
        if row["line"] in {"to decide", "not yet reviewed"}:
            row["count"] = 0
    assert not [sentence for sentence in every_sentence(story(rows)) if whole in sentence]


def test_before_something_is_decided_no_table_of_shares_is_shown():
    rows = tables()
    for row in (*rows["coding_tally"], *rows["coding_shares"]):
        row["share"] = None
    groups = [block for block in sample.SECTION.blocks(story(rows)) if isinstance(block, Group)]
    assert [block.key for block in groups[0].blocks if isinstance(block, Rows)] == [
        "coding-agreement",
        "coding-drawn",
    ]


def test_unknown_numbers_are_said_to_be_unknown():
    rows = tables()
    for row in rows["ledger"]:
        row["count"] = None
    told = " ".join(every_sentence(story(rows)))
    assert "None" not in told.replace("None of", "")
    assert "an unknown number" in told


def test_the_answer_is_that_of_the_run():
    def first(**known: object) -> str:
        block = next(iter(missing.SECTION.blocks(story({}, **known))))
        return " ".join(getattr(block, "sentences", ()))

    assert first(headline="No: everything is accounted for", perhaps=()) == "No: everything is accounted for."
    assert first() == "Perhaps: there is one reason to look closer. Everything else is accounted for."
    assert first(headline="Unknown for 2 of 11 mailboxes (see the warnings); and perhaps:").startswith(
        "Unknown for 2 of 11 mailboxes (see the warnings); and perhaps: there is one reason"
    )
    assert "nobody can say" in first(headline="", perhaps=())


def test_a_balance_with_unknown_numbers_says_so():
    balance = Balance("items in the mailboxes", None, (("messages read", 5), ("not mail", None)))
    told = list(every_sentence(story({}, balances=(balance,))))
    assert (
        "An unknown number of items in the mailboxes: 5 messages read and an unknown number not mail." in told
    )


def test_of_many_agencies_some_are_named():
    rows = {"kinds": [{"agency": f"pd-{at:02}", "kind": "crime alert", "emails": at + 1} for at in range(40)]}
    first = what_was_found(story(rows))[0]
    assert first.endswith(
        "40 of pd-39, 39 of pd-38, 38 of pd-37, 37 of pd-36, 36 of pd-35 and 35 more agencies."
    )


def test_counts_that_are_left_out_are_no_numbers():
    rows, small = tables(), {"posts", "crimes", "recorded", "no_location", "outside", "counted", "ties"}
    for each in rows.values():
        for row in each:
            row.update(dict.fromkeys(small & row.keys()))
    told = " ".join(every_sentence(story(rows)))
    assert "The tests count a number of posts that is not published of 2019" in told
    assert "None" not in told.replace("None of", "")


def test_what_is_left_out_is_not_unknown_and_is_counted():
    balance = Balance("crimes", 40, (("no location", None), ("counted", None)), "crime")
    count = {"table": "public/crime_types", "column": "counted", "counts": 1200, "left_out": 31}
    given = {"left_out": [count | {"least_count": 5}], "ledger": ledger("crime", "a", counted=None)}
    told = " ".join(every_sentence(story(given, balances=(balance,))))
    hidden = "a number that is not published"
    assert f"40 crimes: {hidden} no location and {hidden} counted." in told
    assert "below 5, and not 0, are left out of the public tables" in told
    assert "31 of 1,200 counts (method 12.6)" in told
    assert "unknown" not in told


def test_a_warning_of_a_city_says_no_count_where_small_ones_are_left_out():
    lines = [
        "crime/a: 2 of 40 crimes of the type 'X' have no location",
        "7 rows have the id of another",
        "3 tracts",
    ]
    assert without_counts(lines) == (
        "crime/a: some crimes of the type 'X' have no location",
        "some rows have the id of another",
        "3 tracts",
    )
