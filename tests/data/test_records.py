"""Mailboxes by agency: a folder and a store give the same answers."""

import errno
import os
from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError
from data.records import FolderRecords, Records, Scan, StoreRecords
from data.storage import Remote, filesystem
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
    "lost+found/e.pst": b"x",
    ".snapshot/hourly/lapd/a.pst": b"mail",
    "lapd/@eaDir/a.pst/SYNO.PST": b"x",
    "lapd/2019/$RECYCLE.BIN/f.pst": b"x",
    "lapd/.Trash-1000/files/g.pst": b"x",
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


def test_folders_are_agencies_and_hidden_ones_only_with_a_mailbox(records: Records):
    assert records.agencies() == [".hidden", "lapd", "sdpd"]


def test_mailboxes_have_the_same_names_on_a_disk_and_on_a_store(records: Records):
    found = records.mailboxes("lapd") + records.mailboxes("sdpd")
    assert sorted(file.file for file in found) == [
        "records/lapd/2019/deep/B.OST", "records/lapd/a.pst", "records/sdpd/._c.pst"
    ]  # fmt: skip
    assert {file.agency for file in found} == {"lapd", "sdpd"}
    assert records.mailboxes("nobody") == []


def test_an_agency_s_own_settings_are_found(records: Records):
    assert records.settings("lapd") == FILES["lapd/agency.toml"]
    assert records.settings("sdpd") is None


def test_a_scan_finds_every_file_of_every_agency_with_its_size(records: Records):
    scan = records.scan()
    assert scan.troubles == {}
    assert [(one.agency, one.file, one.size, one.mailbox) for one in scan.seen] == [
        (".hidden", "records/.hidden/d.pst", 1, True),
        ("lapd", "records/lapd/2019/deep/B.OST", 4, True),
        ("lapd", "records/lapd/a.pst", 4, True),
        ("lapd", "records/lapd/agency.toml", len(FILES["lapd/agency.toml"]), False),
        ("lapd", "records/lapd/letter.pdf", 4, False),
        ("sdpd", "records/sdpd/._c.pst", 0, True),
    ]


