"""Survey and reading: from files to sources that add up."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from distributed import Client

from data.catalog import RecordFile
from data.errors import InputError
from tasks.mail import sources
from tasks.mail.layout import NBT
from tasks.mail.results import MailSource, Reading
from tasks.mail.settings import MailSettings
from tasks.mail.survey import read_survey, survey_files

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit, Surgery


def run(
    client: Client, files: list[tuple[str, Path]], work: Path, settings: MailSettings | None = None
) -> Reading:
    """Survey and read."""
    records = [RecordFile(agency, path, f"records/{agency}/{path.name}") for agency, path in files]
    return read_survey(survey_files(records, work, client), work, client, settings)


def adds_up(source: MailSource) -> bool:
    return source.messages_listed == source.read + source.not_mail + source.quarantined


@pytest.mark.long
def test_every_real_mailbox_adds_up_and_the_faulty_one_ends_with_12_in_quarantine(
    threads: Client, real: Path, tmp_path: Path
):
    files = [("agency", path) for path in sorted((real / "pst").iterdir())]
    reading = run(threads, files, tmp_path, MailSettings(partition=40))
    assert len(reading.sources) == len(files)
    assert all(adds_up(source) for source in reading.sources)
    assert sum(source.messages_listed or 0 for source in reading.sources) == 427
    assert {
        source.files[0].split("/")[-1]: source.quarantined for source in reading.sources if source.quarantined
    } == {"faulty-items.pst": 12}
    rows = reading.quarantine.to_pylist()
    assert len(rows) == 12
    assert {row["reason"] for row in rows} == {"libpff cannot read it"}
    assert {row["folder"] for row in rows} == {"Top of Personal Folders/Contacts"}


@pytest.mark.long
def test_a_bad_file_does_not_stop_the_others(
    threads: Client, alerts_box: Box, damaged: Surgery, tmp_path: Path
):
    damaged.zero(damaged.leaves(NBT)[12][0])
    empty, text = tmp_path / "empty.pst", tmp_path / "text.pst"
    empty.write_bytes(b"")
    text.write_text("Dear colleagues")
    files = [("a", alerts_box.path), ("a", damaged.save()), ("b", empty), ("b", text)]
    reading = run(threads, files, tmp_path / "work")
    by_name = {source.files[0].split("/")[-1]: source for source in reading.sources}
    assert adds_up(by_name["alerts.pst"])
    assert by_name["alerts.pst"].read == 100
    assert by_name["damaged.pst"].messages_listed is None
    assert by_name["damaged.pst"].read == 325
    assert by_name["empty.pst"].mail is None
    assert by_name["text.pst"].unknown is not None
    assert sorted(row["stage"] for row in reading.quarantine.to_pylist()) == ["listing", "opening", "opening"]


def test_a_file_given_twice_is_one_source_but_another_one_under_another_agency(
    threads: Client, alerts_box: Box, tmp_path: Path
):
    again = tmp_path / "again.pst"
    shutil.copy(alerts_box.path, again)
    reading = run(threads, [("x", alerts_box.path), ("x", again), ("y", again)], tmp_path / "work")
    assert [(source.agency, source.files) for source in reading.sources] == [
        ("x", ("records/x/again.pst", "records/x/alerts.pst")),
        ("y", ("records/y/again.pst",)),
    ]
    assert len({source.mail for source in reading.sources}) == 1
    assert all(adds_up(source) for source in reading.sources)


def test_a_second_run_hashes_and_reads_nothing(
    threads: Client, alerts_box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "box.pst"
    shutil.copy(alerts_box.path, path)
    first = run(threads, [("x", path)], tmp_path / "work")

    def hashed(path: Path) -> str:
        raise AssertionError(f"{path} was hashed again")

    monkeypatch.setattr(sources, "sha256_of", hashed)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("part-*")}
    assert before
    second = run(threads, [("x", path)], tmp_path / "work")
    assert second.sources == first.sources
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("part-*")} == before


def test_a_file_that_cannot_be_opened_stops_the_run_before_anything_is_done(
    threads: Client, alerts_box: Box, tmp_path: Path
):
    link = tmp_path / "gone.pst"
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(
        InputError, match=r"records/x/gone\.pst: is not a regular file \(it is a link to a file"
    ):
        run(threads, [("x", alerts_box.path), ("x", link)], tmp_path / "work")
    assert not (tmp_path / "work").exists()


def test_a_file_replaced_between_survey_and_reading_is_an_error_that_names_it(
    threads: Client, kit: Kit, tmp_path: Path
):
    path, other = tmp_path / "box.pst", tmp_path / "other.pst"
    kit.write(path, [kit.letter(n) for n in range(5)])
    kit.write(other, [kit.letter(n, text=f"another text {n}") for n in range(5)])
    surveyed = survey_files([RecordFile("x", path, "records/x/box.pst")], tmp_path / "work", threads)
    other.replace(path)
    with pytest.raises((InputError, OSError), match=r"box\.pst"):
        read_survey(surveyed, tmp_path / "work", threads)
    path.unlink()
    with pytest.raises(InputError, match=r"box\.pst: is gone: it was deleted or moved during the run"):
        read_survey(surveyed, tmp_path / "work", threads)


def test_no_files_give_no_sources(threads: Client, tmp_path: Path):
    reading = run(threads, [], tmp_path)
    assert reading.sources == ()
    assert reading.quarantine.num_rows == 0


@pytest.mark.parametrize("name", ["partition", "extract", "extract_bytes", "watchdog_seconds", "deaths"])
@pytest.mark.parametrize("value", [0, -1])
def test_a_setting_that_can_never_work_is_refused(name: str, value: int):
    given: dict[str, Any] = {name: value}
    with pytest.raises(ValueError, match=f"{name} must be positive, not {value}"):
        MailSettings(**given)
