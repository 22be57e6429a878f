"""Mailboxes by agency: a folder and a store answer alike."""

import errno
import os
from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError
from data.places import Remote
from data.records import FolderRecords, Records, StoreRecords
from tests.store import Store, store

__all__ = ["store"]

FILES = {
    "lapd/a.pst": b"mail",
    "lapd/2019/deep/B.OST": b"more",
    "lapd/agency.toml": b'name = "Police"\ntimezone = "UTC"\n',
    "lapd/letter.pdf": b"Dear",
    "sdpd/._c.pst": b"",
    ".hidden/d.pst": b"x",
    ".trash/readme.txt": b"x",
    "readme.txt": b"x",
}


@pytest.fixture(params=["folder", "store"])
def records(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> Records:
    """The same files in a folder and on a store."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if request.param == "folder":
        return FolderRecords(tmp_path)
    store.copy(tmp_path, "alike")
    return StoreRecords(store.url("alike"))


def test_agencies_are_folders_and_hidden_ones_if_a_mailbox_lies_in_them(records: Records):
    assert records.agencies() == [".hidden", "lapd", "sdpd"]


def test_mailboxes_bear_the_same_names_wherever_they_lie(records: Records):
    found = records.mailboxes("lapd") + records.mailboxes("sdpd")
    assert sorted(file.file for file in found) == [
        "records/lapd/2019/deep/B.OST", "records/lapd/a.pst", "records/sdpd/._c.pst"
    ]  # fmt: skip
    assert {file.agency for file in found} == {"lapd", "sdpd"}
    assert records.mailboxes("nobody") == []


def test_an_agency_s_own_settings_are_found(records: Records):
    assert records.settings("lapd") == FILES["lapd/agency.toml"]
    assert records.settings("sdpd") is None


def test_a_look_sees_every_file_of_every_agency_with_its_size(records: Records):
    assert [(one.agency, one.file, one.size, one.mailbox) for one in records.look()] == [
        (".hidden", "records/.hidden/d.pst", 1, True),
        ("lapd", "records/lapd/2019/deep/B.OST", 4, True),
        ("lapd", "records/lapd/a.pst", 4, True),
        ("lapd", "records/lapd/agency.toml", len(FILES["lapd/agency.toml"]), False),
        ("lapd", "records/lapd/letter.pdf", 4, False),
        ("sdpd", "records/sdpd/._c.pst", 0, True),
    ]


def test_files_that_are_no_mailboxes_are_named_wherever_they_lie(records: Records):
    others = ["records/.trash/readme.txt", "records/lapd/letter.pdf", "records/readme.txt"]
    if isinstance(records, FolderRecords):
        others = others[1:]  # a hidden folder without a mailbox is no agency's
    assert records.others() == others


@pytest.mark.parametrize(
    ("forbidden", "asked", "line"),
    [
        ("", FolderRecords.agencies, ": cannot be listed (Permission denied); check its permissions"),
        (
            "lapd",
            lambda records: records.settings("lapd"),
            "records/lapd/agency.toml: cannot be read (Permission denied); check its permissions",
        ),
        (
            "sdpd",
            lambda records: records.mailboxes("sdpd"),
            "records/sdpd: cannot be listed (Permission denied); check its permissions",
        ),
    ],
)
def test_a_folder_without_the_right_to_read_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forbidden: str, asked, line: str
):
    for name in ("lapd/agency.toml", "sdpd/a.pst"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    refuse(monkeypatch, tmp_path / forbidden)
    with pytest.raises(InputError) as caught:
        asked(FolderRecords(tmp_path))
    assert str(caught.value).endswith(line)


def refuse(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let a folder be as one that this user may not read; whoever runs the tests may be root."""
    scandir, listdir, stat = os.scandir, os.listdir, os.stat

    def denied(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))

    def on_list(function):
        return lambda path=".": denied(path) if Path(path) == folder else function(path)

    def on_stat(path, **how):
        return denied(path) if isinstance(path, Path) and path.parent == folder else stat(path, **how)

    monkeypatch.setattr(os, "scandir", on_list(scandir))
    monkeypatch.setattr(os, "listdir", on_list(listdir))
    if folder.name == "lapd":
        monkeypatch.setattr(os, "stat", on_stat)


