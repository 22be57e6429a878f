"""The crosswalk from subjects to kinds."""

import hashlib
import os
import pickle
from pathlib import Path

import pytest

from data.crosswalk import ALERT_KINDS, Crosswalk, read_crosswalk, read_crosswalks
from data.errors import InputError

HEADER = "pattern,match,kind,template,note\n"


@pytest.fixture(scope="module")
def crosswalk() -> Crosswalk:
    return read_crosswalk()


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "subjects.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("subject", "kind", "template"),
    [
        ("A Resident Posted a Crime Incident", "crime alert", "resident-posted"),
        ("New Crime Incident", "crime alert", "new-incident"),
        ("Crime Alert: Two bikes", "crime alert", "alert-title"),
        ("New Crime Post: Two bikes", "crime alert", "new-post-title"),
        ("A Resident Posted a Safety Incident", "safety alert", "resident-posted"),
        ("New Safety Incident", "safety alert", "new-incident"),
        ("Safety Alert: Coyote", "safety alert", "alert-title"),
        ("New Safety Post: Coyote", "safety alert", "new-post-title"),
        ("New Shareable Graphics For Your Community", "shareable graphics", None),
        ("ACTION NEEDED: Your Account Will Be Deactivated", "account notice", None),
        ("Reminder: Log In to Neighbors Public Safety Service", "login reminder", None),
        ("Safety Tip: Lock your car", "safety tip", None),
        ("RE: New Crime Incident", "reply or forward", None),
        ("FW: A Resident Posted a Crime Incident", "reply or forward", None),
        ("Fwd: RE: FW: Crime Alert: bikes", "reply or forward", None),
        ("Re:bikes", "reply or forward", None),
    ],
)
def test_the_known_subjects_have_their_kinds(
    crosswalk: Crosswalk, subject: str, kind: str, template: str | None
) -> None:
    match = crosswalk.classify(subject)
    assert (match.kind, match.template) == (kind, template)


@pytest.mark.parametrize("title", ["RE: bikes", "FW: RE: x", "New Crime Incident", ""])
def test_a_title_that_looks_like_a_reply_leaves_the_alert_an_alert(crosswalk: Crosswalk, title: str) -> None:
    match = crosswalk.classify(f"Crime Alert: {title}")
    assert match == ("crime alert", "alert-title", "Crime Alert: <title>", title)


@pytest.mark.parametrize(
    "subject",
    [
        *(None, "", "   ", "Lunch?", "New Crime Incident today", "Crime alert", "A New Crime Incident"),
        *(
            "REPORT: x",
            "[Alderfall] New Crime Incident",
            "Fw bikes",
            "x RE: y",
            "Crime alert (weekly digest)",
        ),
    ],
)
def test_a_subject_that_matches_no_row_is_unclassified_and_never_guessed(
    crosswalk: Crosswalk, subject: str | None
) -> None:
    assert crosswalk.classify(subject) == ("unclassified", None, "", None)


@pytest.mark.parametrize(
    "subject",
    ["  New\u00a0Crime \t Incident\n", "NEW CRIME INCIDENT", "new crime incident", "New\u2003Crime Incident"],
)
def test_white_space_and_letter_case_do_not_matter(crosswalk: Crosswalk, subject: str) -> None:
    assert crosswalk.classify(subject).pattern == "New Crime Incident"


def test_composed_and_decomposed_accents_are_equal(tmp_path: Path) -> None:
    crosswalk = read_crosswalk(written(tmp_path, "Nuevo caf\u00e9,exact,note,,"))
    assert crosswalk.classify("NUEVO CAFE\u0301").kind == "note"


def test_the_first_row_that_matches_decides(tmp_path: Path) -> None:
    rows = ("News: <text>,prefix,later,,", "New <x>,prefix,first,,")
    subject = "News: today"
    assert read_crosswalk(written(tmp_path, *rows)).classify(subject).kind == "later"
    with pytest.raises(
        InputError, match=r"row 3, column pattern: row 2 \('New <x>'\) always decides first; move this row"
    ):
        read_crosswalk(written(tmp_path, *reversed(rows)))


