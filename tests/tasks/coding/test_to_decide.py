"""Ties: written out, decided by a person, read the next time; nothing that a person wrote is lost."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from data.settings import Coding
from tasks.coding.results import Tally
from tasks.coding.tally import tally
from tasks.coding.to_decide import fingerprint
from tests.tasks.coding.rounds import READERS, review, sample_of

SAMPLE = sample_of(3)
SAID = (("theft", "pet", "noise"), ("theft", "theft", "pet"), ("pet", "other", "theft"))


@pytest.fixture
def place(tmp_path: Path, hand_in: Callable) -> Path:
    """A folder with a round in which the first and the third alert are ties."""
    _hand_in(tmp_path, hand_in, SAID)
    return tmp_path


def _hand_in(place: Path, hand_in: Callable, said: tuple) -> None:
    hand_in(
        place / "coding",
        [
            review(SAMPLE, number, reader, act="no", about=about)
            for number, given in enumerate(said, 1)
            for reader, about in zip(READERS, given, strict=True)
        ],
    )


def run(place: Path) -> Tally:
    return tally(SAMPLE, Coding(), place / "coding", place / "out")


def ties(place: Path) -> list[dict[str, str]]:
    with (place / "coding/to_decide.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(place: Path, rows: list[dict[str, str]], encoding: str = "utf-8", delimiter: str = ",") -> None:
    path = place / "coding/to_decide.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def test_a_decision_of_an_alert_that_is_gone_is_kept_and_not_named(place: Path):
    run(place)
    write(place, [{**row, "answer": "pet", "decided_by": "dora"} for row in ties(place)])
    gone = replace(SAMPLE.alerts[2].item, gone=True)
    left = replace(SAMPLE, alerts=SAMPLE.alerts[:2], gone=(gone,))
    found = tally(left, Coding(), place / "coding", place / "out")
    assert (found.decided, found.given, found.faults) == (2, 6, ())
    kept = [(row["alert_id"], row["answer"], row["state"]) for row in ties(place)]
    assert kept[1] == (gone.alert[1], "pet", "not in the sample")


def test_a_tie_is_decided_by_a_person_and_stays_so(place: Path):
    found = run(place)
    assert (found.decided, found.to_decide, found.faults) == (1, 2, ())
    rows = ties(place)
    assert [(row["sample_no"], row["question"], row["votes"], row["state"]) for row in rows] == [
        ("1", "about", "noise: 1 | pet: 1 | theft: 1", "to decide"),
        ("3", "about", "other: 1 | pet: 1 | theft: 1", "to decide"),
    ]
    assert rows[0]["description"] == "'=1+1"  # no formula
    # In the words of the codebook, with a column of one's own, saved by a spreadsheet of another language.
    rows[0] |= {"answer": "about PET", "decided_by": "Zoë", "my notes": "called them"}
    rows = [row | {"=1+1": "=cmd"} for row in rows]
    rows[1] |= {"my notes": ""}
    write(place, rows, "cp1252", ";")
    found = run(place)
    assert (found.decided, found.to_decide, found.faults) == (2, 1, ())
    kept = ties(place)
    assert [row["state"] for row in kept] == ["decided", "to decide"]
    assert [row["'=1+1"] for row in kept] == ["'=cmd"] * 2
    assert (kept[0]["answer"], kept[0]["decided_by"], kept[0]["my notes"]) == (
        "about PET",
        "Zoë",
        "called them",
    )
    before, known = (
        (place / "coding/to_decide.csv").read_bytes(),
        fingerprint(place / "coding", SAMPLE.codebook),
    )
    run(place)
    assert fingerprint(place / "coding", SAMPLE.codebook) == known
    write(place, [{**row, "decided_by": "Max"} for row in kept])
    assert fingerprint(place / "coding", SAMPLE.codebook) != known
    (place / "coding/to_decide.csv").write_bytes(before)
    assert (place / "coding/to_decide.csv").read_bytes() == before


def test_what_does_not_decide_is_named_and_kept(place: Path):
    run(place)
    rows = ties(place)
    rows[0] |= {"answer": "cat"}
    rows[1] |= {"answer": "other"}
    gone = {**rows[0], "alert_id": "0" * 32, "answer": "pet"}
    write(place, [*rows, gone, {**rows[1], "answer": "pet", "decided_by": "Max"}])
    told = [str(fault) for fault in run(place).faults]
    assert told == [
        "coding/to_decide.csv, row 2: about: 'cat' is no answer; write one of theft, noise, pet, other",
        "coding/to_decide.csv, row 3: about: is decided as 'other | pet'; write the one that is meant",
        "coding/to_decide.csv, row 4: is of no alert and question of the sample; put agency, alert_id and "
        "question back, or remove it",
    ]
    # The rows are those of the file as it is now, whatever the order in which a person left it.
    write(place, ties(place)[::-1])
    assert [str(fault) for fault in run(place).faults] == told
    assert sorted(row["answer"] for row in ties(place)) == ["cat", "other | pet", "pet"]


def test_all_that_a_person_wrote_stays_whatever_the_columns_and_the_rows(place: Path):
    run(place)
    header, first, *others = (place / "coding/to_decide.csv").read_text("utf-8-sig").splitlines()
    left = first.removesuffix(",,,to decide")
    lines = [f"{header},notes,,notes", f"{left},,Max,,one,two,three", f"{left},About\u00a0PET,Zoë,,four,,"]
    (place / "coding/to_decide.csv").write_text("\n".join([*lines, *(f"{row},,," for row in others)]))
    (place / "coding/to_decide.xlsx").touch()
    found = run(place)
    assert [str(fault) for fault in found.faults] == [
        "coding/to_decide.xlsx: is not read; save it as CSV, named to_decide.csv, and move this one away"
    ]
    assert found.to_decide == 1
    row = ties(place)[0]
    assert (row["answer"], row["decided_by"], row["state"]) == ("About\u00a0PET", "Max | Zoë", "decided")
    assert (row["notes"], row["column (13)"], row["notes (14)"]) == ("one | four", "two", "three")
    written = (place / "coding/to_decide.csv").read_bytes()
    run(place)
    assert (place / "coding/to_decide.csv").read_bytes() == written


def test_a_decision_of_what_is_no_tie_any_more_is_named(place: Path, hand_in: Callable):
    run(place)
    rows = ties(place)
    rows[0] |= {"answer": "noise"}
    write(place, rows)
    assert [fault.what for fault in run(place).faults] == [
        "about: does not say who decided; the decision counts: write a name in decided_by"
    ]
    _hand_in(place, hand_in, (("theft", "theft", "noise"), *SAID[1:]))
    found = run(place)
    assert [fault.what for fault in found.faults] == [
        "about: the alert is no tie: it has a majority for theft; the decision 'noise' does not count"
    ]
    assert (found.decided, ties(place)[0]["state"]) == (2, "no tie any more")


@pytest.mark.parametrize("content", [b"\x00\x01\xff", b"who,what\r\na,b\r\n", b""], ids=repr)
def test_a_file_that_cannot_be_read_is_left_alone(place: Path, content: bytes):
    path = place / "coding/to_decide.csv"
    path.write_bytes(content)
    (fault,) = run(place).faults
    assert fault.sheet == "coding/to_decide.csv"
    assert path.read_bytes() == content