def test_a_mailbox_in_no_agency_s_folder_is_an_error(records: Records, store: Store):
    if isinstance(records, FolderRecords):
        (records.folder / "stray.PST").write_bytes(b"")
    else:
        store.put("alike/stray.PST", b"")
    try:
        with pytest.raises(InputError, match=r"records/stray\.PST: belongs to no agency"):
            records.agencies()
    finally:
        if isinstance(records, StoreRecords):
            store.delete("alike/stray.PST")


# What the configuration may say.


def case(folder: Path, records: str) -> Investigation:
    folder.mkdir(exist_ok=True)
    (folder / "investigation.toml").write_text(f'name = "test"\nrecords = "{records}"\n')
    return Investigation.open(folder)


def test_an_investigation_s_records_may_lie_on_a_store(store: Store, tmp_path: Path):
    store.put("case/lapd/a.pst", b"mail")
    store.put("case/lapd/agency.toml", FILES["lapd/agency.toml"])
    found = case(tmp_path, store.url("case/"))
    assert list(found.config.agencies) == ["lapd"]
    [file] = found.records()
    assert (file.file, file.path) == ("records/lapd/a.pst", Remote(store.url("case/lapd/a.pst")))
    assert found.skipped()["requests"].startswith(f"the records lie on {store.url('case')}")
    with pytest.raises(InputError, match="is no folder"):
        _ = found.records_folder


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_an_investigation_s_records_may_lie_in_another_folder(tmp_path: Path, form: str):
    disk = tmp_path / "a disk"
    (disk / "lapd").mkdir(parents=True)
    (disk / "lapd/a.pst").write_bytes(b"mail")
    (disk / "lapd/agency.toml").write_bytes(FILES["lapd/agency.toml"])
    written = form.format(str(disk).replace(" ", "%20") if "file" in form else disk)
    [file] = case(tmp_path / "case", written).records()
    assert (file.file, file.path) == ("records/lapd/a.pst", disk / "lapd/a.pst")


def test_a_disk_that_is_not_mounted_is_not_taken_for_one_without_records(tmp_path: Path):
    with pytest.raises(InputError, match=r"records = .*gone: no such folder; is its disk mounted"):
        case(tmp_path / "case", str(tmp_path / "gone"))


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("records", "neither an absolute path nor a URL"),
        ("ftp://host/records", "is on no store known here"),
        ("s3://", "names no bucket"),
        ("file://records", "names no absolute path"),
    ],
)
def test_a_place_that_cannot_be_meant_is_told_with_one_that_can(tmp_path: Path, written: str, mend: str):
    with pytest.raises(InputError, match=rf"investigation\.toml: 'records' is wrong: .*{mend}"):
        case(tmp_path / "case", written)


def test_where_the_records_lie_is_no_part_of_the_configuration_s_hash(tmp_path: Path):
    from data.settings import Arrivals, Config

    plain = Config(name="a").sha256
    assert Config(name="a", records="s3://bucket/x", arrivals=Arrivals(settle=5)).sha256 == plain
    assert Config(name="b").sha256 != plain


def test_an_agency_without_settings_is_no_matter_to_a_run_of_another(tmp_path: Path):
    for agency in ("lapd", "coming"):
        (tmp_path / "records" / agency).mkdir(parents=True)
        (tmp_path / "records" / agency / "a.pst").write_bytes(b"mail")
    (tmp_path / "records/lapd/agency.toml").write_bytes(FILES["lapd/agency.toml"])
    (tmp_path / "investigation.toml").write_text('name = "test"\n')
    with pytest.raises(InputError, match="unknown agency 'coming'"):
        Investigation.open(tmp_path)
    with pytest.raises(InputError, match="unknown agency 'coming'"):
        Investigation.open(tmp_path, agencies=["coming"])
    assert list(Investigation.open(tmp_path, agencies=["lapd"]).config.agencies) == ["lapd"]
