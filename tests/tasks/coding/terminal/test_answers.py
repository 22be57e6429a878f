import json
import os
import stat
from pathlib import Path

import pytest

from data.errors import InputError
from tasks.coding.results import Review
from tasks.coding.terminal import read
from tasks.coding.terminal.answers import state_of
from tasks.coding.terminal.look import label_of, open_answers, session_of
from tasks.coding.terminal.session import Said
from tests.tasks.coding.alerts_to_code import alerts, book

ONE, TWO, THREE = (item.alert for item in alerts(3))
LABEL = "coding/returned/anna.jsonl"


def keep(coding: Path, *said: Said, reader: str = "anna") -> Path:
    with open_answers(coding, reader, book()) as answers:
        answers.keep(said)
    return coding / "returned" / f"{reader}.jsonl"


def test_the_last_answer_counts_and_one_taken_back_is_none(tmp_path: Path):
    path = keep(tmp_path, Said(ONE, "act", ("a0",)), Said(TWO, "act", ("a0",)), Said(TWO), Said(THREE))
    keep(tmp_path, Said(ONE, "note", ("“x”\n\ud800",)), Said(ONE, "act", ("a1",)), Said(TWO, "act", ()))
    found = read(path, LABEL, book(), alerts(3))
    answers = {"act": ("a1",), "note": ("“x”\n?",)}
    assert found.reviews == (Review(ONE, "anna", answers, "2", LABEL, 6),)
    assert found.faults == ()
    assert list(found.reviews[0].answers) == ["act", "note"]


def test_a_line_that_was_cut_off_is_no_answer_and_the_next_one_is_whole(tmp_path: Path):
    path = keep(tmp_path, Said(ONE, "act", ("a0",)), Said(TWO, "act", ("a0",)))
    whole = path.read_bytes()
    for end in range(whole.index(b"\n") + 2, len(whole) - 1):
        path.write_bytes(whole[:end])
        assert read(path, LABEL, book(), ()).faults == ()
        keep(tmp_path, Said(THREE, "act", ("a1",)))
        found = read(path, LABEL, book(), ())
        assert [review.alert for review in found.reviews] == [ONE, THREE]
        assert found.faults == ()
    path.write_bytes(whole[:-1])  # an editor took the line's end away
    keep(tmp_path, Said(THREE, "act", ("a1",)))
    assert [review.alert for review in read(path, LABEL, book(), ()).reviews] == [ONE, TWO, THREE]


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"agency": "a", "alert_id": "b", "reader": "r", "codebook": "1"}',
        b'{"agency": "a", "alert_id": "b", "reader": "r", "codebook": 1, "skip": true}',
        b'{"agency": "a", "alert_id": "b", "reader": "r", "codebook": "1", "question": "q", "answers": "x"}',
        b'{"agency": "a", "alert_id": "b", "reader": "r", "codebook": "1", "question": ["q"], "answers": []}',
    ],
)
def test_a_line_that_is_no_answer_is_named_and_the_others_are_read(tmp_path: Path, line: bytes):
    path = keep(tmp_path, Said(ONE, "act", ("a0",)))
    path.write_bytes(line + b"\n" + path.read_bytes())
    found = read(path, LABEL, book(), ())
    assert [review.alert for review in found.reviews] == [ONE]
    assert [str(fault) for fault in found.faults] == [
        f"{LABEL}, row 1: is no answer of nwatch code; remove the line, and answer the alert again"
    ]


def test_a_session_goes_on_from_the_file_and_asks_again_what_a_new_codebook_no_longer_has(tmp_path: Path):
    old = Said(TWO, "about", ("gone",))
    keep(tmp_path, Said(ONE, "act", ("a0",)), Said(ONE, "about", ("a2",)), Said(TWO, "act", ("a0",)), old)
    with open_answers(tmp_path, "anna", book()) as answers:
        given, skipped = state_of(answers.lines, book())
        session = session_of(answers, alerts(3), book())
    assert (given[TWO], skipped) == ({"act": ("a0",), "about": ()}, set())
    assert session.done == 1


