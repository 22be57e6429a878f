"""The batches of all mailboxes: listing, keeping, parsing on workers."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from distributed import Client, LocalCluster

from cluster import ClusterSettings, connect
from data.crosswalk import Crosswalk, Row
from data.errors import InputError
from tasks.alerts import batches
from tasks.alerts.batches import ParseBatch, parse_batch, parse_sources, plan
from tasks.alerts.look import check_templates
from tasks.alerts.results import Parsed
from tasks.mail.results import MailSource

Build = Callable[..., Any]
ZONES = {"lapd": "America/Los_Angeles", "sfpd": "America/Los_Angeles", "nypd": "America/New_York"}


def results(parsed: Parsed) -> list[dict[str, Any]]:
    return [
        row for source in parsed.sources for file in source.files for row in pq.read_table(file).to_pylist()
    ]


@pytest.fixture
def rows(mail_row: Build) -> list[dict[str, Any]]:
    return [mail_row(n * 32, subject="Lunch" if n % 3 == 0 else "New Crime Incident") for n in range(1, 12)]


def test_every_message_is_parsed_once_and_a_second_run_parses_nothing(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    sources = [mailbox(rows, [4, 5])]
    seen: list[tuple[int, int]] = []
    first = parse_sources(
        sources, ZONES, crosswalk, tmp_path, on_progress=lambda done, every: seen.append((done, every))
    )
    assert [row["node_id"] for row in results(first)] == [row["node_id"] for row in rows]
    assert (first.fresh, first.kept, seen) == (3, 0, [(0, 3), (1, 3), (2, 3), (3, 3)])
    second = parse_sources(sources, ZONES, crosswalk, tmp_path)
    assert (second.fresh, second.kept) == (0, 3)
    assert second.sources == first.sources


def test_results_hold_no_bodies(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    parsed = parse_sources([mailbox(rows)], ZONES, crosswalk, tmp_path)
    assert not {"html", "text"} & set(pq.read_schema(parsed.sources[0].files[0]).names)


def test_an_interrupted_run_continues_where_it_stopped_and_rewrites_a_half_file(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    sources = [mailbox(rows, [2, 4, 6])]
    whole = parse_sources(sources, ZONES, crosswalk, tmp_path)
    before = results(whole)
    gone, cut, *_ = whole.sources[0].files
    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:100])
    again = parse_sources(sources, ZONES, crosswalk, tmp_path)
    assert (again.fresh, again.kept) == (2, 2)
    assert results(again) == before


def test_mail_in_other_partitions_is_parsed_again_without_mixing_in_old_results(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    parse_sources([mailbox(rows, [3, 6, 9])], ZONES, crosswalk, tmp_path)
    second = parse_sources([mailbox(rows, [5])], ZONES, crosswalk, tmp_path)
    assert second.fresh == 2
    assert [row["node_id"] for row in results(second)] == [row["node_id"] for row in rows]


def test_row_groups_of_one_file_are_separate_batches(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    parsed = parse_sources([mailbox(rows, row_group=4)], ZONES, crosswalk, tmp_path)
    assert parsed.fresh == 3
    assert [row["node_id"] for row in results(parsed)] == [row["node_id"] for row in rows]


def test_a_changed_crosswalk_or_time_zone_has_its_own_results(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    sources = [mailbox(rows)]
    parse_sources(sources, ZONES, crosswalk, tmp_path)
    wider = Crosswalk((*crosswalk.rows, Row("Lunch", "exact", "private matter", None)))
    other = parse_sources(sources, ZONES, wider, tmp_path)
    assert other.fresh == 1
    assert {row["kind"] for row in results(other)} == {"crime alert", "private matter"}
    assert parse_sources(sources, {"lapd": "UTC"}, crosswalk, tmp_path).fresh == 1
    assert parse_sources(sources, ZONES, crosswalk, tmp_path).fresh == 0


def test_changed_code_has_its_own_results(
    mailbox: Build,
    rows: list[dict[str, Any]],
    crosswalk: Crosswalk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = [mailbox(rows)]
    parse_sources(sources, ZONES, crosswalk, tmp_path)
    monkeypatch.setattr(batches, "code_version", lambda: "another")
    assert parse_sources(sources, ZONES, crosswalk, tmp_path).fresh == 1


def test_a_mailbox_of_two_agencies_in_one_time_zone_is_parsed_once(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    mine = mailbox(rows)
    shared = [mine, replace(mine, agency="sfpd"), replace(mine, agency="nypd")]
    parsed = parse_sources(shared, ZONES, crosswalk, tmp_path)
    assert parsed.fresh == 2
    assert [source.agency for source in parsed.sources] == ["lapd", "nypd", "sfpd"]
    assert parsed.sources[0].files == parsed.sources[2].files != parsed.sources[1].files


def test_a_mailbox_that_could_not_be_read_has_no_files(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    shut = replace(mailbox(rows), mail=None, read=0)
    assert parse_sources([shut], ZONES, crosswalk, tmp_path).sources[0].files == ()


def test_one_source_twice_in_an_agency_is_a_programming_error(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    mine = mailbox(rows)
    with pytest.raises(ValueError, match="source twice"):
        parse_sources([mine, mine], ZONES, crosswalk, tmp_path)


def test_a_wrong_time_zone_is_an_error_that_says_what_to_do(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    sources = [mailbox(rows)]
    with pytest.raises(InputError, match="agency lapd: timezone 'Mars/Olympus' does not exist; write one as"):
        parse_sources(sources, {"lapd": "Mars/Olympus"}, crosswalk, tmp_path)
    with pytest.raises(InputError, match="agency lapd: no timezone; write timezone = "):
        parse_sources(sources, {}, crosswalk, tmp_path)
    assert not (tmp_path / "alerts").exists()


def test_a_template_without_a_scraper_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(
        InputError, match=r"pattern 'X', column template: 'neu' has no scraper; write one of resident-"
    ):
        check_templates(Crosswalk((Row("X", "exact", "crime alert", "neu"),)))


@pytest.mark.parametrize("processes", [False, True])
def test_two_workers_give_the_same_result_as_one_loop(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path, processes: bool
) -> None:
    sources: list[MailSource] = [
        mailbox(rows, [2, 5, 7]),
        mailbox(rows[:3], source="ba9876543210", agency="nypd"),
    ]
    serial = parse_sources(sources, ZONES, crosswalk, tmp_path / "serial")
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, processes=processes, dashboard_address=":0")
    with cluster, Client(cluster) as client:
        parallel = parse_sources(sources, ZONES, crosswalk, tmp_path / "parallel", client=client)
    assert (parallel.fresh, parallel.kept) == (serial.fresh, serial.kept) == (5, 0)
    for one, two in zip(serial.sources, parallel.sources, strict=True):
        assert [file.read_bytes() for file in one.files] == [file.read_bytes() for file in two.files]


def test_an_error_on_a_worker_ends_the_run_and_keeps_the_finished_batches(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    source = mailbox(rows, [5])
    broken = source.mail / "part-00001.parquet"
    whole = broken.read_bytes()
    pq.write_table(pq.read_table(broken).drop_columns(["subject"]), broken)
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0")
    with cluster, Client(cluster) as client, pytest.raises(KeyError, match="subject"):
        parse_sources([source], ZONES, crosswalk, tmp_path, client=client)
    broken.write_bytes(whole)
    mended = parse_sources([source], ZONES, crosswalk, tmp_path)
    assert mended.fresh + mended.kept == 2
    assert [row["node_id"] for row in results(mended)] == [row["node_id"] for row in rows]


@dataclass(frozen=True)
class DiesOnce(ParseBatch):
    """Ends its worker the first time that it is called."""

    mark: Path

    def __call__(self, piece: Any) -> int:
        if not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(piece)


@pytest.mark.slow
def test_a_worker_that_dies_while_parsing_costs_nothing(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path, monkeypatch: Any
) -> None:
    sources = [mailbox(rows, [2, 4, 6])]
    expected = results(parse_sources(sources, ZONES, crosswalk, tmp_path / "here"))
    monkeypatch.setattr(batches, "ParseBatch", lambda given: DiesOnce(given, tmp_path / "dead"))
    done: list[int] = []
    with connect(ClusterSettings(workers=1)) as client:
        parsed = parse_sources(
            sources,
            ZONES,
            crosswalk,
            tmp_path / "there",
            client=client,
            on_progress=lambda n, _: done.append(n),
        )
    assert (tmp_path / "dead").exists()
    assert results(parsed) == expected
    assert done == list(range(len(done)))


def test_a_damaged_result_is_parsed_again_and_said(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    sources = [mailbox(rows, [2, 4, 6])]
    whole = parse_sources(sources, ZONES, crosswalk, tmp_path)
    before = results(whole)
    file = whole.sources[0].files[1]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    again = parse_sources(sources, ZONES, crosswalk, tmp_path)
    assert (again.fresh, again.kept) == (1, 3)
    assert again.rebuilt == (f"work/alerts/{file.parent.name}/{file.name}: was damaged; parsed again",)
    assert results(again) == before
    assert parse_sources(sources, ZONES, crosswalk, tmp_path).rebuilt == ()


def test_results_of_an_earlier_version_are_one_line(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    sources = [mailbox(rows, [2, 4, 6])]
    whole = parse_sources(sources, ZONES, crosswalk, tmp_path)
    for file in whole.sources[0].files:
        file.write_bytes(file.read_bytes().replace(b"nwatch seal 2 ", b"nwatch sha256 "))
    (line,) = parse_sources(sources, ZONES, crosswalk, tmp_path).rebuilt
    assert line == "work/alerts: 4 files, each is of an earlier version; parsed again"


def test_mail_that_is_damaged_during_the_run_is_one_line(
    mailbox: Build, rows: list[dict[str, Any]], crosswalk: Crosswalk, tmp_path: Path
) -> None:
    source = mailbox(rows)
    assert source.mail is not None
    _, batches = plan([source], ZONES, crosswalk, tmp_path)
    [file] = source.mail.glob("*.parquet")
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(InputError, match="was damaged during the run; run again"):
        parse_batch(*batches[0], crosswalk)