def test_the_text_of_the_variable_keeps_letter_case_and_is_collapsed(crosswalk: Crosswalk) -> None:
    assert crosswalk.classify("crime ALERT:  Two\u00a0 Bikes ").rest == "Two Bikes"
    assert crosswalk.classify("New Crime Incident").rest is None
    assert crosswalk.classify("RE: x").rest is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A,glob,kind,,", "row 2, column match: 'glob' is unknown; write exact or prefix"),
        (",exact,kind,,", "row 2, column pattern: there is no fixed text to look for"),
        ("<title>,prefix,kind,,", "row 2, column pattern: there is no fixed text to look for"),
        (
            "A <title>,exact,kind,,",
            "row 2, column pattern: 'A <title>' ends in a variable; set match to prefix",
        ),
        (
            "A,exact,Crime Alert,x,",
            "row 2, column kind: 'Crime Alert' is not in lower case; write 'crime alert'",
        ),
        ("A,exact,,,", "row 2, column kind: '' is not in lower case; write 'a kind'"),
        ("A,exact,unclassified,,", "row 2, column kind: 'unclassified' is for subjects that match no row"),
        ("A,exact,crime alert,,", "row 2, column template: a crime alert needs the template of its body"),
        (
            "A,exact,note,resident-posted,",
            "row 2, column template: only crime alert and safety alert have a template; leave it empty",
        ),
        ("A,exact,note,", "row 2 has 4 fields instead of 5; put quotes around a field that holds a comma"),
        ("A,exact,note,,\n a ,prefix,other,,", "row 3, column pattern: 'a' is in row 2 already"),
    ],
)
def test_a_wrong_row_is_named_with_file_row_column_and_fix(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        read_crosswalk(path := written(tmp_path, row))
    assert str(error.value).startswith(f"{path}: {message}")
    assert "\n" not in str(error.value)


def test_wrong_columns_an_empty_file_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 1: the columns are subject,kind; write pattern,match,kind"):
        read_crosswalk(written(tmp_path, header="subject,kind\n"))
    with pytest.raises(InputError, match="row 1: the columns are"):
        read_crosswalk(written(tmp_path, header=""))
    with pytest.raises(InputError, match="no rows; copy the crosswalk"):
        read_crosswalk(written(tmp_path))
    with pytest.raises(InputError, match=r"cannot be read \(No such file or directory\)"):
        read_crosswalk(tmp_path / "none.csv")


def test_another_encoding_is_reported_and_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "subjects.csv"
    path.write_bytes((HEADER + "Caf\u00e9,exact,note,,\n").encode("cp1252"))
    with pytest.raises(InputError, match=r"is not UTF-8 text \(byte 36\); save it as"):
        read_crosswalk(path)
    path.write_bytes((HEADER + "Caf\u00e9,exact,note,,\r\n\r\n,,,,\r\n").encode("utf-8-sig"))
    assert read_crosswalk(path).classify("caf\u00e9").kind == "note"


def test_alert_rows_of_the_program_have_a_template_and_no_others_have(crosswalk: Crosswalk) -> None:
    for row in crosswalk.rows:
        assert (row.kind in ALERT_KINDS) == (row.template is not None)


def test_the_fingerprint_depends_on_what_decides_and_not_on_notes(tmp_path: Path) -> None:
    first = read_crosswalk(written(tmp_path, "A,exact,one,,", "B,exact,two,,")).fingerprint
    noted = read_crosswalk(written(tmp_path, "A,exact,one,,because", "B,exact,two,,")).fingerprint
    other = read_crosswalk(written(tmp_path, "A,exact,one,,", "B,exact,three,,")).fingerprint
    assert first == noted != other


def test_a_crosswalk_can_be_sent_to_a_worker(crosswalk: Crosswalk) -> None:
    assert pickle.loads(pickle.dumps(crosswalk)) == crosswalk


def test_an_own_row_decides_before_the_program_s_and_adds_to_them(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Neighborhood Watch: <title>,prefix,crime alert,alert-title,another app",
        "New Crime Incident,exact,test message,,overruled",
        "[EXTERNAL] Safety Tip: <text>,prefix,their own tag,,",
    )
    crosswalk = read_crosswalks(("subjects.csv", path))
    assert crosswalk.own == 3
    assert crosswalk.classify("Neighborhood Watch: Bike gone")[:2] == ("crime alert", "alert-title")
    assert crosswalk.classify("[EXT] Neighborhood Watch: Bike gone").rest == "Bike gone"
    assert crosswalk.classify("New Crime Incident").kind == "test message"
    assert crosswalk.classify("[EXTERNAL] Safety Tip: lock up").kind == "their own tag"
    assert crosswalk.classify("[EXT] Safety Tip: lock up").kind == "safety tip"
    assert crosswalk.classify("New Safety Incident").kind == "safety alert"


def test_without_a_file_of_its_own_an_investigation_has_the_program_s_crosswalk(tmp_path: Path) -> None:
    assert read_crosswalks(("subjects.csv", tmp_path / "subjects.csv")) == read_crosswalk()


def test_own_rows_change_the_fingerprint_and_the_file_is_hashed(tmp_path: Path) -> None:
    path = written(tmp_path, "Hello,exact,greeting,,")
    crosswalk = read_crosswalks(("subjects.csv", path))
    assert crosswalk.fingerprint != read_crosswalk().fingerprint
    assert crosswalk.own_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_crosswalk().own_sha256 == ""


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A,glob,kind,,", "subjects.csv: row 2, column match: 'glob' is unknown; write exact or prefix"),
        ("A,exact,note,", "subjects.csv: row 2 has 4 fields instead of 5; put quotes around a field"),
        ("A\x1b[2J,exact,unclassified,,", "subjects.csv: row 2, column kind: 'unclassified' is for"),
        ("A,e\x1b[2Jxact,note,,", "subjects.csv: row 2, column match: 'e\ufffd[2Jxact' is unknown"),
        ("A,exact,note,,\nA,exact,note,,", "subjects.csv: row 3, column pattern: 'A' is in row 2 already"),
    ],
)
def test_a_wrong_row_of_one_s_own_is_one_line_that_names_the_file(
    tmp_path: Path, row: str, message: str
) -> None:
    with pytest.raises(InputError) as error:
        read_crosswalks(("subjects.csv", written(tmp_path, row)))
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)
    assert "\x1b" not in str(error.value)


