"""A mailbox on a store is read like one on a disk: the same outcomes, few requests, no attachments."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from distributed import Client

from data.catalog import RecordFile
from data.errors import InputError
from data.storage import Remote, read_ranges
from tasks.mail import remote
from tasks.mail.execute import read_mailboxes, unread_spans
from tasks.mail.layout import BBT, NBT
from tasks.mail.ndb import LocalFile
from tasks.mail.plan import MailPlan, plan_mailbox
from tasks.mail.read import Outcome, read_nodes
from tasks.mail.remote import RemoteFile, open_bytes, while_unchanged
from tasks.mail.settings import MailSettings
from tasks.mail.sources import check_readable, sha256_of
from tasks.mail.spans import read_span, read_span_apart
from tasks.mail.survey import read_survey, survey_files
from tests.store import Store, store

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit, Surgery

__all__ = ["store"]


def put(store: Store, path: Path, key: str | None = None) -> Remote:
    key = key or f"mail/{path.parent.name}/{path.name}"
    store.put(key, path.read_bytes())
    return Remote(store.url(key))


def read(file: LocalFile | RemoteFile) -> tuple[MailPlan, list[Outcome]]:
    plan = plan_mailbox(file)
    nodes = [plan.node(place) for place in range(len(plan.nodes))]
    return plan, list(read_nodes(file, plan.header, nodes, MailSettings()))


def same(path: Path, place: Remote) -> Iterator[RemoteFile]:
    """Check that a mailbox is the same from a store as from a disk, and yield the former with its counts."""
    with LocalFile(path) as local, RemoteFile(place) as distant:
        here, there = read(local), read(distant)
        assert there[0].nodes.tobytes() == here[0].nodes.tobytes()
        assert (there[0].folders, there[0].damages, there[0].cut) == (
            here[0].folders, here[0].damages, here[0].cut
        )  # fmt: skip
        assert there[1] == here[1]
        yield distant


def test_every_real_mailbox_is_the_same_from_a_store(store: Store, real_pst: Path):
    place = put(store, real_pst)
    assert sha256_of(place) == sha256_of(real_pst)
    for distant in same(real_pst, place):
        assert distant.fetched <= distant.size * 1.1 + 65_536


def test_a_mailbox_is_read_in_few_requests(store: Store, box: Box):
    for distant in same(box.path, put(store, box.path)):
        assert distant.requests < 340 / 2  # 340 messages, each of several blocks in an index of some 30 pages
        assert distant.fetched <= distant.size * 1.05


def test_hardly_more_than_the_edges_of_large_attachments_is_fetched(store: Store, kit: Kit, tmp_path: Path):
    letters = [kit.letter(n, attachments=(kit.enclosure(300_000),)) for n in range(30)]
    path = kit.write(tmp_path / "enclosures.pst", letters, encoding="none").path
    asked: list[tuple[int, int]] = []
    place = put(store, path)
    with pytest.MonkeyPatch.context() as patch:

        def noted(place: Remote, ranges: list[tuple[int, int]]) -> list[bytes]:
            asked.extend(ranges)
            return read_ranges(place, ranges)

        patch.setattr(remote, "read_ranges", noted)
        for distant in same(path, place):
            assert distant.fetched == sum(stop - start for start, stop in asked)
            assert distant.fetched < distant.size * 0.2
            assert distant.requests == len(asked)
    data = path.read_bytes()
    fetched = bytearray(len(data))
    for start, stop in asked:
        fetched[start:stop] = b"\1" * (stop - start)
    marks = [at for at in range(0, len(data), 16) if data[at : at + 16] == kit.mark]
    assert len(marks) == 30 * 300_000 // 16
    edges = (
        30 * 4 * 16_384 // 16
    )  # of each attachment at most two segments at its beginning and two at its end
    assert sum(fetched[at] for at in marks) <= edges
    assert not any(all(fetched[at] for at in marks[n * 18_750 : (n + 1) * 18_750]) for n in range(30))


def test_what_is_fetched_is_what_the_server_was_asked_for(store: Store, box: Box):
    place = put(store, box.path, "mail/counted.pst")
    before = len(store.asked("mail/counted.pst"))
    for distant in same(box.path, place):
        asked = store.asked("mail/counted.pst")[before:]
        assert len([line for line in asked if '"GET ' in line]) == distant.requests
        assert len([line for line in asked if '"HEAD ' in line]) == 1


@pytest.mark.parametrize("tree", [NBT, BBT])
def test_damage_of_an_index_is_the_same_damage(store: Store, damaged: Surgery, tree: int):
    damaged.zero(damaged.leaves(tree)[3][0])
    damaged.zero(damaged.pages(tree)[1][0])
    for distant in same(damaged.save(), put(store, damaged.save(), f"mail/damaged-{tree}.pst")):
        assert distant.size > 0


def test_damage_of_blocks_and_a_cut_are_the_same_failures(store: Store, damaged: Surgery):
    for number, node in enumerate(damaged.leaves(NBT)[10][1]):
        if number % 2 == 0 and int(node["data"]):
            damaged.flip(damaged.block(int(node["data"]))[0] + 5)
    path = damaged.save(len(damaged.data) - 700)
    for distant in same(path, put(store, path, "mail/cut.pst")):
        assert distant.size == len(damaged.data) - 700


@pytest.mark.parametrize(("offset", "size"), [(0, 5), (16_380, 10), (5, 60_000), (99_990, 50), (100_000, 1)])
@pytest.mark.parametrize("kept", [1, 2, 2048])
def test_any_range_is_read_correctly_whatever_is_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch, offset: int, size: int, kept: int
):
    monkeypatch.setattr(remote, "_SEGMENTS", kept)
    data = bytes(number % 251 for number in range(100_000))
    store.put("mail/stretch", data)
    with RemoteFile(Remote(store.url("mail/stretch"))) as file:
        for _ in range(2):
            assert file.read(offset, size) == data[offset : offset + size]
            file.prefetch([(0, 40_000), (99_000, 5_000), (200_000, 5)])
        assert file.read(offset, size) == data[offset : offset + size]


def test_a_range_of_many_segments_is_read_and_not_kept(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remote, "_REQUEST", 3)
    data = bytes(number % 249 for number in range(100_000))
    store.put("mail/long", data)
    with RemoteFile(Remote(store.url("mail/long"))) as file:
        assert file.read(10, 90_000) == data[10:90_010]
        assert (file.requests, file.fetched) == (1, 90_000)
        assert file.read(10, 90_000) == data[10:90_010]
        assert file.requests == 2


def test_what_is_kept_is_not_fetched_again_and_memory_is_limited(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    store.put("mail/kept", bytes(16_384 * 10))
    monkeypatch.setattr(remote, "_SEGMENTS", 4)
    monkeypatch.setattr(remote, "_PREFETCHED", 3)
    with RemoteFile(Remote(store.url("mail/kept"))) as file:
        file.prefetch([(0, 1), (16_384, 1), (20_000, 3)])
        assert (file.requests, file.fetched) == (1, 32_768)
        assert file.read(100, 20_000) == bytes(20_000)
        assert file.requests == 1
        file.prefetch((at * 16_384, 1) for at in range(10))
        assert file.fetched == 3 * 16_384
        assert len(file._segments) <= 4


def test_a_mailbox_replaced_while_it_is_read_leaves_no_partition(store: Store, box: Box):
    place = put(store, box.path, "mail/exchanged.pst")
    with open_bytes(place) as file:
        items = while_unchanged(iter("ab"), file)
        assert next(items) == "a"
        store.put("mail/exchanged.pst", box.path.read_bytes()[::-1])
        with pytest.raises(InputError, match=r"exchanged\.pst: was changed during the run"):
            list(items)


def test_a_mailbox_that_vanishes_before_or_while_it_is_read_is_named(store: Store, box: Box):
    place = put(store, box.path, "mail/vanishing.pst")
    with RemoteFile(place) as file:
        store.delete("mail/vanishing.pst")
        with pytest.raises(InputError, match=r"vanishing\.pst: is gone: it was deleted or moved during the"):
            file.check_unchanged()
        with pytest.raises(InputError, match=r"vanishing\.pst: is gone: it was deleted or moved during the"):
            file.read(0, 100)
    record = RecordFile("lapd", place, "records/lapd/vanishing.pst")
    with pytest.raises(InputError, match=r"records/lapd/vanishing\.pst: cannot be read \(No such object\)"):
        check_readable([record])


# Survey and reading.


def survey(client: Client, work: Path, *records: RecordFile):
    return survey_files(records, work, client)


def test_sources_and_partitions_are_the_same_from_a_store_which_is_hashed_once(
    threads: Client, store: Store, alerts_box: Box, damaged: Surgery, tmp_path: Path
):
    damaged.zero(damaged.leaves(NBT)[12][0])
    paths = [alerts_box.path, damaged.save()]
    here = [RecordFile("lapd", path, f"records/lapd/{path.name}") for path in paths]
    there = [
        RecordFile("lapd", put(store, path, f"door/{path.name}"), f"records/lapd/{path.name}")
        for path in paths
    ]
    found = {}
    for name, records in {"here": here, "there": there}.items():
        work = tmp_path / name
        found[name] = read_survey(survey(threads, work, *records), work, threads)
    assert found["here"].quarantine == found["there"].quarantine
    assert [source.sha256 for source in found["here"].sources] == [
        source.sha256 for source in found["there"].sources
    ]
    parts = [
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("part-*")}
        for name in found
    ]
    assert parts[0]
    assert parts[0] == parts[1]

    before = len(store.asked("door/alerts.pst"))
    survey(threads, tmp_path / "there", *there)
    again = [line for line in store.asked("door/alerts.pst")[before:] if '"GET ' in line]
    assert len(again) < 10  # its index; the file has been hashed


def test_an_object_replaced_between_survey_and_reading_is_an_error_that_names_it(
    threads: Client, store: Store, alerts_box: Box, box: Box, tmp_path: Path
):
    record = RecordFile("x", put(store, alerts_box.path, "door/box.pst"), "records/x/box.pst")
    surveyed = survey(threads, tmp_path, record)
    put(store, box.path, "door/box.pst")
    with pytest.raises(InputError, match=r"box\.pst: was changed during the run"):
        read_survey(surveyed, tmp_path, threads)
    store.delete("door/box.pst")
    with pytest.raises(InputError, match=r"box\.pst: is gone: it was deleted or moved during the run"):
        read_survey(surveyed, tmp_path, threads)


def test_no_partition_is_written_of_an_object_that_replaced_the_surveyed_one(
    threads: Client, store: Store, alerts_box: Box, box: Box, tmp_path: Path
):
    """A run that ends before its last check of the files would leave the partition under the wrong key."""
    record = RecordFile("x", put(store, alerts_box.path, "door/pinned.pst"), "records/x/pinned.pst")
    [mailbox] = survey(threads, tmp_path, record).mailboxes
    put(store, box.path, "door/pinned.pst")
    [span, *_] = unread_spans(mailbox, tmp_path, MailSettings())
    for read_it in (read_span, read_span_apart):
        with pytest.raises(InputError, match=r"door/pinned\.pst: was changed during the run"):
            read_it(span)
    with pytest.raises(InputError, match=r"door/pinned\.pst: was changed during the run"):
        read_mailboxes(threads, [mailbox], tmp_path, MailSettings())
    assert list(mailbox.mail_folder(tmp_path).glob("part-*")) == []


def test_an_object_uploaded_in_several_pieces_is_read_like_any_other(store: Store, box: Box, tmp_path: Path):
    from data.storage import filesystem, list_objects, state_of

    data = box.path.read_bytes() + bytes(6 << 20)
    with filesystem("s3://").open(f"{store.bucket}/mail/parts.pst", "wb", block_size=5 << 20) as file:
        file.write(data)
    [found] = [one for one in list_objects(store.url("mail")) if one.key == "parts.pst"]
    assert "-" in str(found.state[1])  # no hash of the content
    assert found.state == state_of(found.location)
    assert sha256_of(found.location) == hashlib.sha256(data).hexdigest()
    (tmp_path / "parts.pst").write_bytes(data)
    for distant in same(tmp_path / "parts.pst", found.location):
        assert distant.size == len(data)