def test_files_that_are_no_mailboxes_are_listed_wherever_they_are(records: Records):
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
def test_a_folder_that_may_not_be_read_is_reported(
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
    """Make a folder look unreadable; changing its permissions does not help, as the tests may run as root."""
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
        # A scan reports it, and goes on.
        scan = records.scan()
        assert list(scan.troubles) == ["stray.PST"]
        assert {one.agency for one in scan.seen} == {".hidden", "lapd", "sdpd"}
    finally:
        if isinstance(records, StoreRecords):
            store.delete("alike/stray.PST")


def test_folders_that_belong_to_the_disk_are_passed_over_and_listed(records: Records):
    assert records.scan().passed_over == (
        "records/.snapshot",
        "records/lapd/.Trash-1000",
        "records/lapd/2019/$RECYCLE.BIN",
        "records/lapd/@eaDir",
        "records/lost+found",
    )


def test_folders_are_recognised_at_any_depth_and_files_are_no_folders(records: Records):
    assert [
        name for name in ("lapd", "lapd/2019", "lapd/2019/deep", "sdpd") if not records.is_folder(name)
    ] == []
    assert [name for name in ("lapd/a.pst", "lap", "lapd/20", "nobody") if records.is_folder(name)] == []


@pytest.mark.slow
def test_names_with_any_characters_and_depth_are_used_as_they_are(tmp_path: Path, store: Store):
    names = ["Älder & Söhne's PD", "New City", "{{ event.id }}", "123", "lapd", "LAPD", "🚓", "a.b..c"]
    depths = {"🚓": 200}
    for name in names:
        deep = "/".join(["d"] * depths.get(name, 2))
        (tmp_path / "records" / name / deep).mkdir(parents=True)
        (tmp_path / "records" / name / deep / "x y.PST").write_bytes(b"mail")
        store.put(f"letters/{name}/{deep}/x y.PST", b"mail")
    here, there = FolderRecords(tmp_path / "records"), StoreRecords(store.url("letters"))
    assert here.agencies() == there.agencies() == sorted(names)
    assert [one.file for one in here.scan().seen] == [one.file for one in there.scan().seen]
    [file] = here.mailboxes("🚓")
    assert file.file == f"records/🚓/{'/'.join(['d'] * depths['🚓'])}/x y.PST"


def test_a_folder_whose_name_is_not_utf_8_is_reported_and_hides_no_other(tmp_path: Path):
    (tmp_path / "lapd").mkdir()
    (tmp_path / "lapd/a.pst").write_bytes(b"mail")
    (tmp_path / os.fsdecode(b"caf\xe9")).mkdir()
    scan = FolderRecords(tmp_path).scan()
    assert [one.agency for one in scan.seen] == ["lapd"]
    assert list(scan.troubles) == [r"caf\xe9"]
    with pytest.raises(InputError, match="name is not UTF-8; rename it"):
        FolderRecords(tmp_path).agencies()


def test_links_are_followed_but_not_in_circles_and_broken_ones_are_listed(tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.pst").write_bytes(b"mail")
    records = tmp_path / "records"
    (records / "lapd").mkdir(parents=True)
    (records / "sdpd").symlink_to(elsewhere)
    (records / "lapd/up").symlink_to(records)
    (records / "lapd/gone.pst").symlink_to(tmp_path / "nowhere")
    (records / "lapd/itself.pst").symlink_to("itself.pst")
    scan = FolderRecords(records).scan()
    assert scan.troubles == {}
    assert [one.file for one in scan.seen] == [
        "records/lapd/gone.pst", "records/lapd/itself.pst", "records/sdpd/a.pst"
    ]  # fmt: skip


def test_a_folder_that_may_not_be_read_is_reported_and_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The refusal is simulated, because nothing can be refused to root."""
    for agency in ("lapd", "sdpd"):
        (tmp_path / agency).mkdir()
        (tmp_path / agency / "a.pst").write_bytes(b"mail")
    scandir = os.scandir

    def refuse(path: object) -> object:
        if Path(str(path)).name == "lapd":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    records = FolderRecords(tmp_path)
    scan = records.scan()
    assert [one.agency for one in scan.seen] == ["sdpd"]
    line = "records/lapd: cannot be listed (Permission denied); check its permissions"
    assert scan.troubles == {"lapd": line}
    with pytest.raises(InputError, match="check its permissions"):
        records.mailboxes("lapd")


def test_a_prefix_that_is_itself_an_object_holds_no_agency(store: Store):
    store.put("one.pst", b"mail")
    assert StoreRecords(store.url("one.pst")).scan().seen == ()
    store.put("marker", b"")
    store.put("marker/lapd/a.pst", b"mail")
    assert StoreRecords(store.url("marker")).agencies() == ["lapd"]


def test_an_agency_whose_name_begins_like_another_s_is_kept_apart(store: Store):
    for key in ("begin/a/x.pst", "begin/ab/y.pst", "begin/a.b/z.pst", "beginning/a/no.pst"):
        store.put(key, b"mail")
    records = StoreRecords(store.url("begin"))
    assert records.agencies() == ["a", "a.b", "ab"]
    assert [file.file for file in records.mailboxes("a")] == ["records/a/x.pst"]


def test_a_folder_marker_is_a_folder_without_a_mailbox(store: Store):
    for key in ("stand/lapd/", "stand/lapd/2019/", "stand/.hidden/"):
        filesystem("s3://").touch(f"{store.bucket}/{key}")
    records = StoreRecords(store.url("stand"))
    assert records.scan() == Scan()
    assert records.is_folder("lapd/2019")
    store.put("stand/lapd/2019/a.pst", b"mail")
    assert [one.file for one in records.scan().seen] == ["records/lapd/2019/a.pst"]


# What the configuration may say about the records.


def case(folder: Path, records: str) -> Investigation:
    folder.mkdir(exist_ok=True)
    (folder / "investigation.toml").write_text(f'name = "test"\nrecords = "{records}"\n')
    return Investigation.open(folder)


def test_an_investigation_s_records_may_be_on_a_store(store: Store, tmp_path: Path):
    store.put("case/lapd/a.pst", b"mail")
    store.put("case/lapd/agency.toml", FILES["lapd/agency.toml"])
    found = case(tmp_path, store.url("case/"))
    assert list(found.config.agencies) == ["lapd"]
    [file] = found.records()
    assert (file.file, file.path) == ("records/lapd/a.pst", Remote(store.url("case/lapd/a.pst")))


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_an_investigation_s_records_may_be_in_another_folder(tmp_path: Path, form: str):
    disk = tmp_path / "a disk"
    (disk / "lapd").mkdir(parents=True)
    (disk / "lapd/a.pst").write_bytes(b"mail")
    (disk / "lapd/agency.toml").write_bytes(FILES["lapd/agency.toml"])
    written = form.format(str(disk).replace(" ", "%20") if "file" in form else disk)
    [file] = case(tmp_path / "case", written).records()
    assert (file.file, file.path) == ("records/lapd/a.pst", disk / "lapd/a.pst")


def test_a_disk_that_is_not_mounted_does_not_pass_for_one_without_records(tmp_path: Path):
    with pytest.raises(InputError, match=r"records = .*gone: no such folder; is its disk mounted"):
        case(tmp_path / "case", str(tmp_path / "gone"))


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("records", "neither an absolute path nor a URL"),
        ("ftp://host/records", "is on an unknown kind of store"),
        ("s3://", "names no bucket"),
        ("file://records", "names no absolute path"),
    ],
)
def test_an_impossible_location_is_refused_with_a_possible_one(tmp_path: Path, written: str, fault: str):
    with pytest.raises(InputError, match=rf"investigation\.toml: 'records' is wrong: .*{fault}"):
        case(tmp_path / "case", written)


def test_the_configuration_s_hash_does_not_depend_on_where_the_records_are(tmp_path: Path):
    from data.settings import Arrivals, Config

    plain = Config(name="a").sha256
    assert Config(name="a", records="s3://bucket/x", arrivals=Arrivals(settle=5)).sha256 == plain
    assert Config(name="b").sha256 != plain


def test_an_agency_without_settings_does_not_stop_a_run_of_another(tmp_path: Path):
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


def test_faults_of_another_agency_do_not_stop_a_run_of_one(tmp_path: Path):
    for agency in ("lapd", "wrong", "double"):
        (tmp_path / "records" / agency).mkdir(parents=True)
        (tmp_path / "records" / agency / "a.pst").write_bytes(b"mail")
        (tmp_path / "records" / agency / "agency.toml").write_bytes(FILES["lapd/agency.toml"])
    (tmp_path / "records/wrong/agency.toml").write_text("name = ")
    (tmp_path / "records/stray.pst").write_bytes(b"mail")
    settings = FILES["lapd/agency.toml"].decode()
    (tmp_path / "investigation.toml").write_text(f'name = "test"\n[agencies.double]\n{settings}')
    found = Investigation.open(tmp_path, agencies=["lapd"])
    assert list(found.config.agencies) == ["double", "lapd"]
    assert [file.file for file in found.records(["lapd"])] == ["records/lapd/a.pst"]
    for agency, said in {"wrong": "not valid TOML", "double": "keep one of the two"}.items():
        with pytest.raises(InputError, match=said):
            Investigation.open(tmp_path, agencies=[agency])
    with pytest.raises(InputError, match="belongs to no agency"):
        Investigation.open(tmp_path)


def test_the_notes_name_the_folders_that_are_left_out(tmp_path: Path):
    for name in ("lapd/a.pst", "lost+found/b.pst"):
        (tmp_path / "records" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "records" / name).write_bytes(b"mail")
    (tmp_path / "records/lapd/agency.toml").write_bytes(FILES["lapd/agency.toml"])
    (tmp_path / "investigation.toml").write_text('name = "test"\n')
    notes = Investigation.open(tmp_path).notes_on_records()
    assert notes == ["records/lost+found: belongs to the disk itself, and is left out"]