def test_a_pipe_a_folder_and_a_file_without_end_are_named(tmp_path: Path) -> None:
    path = tmp_path / "subjects.csv"
    os.mkfifo(path)
    with pytest.raises(InputError, match=r"subjects\.csv: is not a regular file"):
        read_crosswalks(("subjects.csv", path))
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match=r"subjects\.csv: is not a regular file"):
        read_crosswalks(("subjects.csv", path))
    path.rmdir()
    path.symlink_to(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match=r"subjects\.csv: is not a regular file \(it is a link to a file"):
        read_crosswalks(("subjects.csv", path))
    path.unlink()
    with path.open("wb") as file:
        file.truncate((16 << 20) + 1)
    with pytest.raises(InputError, match=r"subjects\.csv: is larger than 16 MB"):
        read_crosswalks(("subjects.csv", path))


def test_a_field_without_end_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"subjects\.csv: cannot be read as CSV"):
        read_crosswalks(("subjects.csv", written(tmp_path, '"' + "x" * 200_000)))


@pytest.mark.parametrize(
    ("encoding", "separator"), [("cp1252", ","), ("cp1252", ";"), ("utf-16", "\t"), ("utf-8-sig", ";")]
)
def test_an_own_crosswalk_that_a_spreadsheet_saved_is_read(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    path = tmp_path / "subjects.csv"
    text = HEADER + "Café news,exact,note,,\n"
    path.write_bytes(text.replace(",", separator).encode(encoding))
    assert read_crosswalks(("subjects.csv", path)).classify("café NEWS").kind == "note"


@pytest.mark.long
def test_more_rows_than_there_are_forms_of_subjects_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "subjects.csv"
    path.write_text(HEADER + "".join(f"a{number},exact,note,,\n" for number in range(100_000)))
    with pytest.raises(InputError, match=r"subjects\.csv: has 100,000 rows; keep the forms of subjects"):
        read_crosswalks(("subjects.csv", path))
