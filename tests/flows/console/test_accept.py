"""`nwatch accept`: a person confirms that mailboxes are gone, and is asked twice where all are."""

import re
from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError, NoMailboxError
from flows.console.accept import accept
from flows.run.preflight import parts_to_run
from flows.run.scheduled import _is_gone
from tasks.mail.look import read_accepted
from tests.tasks.mail.test_not_read import published


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "investigation.toml").write_text('name = "case"\n')
    for agency in ("lapd", "sfpd"):
        (tmp_path / "records" / agency).mkdir(parents=True)
    (tmp_path / "records/lapd/1.pst").write_bytes(b"one.")
    names = {"lapd/1": b"one.", "lapd/2": b"two.", "sfpd/3": b"three", "sfpd/4": b"four!"}
    published(
        tmp_path, *((name.partition("/")[0], f"records/{name}.pst", text) for name, text in names.items())
    )
    return tmp_path


def test_all_or_those_of_one_agency_are_confirmed_once(case: Path, capsys: pytest.CaptureFixture[str]):
    accept(case, "lapd")
    shown = capsys.readouterr().out
    assert re.search(r"^lapd +records/lapd/2.pst +7  [0-9a-f]{12}$", shown, re.MULTILINE)
    assert "confirmed in accepted.csv: 1 mailbox of 1 agency; take a row out of it to undo this" in shown
    assert [row.file for row in read_accepted(case)] == ["records/lapd/2.pst"]
    accept(case)
    assert "2 mailboxes of 1 agency" in capsys.readouterr().out
    assert [row.agency for row in read_accepted(case)] == ["lapd", "sfpd", "sfpd"]
    accept(case)
    assert capsys.readouterr().out == "nothing to confirm: no mailbox that an earlier run read is gone\n"


def test_an_agency_without_any_is_named_with_those_that_have_some(case: Path):
    (case / "records/lapd/2.pst").write_bytes(b"two.")
    with pytest.raises(InputError, match=r"--agency lapd: no mailbox of it .* is gone; name one of: sfpd"):
        accept(case, "lapd")


def test_where_no_mailbox_is_left_each_agency_has_to_be_named(case: Path):
    (case / "records/lapd/1.pst").unlink()
    with pytest.raises(InputError, match=r"no mailbox is left in it; is the disk mounted\? .*--agency lapd"):
        accept(case)
    accept(case, "lapd")
    assert len(read_accepted(case)) == 2


def test_where_none_is_left_and_all_is_confirmed_it_is_said_how_the_rows_leave(
    case: Path, capsys: pytest.CaptureFixture[str]
):
    (case / "records/lapd/1.pst").unlink()
    accept(case, "lapd")
    accept(case, "sfpd")
    shown = capsys.readouterr().out
    assert f"to take the rows of all out, move {case / 'out'} away" in shown
    assert "the next run" not in shown
    with pytest.raises(NoMailboxError, match=r"as accepted\.csv confirms, .* move the investigation's out/"):
        parts_to_run(Investigation.unchecked(case))
    (case / "out").rename(case / "before")
    with pytest.raises(NoMailboxError, match="put them into one folder per agency"):
        parts_to_run(Investigation.unchecked(case))


def test_what_is_to_be_pasted_is_quoted_and_what_is_hostile_is_not_shown(tmp_path: Path):
    case, hostile = tmp_path / "a case", "a\x1b[31mb"
    case.mkdir()
    (case / "investigation.toml").write_text('name = "case"\n')
    published(case, ("san jose (pd)", "records/san jose (pd)/1.pst", b"one."))
    with pytest.raises(InputError, match=r"/a case' --agency 'san jose \(pd\)'$"):
        accept(case)
    assert _is_gone("san jose (pd)").endswith("nwatch accept DIR --agency 'san jose (pd)'")
    assert "\x1b" not in _is_gone(hostile).partition("confirm")[2]
    with pytest.raises(InputError, match=r"^--agency a\N{REPLACEMENT CHARACTER}\[31mb: no mailbox of it"):
        accept(case, hostile)