def test_a_file_is_open_in_one_terminal_and_private_as_its_folder(tmp_path: Path):
    coding = tmp_path / "coding"
    coding.mkdir(mode=0o700)
    with open_answers(coding, "anna", book()):
        with (
            pytest.raises(InputError, match=r"anna\.jsonl: is open in another terminal"),
            open_answers(coding, "anna", book()),
        ):
            pass
        with open_answers(coding, "ben", book()):
            pass
    assert stat.S_IMODE((coding / "returned" / "anna.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE((coding / "returned").stat().st_mode) == 0o700


def test_what_is_no_file_or_cannot_be_written_ends_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "returned" / "ben.jsonl").mkdir(parents=True)
    with (
        pytest.raises(InputError, match=r"ben.jsonl: is not a regular file"),
        open_answers(tmp_path, "ben", book()),
    ):
        pass
    path = keep(tmp_path, Said(ONE, "act", ("a0",)))
    real = os.write
    monkeypatch.setattr(os, "write", lambda number, content: real(number, content[:9]))
    with pytest.raises(
        InputError, match=r"anna.jsonl: cannot be written \(the disk is full\); the last answer"
    ):
        keep(tmp_path, Said(TWO, "act", ("a0",)))
    monkeypatch.undo()
    assert [json.loads(line)["alert_id"] for line in path.read_text().splitlines()] == [ONE[1]]


def test_a_link_is_not_written_through(tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("of somebody else")
    elsewhere.chmod(0o644)
    (tmp_path / "returned").mkdir(mode=0o700)
    (tmp_path / "returned" / "anna.jsonl").symlink_to(elsewhere)
    with pytest.raises(InputError, match=r"anna.jsonl: is a link"), open_answers(tmp_path, "anna", book()):
        pass
    assert (elsewhere.read_text(), elsewhere.stat().st_mode & 0o777) == ("of somebody else", 0o644)


def test_more_answers_than_keys_are_refused(tmp_path: Path):
    many = book(answers=53)
    with (
        open_answers(tmp_path, "anna", many) as answers,
        pytest.raises(InputError, match="question 'about' has 53 answers, and a terminal has keys for 52"),
    ):
        session_of(answers, alerts(), many)
    assert label_of("anna") == LABEL


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", ""),
        (b'{"agency": "cut o', ""),
        (b"\0" * 600, ""),
        (b"x\n" * 3, "holds no answer of nwatch code; hand in what nwatch code wrote, as it is"),
        (b'[{"id": 1}]', "holds no answer of nwatch code; hand in what nwatch code wrote, as it is"),
    ],
)
def test_a_file_of_something_else_is_named_once(tmp_path: Path, content: bytes, wrong: str):
    path = tmp_path / "anna.jsonl"
    path.write_bytes(content)
    assert [fault.what for fault in read(path, LABEL, book(), ()).faults] == ([wrong] if wrong else [])


def test_many_lines_that_are_no_answers_are_counted(tmp_path: Path):
    path = keep(tmp_path, Said(ONE, "act", ("a0",)))
    path.write_bytes(b"x\n" * 103 + path.read_bytes())
    found = read(path, LABEL, book(), ())
    assert (len(found.reviews), len(found.faults)) == (1, 101)
    assert str(found.faults[-1]) == f"{LABEL}: 3 more lines are no answers of nwatch code; put the file back"


def test_what_somebody_else_wrote_without_a_line_end_is_never_cut_away(tmp_path: Path):
    path = tmp_path / "returned/anna.jsonl"
    path.parent.mkdir()
    path.write_bytes(b'[{"id": 1}]')
    keep(tmp_path, Said(ONE, "act", ("a0",)))
    assert path.read_bytes().startswith(b'[{"id": 1}]\n{"agency"')
