"""A new mailbox is read while it is hashed, once, and what comes of it is what the reading alone gives."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from distributed import Client

from data.catalog import RecordFile
from data.errors import InputError
from data.storage import Location
from tasks.mail import first_pass
from tasks.mail.execute import read_mailboxes
from tasks.mail.results import Survey
from tasks.mail.settings import MailSettings
from tasks.mail.sources import sha256_of
from tasks.mail.survey import read_survey, survey_files

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit

SETTINGS = MailSettings(partition=30)


def survey(client: Client, work: Path, *paths: Path) -> Survey:
    files = [RecordFile("x", path, f"records/x/{path.name}") for path in paths]
    return survey_files(files, work, client, SETTINGS)


def parts(work: Path) -> dict[str, bytes]:
    """The partitions and lists that are kept."""
    found = sorted((work / "mail").rglob("*-*.parquet"))
    return {str(path.relative_to(work)): path.read_bytes() for path in found}


@pytest.fixture
def path(kit: Kit, tmp_path: Path) -> Path:
    """A new mailbox of 100 messages with pictures."""
    letters = [kit.letter(n, attachments=(kit.enclosure(3000),)) for n in range(100)]
    return kit.write(tmp_path / "box.pst", letters).path


def forbidden(*_: Any) -> Any:
    raise AssertionError("it was read")


def test_a_new_mailbox_is_read_with_its_survey_as_the_reading_alone_reads_it(
    threads: Client, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    found = survey(threads, tmp_path / "work", path)
    ahead = parts(tmp_path / "work")
    monkeypatch.setattr("tasks.mail.execute.read_listed", forbidden)
    reading = read_survey(found, tmp_path / "work", threads, SETTINGS)
    assert [source.read for source in reading.sources] == [100]
    assert parts(tmp_path / "work") == ahead
    monkeypatch.undo()
    read_mailboxes(threads, found.mailboxes, tmp_path / "alone", SETTINGS)
    assert parts(tmp_path / "alone") == ahead
    assert sum("part-" in name for name in ahead) == 8
    assert sum("listed-" in name for name in ahead) == 4


@pytest.mark.slow
def test_a_piece_whose_worker_died_gives_what_it_would_have_given(kit: Kit, tmp_path: Path):
    path = kit.write(tmp_path / "box.pst", [kit.letter(1)]).path
    for piece in (first_pass._List(path), first_pass._Whole(path, None), first_pass._Hash(path)):
        assert repr(first_pass._apart(piece)) == repr(first_pass.first_pass(piece))


def test_a_new_mailbox_is_hashed_once(
    threads: Client, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    hashed = []

    def counted(place: Location) -> str:
        hashed.append(place)
        return sha256_of(place)

    for name in ("tasks.mail.sources.sha256_of", "tasks.mail.first_pass.sha256_of"):
        monkeypatch.setattr(name, counted)
    assert [each.examined.sha256 for each in survey(threads, tmp_path / "work", path).mailboxes] == [
        sha256_of(path)
    ]
    assert hashed == [path]


def test_a_mailbox_that_may_be_known_under_another_name_is_only_hashed(
    threads: Client, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    twin = Path(shutil.copy(path, tmp_path / "twin.pst"))
    monkeypatch.setattr(first_pass, "read_listed", forbidden)
    read_survey(survey(threads, tmp_path / "work", path, twin), tmp_path / "work", threads, SETTINGS)
    before = parts(tmp_path / "work")
    twin.unlink()
    renamed = path.rename(tmp_path / "renamed.pst")
    monkeypatch.setattr("tasks.mail.execute.read_listed", forbidden)
    reading = read_survey(survey(threads, tmp_path / "work", renamed), tmp_path / "work", threads, SETTINGS)
    assert reading.sources[0].read == 100
    assert parts(tmp_path / "work") == before


def test_what_fails_ahead_is_left_to_the_reading(
    threads: Client, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: Any) -> Any:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(first_pass, "read_listed", broken)
    found = survey(threads, tmp_path / "work", path)
    assert parts(tmp_path / "work") == {}
    assert read_survey(found, tmp_path / "work", threads, SETTINGS).sources[0].read == 100


def test_a_pass_that_was_cut_off_goes_on_and_trusts_no_damaged_file(
    threads: Client, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    work = tmp_path / "work"

    def cut(place: Path) -> str:
        raise InputError("no power")

    whole = survey(threads, tmp_path / "whole", path)
    rest = first_pass._Plan._rest
    monkeypatch.setattr(first_pass._Plan, "_rest", lambda *given: iter([*rest(*given)][::-1]))
    monkeypatch.setattr(first_pass, "sha256_of", cut)
    with pytest.raises(InputError, match="no power"):
        survey(threads, work, path)
    begun = parts(work)
    assert begun
    assert all(name.startswith("mail/new-") for name in begun)
    damaged = work / next(name for name in begun if "attachments" not in name)
    damaged.write_bytes(damaged.read_bytes()[:-9] + b"\0" + damaged.read_bytes()[-8:])
    monkeypatch.undo()
    found = survey(threads, work, path)
    assert not list((work / "mail").glob("new-*"))
    read_survey(found, work, threads, SETTINGS)
    assert parts(work) == parts(tmp_path / "whole")
    assert [box.source for box in found.mailboxes] == [box.source for box in whole.mailboxes]


def test_mail_of_a_file_that_changed_meanwhile_is_not_kept(
    threads: Client, path: Path, alerts_box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    usual = sha256_of

    def replaced(place: Path) -> str:
        found = usual(place)
        shutil.copy(alerts_box.path, tmp_path / "other")
        (tmp_path / "other").replace(place)
        return found

    monkeypatch.setattr(first_pass, "sha256_of", replaced)
    found = survey(threads, tmp_path / "work", path)
    assert parts(tmp_path / "work") == {}
    with pytest.raises(InputError, match=r"box\.pst"):
        read_survey(found, tmp_path / "work", threads, SETTINGS)


def test_what_was_read_ahead_of_a_file_that_is_gone_is_removed(threads: Client, path: Path, tmp_path: Path):
    old = tmp_path / "work" / "mail" / "new-0123456789ab-reader"
    old.mkdir(parents=True)
    (old / "part-0000000000-0000000001.parquet").write_bytes(b"mail")
    survey(threads, tmp_path / "work", path)
    assert not old.exists()


def test_the_largest_new_mailbox_is_hashed_first_then_read_then_comes_the_next(kit: Kit, tmp_path: Path):
    small = kit.write(tmp_path / "small.pst", [kit.letter(1)]).path
    large = kit.write(tmp_path / "large.pst", [kit.letter(n) for n in range(50)]).path
    ahead: dict[Location, first_pass.Ahead] = {
        each: first_pass.Ahead(tmp_path / each.name, SETTINGS) for each in (small, large)
    }
    done: list[Path] = []
    plan = first_pass._Plan(ahead, lambda place, _: done.append(Path(str(place))))
    plan.begin({large: None, small: None})
    begun = list(plan)
    assert [piece.path for piece in begun] == [large, small]
    for piece in begun:
        plan.done(piece, first_pass.first_pass(piece))
    rest = list(plan)
    assert [(type(piece).__name__, piece.path) for piece in rest] == [
        ("_Hash", large), ("Span", large), ("Span", large), ("_Hash", small), ("Span", small),
    ]  # fmt: skip
    assert [plan.urgency(piece) for piece in rest] == [0, -1, -1, -2, -3]
    for piece in rest:
        plan.done(piece, first_pass.first_pass(piece))
    assert done == [large, small]
    assert list(plan) == []
