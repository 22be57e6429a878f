"""What is wrong with what came back: each named once, with its sheet, its row and the fix."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tasks.coding.cross_check import Checked, check
from tasks.coding.results import Fault, Returned, Review
from tasks.coding.vote import votes_of
from tests.tasks.coding.rounds import READERS, in_files, review, round_of, sample_of

SAMPLE = sample_of(6)
ALL = round_of(SAMPLE, dict.fromkeys(READERS, 1.0))


def checked(reviews: Iterable[Review]) -> Checked:
    return check(in_files(reviews), SAMPLE)


def told(reviews: Iterable[Review]) -> list[str]:
    return [str(fault) for fault in checked(reviews).faults]


def without(reader: str, number: int) -> list[Review]:
    alert = SAMPLE.alerts[number - 1].item.alert
    return [one for one in ALL if (one.reader, one.alert) != (reader, alert)]


def test_a_whole_round_has_nothing_wrong_in_whatever_order_it_came():
    found = checked(ALL)
    assert not found.faults
    assert (len(found.given), found.unusable, found.back) == (
        18,
        0,
        frozenset((reader, 1) for reader in READERS),
    )
    assert checked(reversed(ALL)) == found
    assert [one.reader for one in found.reviews[:3]] == list(READERS)


def test_what_is_not_asked_does_not_count():
    stranger = replace(ALL[0], reader="dora\x1b", sheet="coding/returned/dora.csv")
    unknown = replace(ALL[0], alert=("ames", "f" * 32), row=99)
    found = checked([*ALL, stranger, unknown])
    assert [str(fault) for fault in found.faults] == [
        f"coding/returned/anna.xlsx, row 99: the alert 'ames {'f' * 32}' is not in the sample; put its "
        "agency and alert_id back as they were",
        "coding/returned/dora.csv: 1 row: the reader 'dora�' was not named; write the name as it was "
        "given: anna, bob, cleo",
    ]
    assert (len(found.given), found.unusable) == (18, 0)
    two_each = sample_of(6, reviews=2)
    extra = check(in_files(ALL), two_each)
    assert len(extra.given) == 12
    assert len(extra.faults) == 6
    assert "was not asked for this alert" in extra.faults[0].what


def test_an_answer_outside_the_codebook_takes_only_itself_along():
    bad = review(SAMPLE, 2, "anna", act="yes", about="thft")
    found = checked([*without("anna", 2), bad])
    assert [str(fault) for fault in found.faults] == [
        "coding/returned/anna.xlsx, row 3: about: 'thft' is no answer; write one of theft, noise, pet, other "
        "and hand the sheet in again"
    ]
    assert (len(found.given), found.unusable) == (18, 0)
    # Where no answer is left, the review is lost, and is not called missing as well.
    worse = checked([*without("anna", 2), review(SAMPLE, 2, "anna", act="maybe", about="pet+noise")])
    assert ["act: 'maybe'" in worse.faults[1].what, "2 answers" in worse.faults[0].what] == [True, True]
    assert (len(worse.faults), len(worse.given), worse.unusable) == (2, 17, 1)
    # Nor where a note is: no answer that counts is beside it.
    noted = checked([*without("anna", 2), review(SAMPLE, 2, "anna", act="maybe", note="hm")])
    assert (len(noted.faults), len(noted.given), noted.unusable) == (1, 17, 1)


def test_what_is_missing_is_named_once_a_sheet_has_come_back():
    assert told(without("bob", 4)) == [
        "coding/returned/bob.xlsx: bob did not answer for the alert with sample_no 4; fill it in and hand "
        "the sheet in again"
    ]
    half = review(SAMPLE, 4, "bob", act="no")
    assert told([*without("bob", 4), half]) == [
        "coding/returned/bob.xlsx, row 5: about: has no answer that counts; fill it in and hand "
        "the sheet in again"
    ]
    # Nothing is missing of a reader of whom nothing came, or who is at work in the terminal.
    nothing = [one for one in ALL if one.reader != "bob"]
    at_work = [replace(one, sheet="coding/returned/bob.jsonl") for one in ALL if one.reader == "bob"][:2]
    assert told(nothing) == told([*nothing, *at_work]) == []
    assert checked([*nothing, *at_work]).back == {("anna", 1), ("cleo", 1)}


def test_of_a_later_drawing_nothing_is_missing_while_its_sheet_is_out():
    more = replace(
        SAMPLE, alerts=tuple(replace(each, draw=1 + (each.item.number > 4)) for each in SAMPLE.alerts)
    )
    first = [one for one in ALL if one.alert in {each.item.alert for each in more.alerts[:4]}]
    found = check(in_files([*first, *(one for one in ALL[12:] if one.reader == "bob")]), more)
    assert (len(found.given), found.faults, ("bob", 2) in found.back) == (14, (), True)
    votes = votes_of(more, found, more.codebook.questions[:2])
    hows = [votes[each.item.alert, "act"].how for each in more.alerts]
    assert hows == ["unanimous"] * 4 + ["not yet reviewed"] * 2


def test_equal_answers_count_once_and_contradictions_not_at_all():
    again = [replace(one, sheet="coding/returned/anna-2.csv") for one in ALL if one.reader == "anna"]
    found = checked([*ALL, *again])
    assert [str(fault) for fault in found.faults] == [
        "coding/returned/anna.xlsx: 6 rows: the same answers of anna are in coding/returned/anna-2.csv; "
        "they count once"
    ]
    assert len(found.given) == 18
    other = replace(again[0], answers={**again[0].answers, "act": ("no",)}, row=7)
    first = replace(ALL[0], answers={**ALL[0].answers, "act": ("yes",)})
    found = checked([first, *ALL[1:], other])
    assert [str(fault) for fault in found.faults] == [
        "coding/returned/anna-2.csv, row 7: anna answers act with 'no' and 'yes', here and in "
        "coding/returned/anna.xlsx, row 2; neither counts: remove the one that is not meant"
    ]
    assert (len(found.given), found.unusable) == (17, 1)


def test_a_question_that_a_whole_sheet_leaves_open_is_named_once_with_its_fix():
    of_anna = [replace(one, answers={"act": one.answers["act"]}) for one in ALL if one.reader == "anna"]
    assert told([*of_anna, *(one for one in ALL if one.reader != "anna")]) == [
        "coding/returned/anna.xlsx: 6 rows: about: no answer in the whole sheet; where the question is new, "
        "hand out new sheets: move this one and the reader's of coding/sheets/ away, then call nwatch sample"
    ]
    alone = replace(of_anna[0], sheet="coding/returned/anna.jsonl")
    assert "about: has no answer that counts; fill it in with nwatch code" in told([alone])[0]


def test_another_version_is_named_once_a_sheet_and_counts():
    old = [replace(one, codebook="0") if one.reader == "cleo" else one for one in ALL]
    found = checked(old)
    assert [str(fault) for fault in found.faults] == [
        "coding/returned/cleo.xlsx: 6 rows: has version '0' of the codebook, not '1'; the answers count: "
        "have them read again where their meaning has changed"
    ]
    assert len(found.given) == 18


@pytest.mark.parametrize("of", [("anna", SAMPLE.alerts[0].item.alert), None])
def test_what_a_form_could_not_read_is_not_usable(of: tuple | None):
    fault = Fault("coding/returned/anna.xlsx", 2, "the text of the alert was changed; put it back", 1, of)
    found = check([*in_files(without("anna", 1)), Returned((), (fault,))], SAMPLE)
    assert (len(found.given), found.unusable) == (17, 1)
    assert len(found.faults) == (1 if of else 2)


def test_a_reader_is_known_whatever_the_capitals():
    named = [replace(one, reader=one.reader.upper()) for one in ALL]
    found = checked(named)
    assert found.faults == ()
    assert {reader for reader, _ in found.back} == set(SAMPLE.readers)
    assert found.reviews == checked(ALL).reviews
    fault = Fault("coding/returned/anna.xlsx", 2, "x", 1, ("Anna", SAMPLE.alerts[0].item.alert))
    lost = check([*in_files(without("anna", 1)), Returned((), (fault,))], SAMPLE)
    assert (len(lost.given), lost.unusable, len(lost.faults)) == (17, 1, 1)


def test_a_question_that_is_open_in_the_terminal_is_answered_there():
    half = review(SAMPLE, 1, "anna", sheet="coding/returned/anna.jsonl", act="yes")
    assert [str(fault) for fault in check(in_files([half]), SAMPLE).faults] == [
        "coding/returned/anna.jsonl, row 2: about: has no answer that counts; fill it in with nwatch code"
    ]
