"""Which parts have their input in an investigation, and what is said of the others."""

from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError, NoMailboxError
from flows import parts
from flows.run.preflight import agencies_needed, check_agency, mailboxes_of, notes, parts_to_run, skipped
from tests.store import Store, store

__all__ = ["store"]

AGENCY = '\n[agencies.{}]\nname = "Police"\ntimezone = "UTC"\n'
POSTS = ("posts/a.csv", "census/tracts.zip", "census/acs.csv", "census/city_tracts.parquet")


def make(folder: Path, *files: str, agencies: tuple[str, ...] = ("lapd",), top: str = "") -> Investigation:
    """An investigation with some files, of which only the names are right."""
    folder.mkdir(exist_ok=True)
    (folder / "investigation.toml").write_text(
        f'name = "test"\n{top}' + "".join(AGENCY.format(name) for name in agencies)
    )
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(b"mail")
    return Investigation.open(folder)


def test_a_run_consists_of_the_parts_that_have_their_input(tmp_path: Path):
    assert parts_to_run(make(tmp_path, "records/lapd/a.pst")) == ("mail",)
    found = make(tmp_path / "more", "records/lapd/a.pst", *POSTS)
    assert parts_to_run(found) == ("mail", "posts")
    assert parts_to_run(found, ["posts"]) == ("posts",)
    assert not [note for note in notes(found) if "posts" in note]
    assert notes(found, ["posts"]) == [
        "left out: mail, crime, gentrification, selection, requests, coding (--only posts)"
    ]


def test_parts_run_in_their_order_whatever_the_order_they_are_asked_for(tmp_path: Path):
    found = make(tmp_path, "records/lapd/a.pst", "requests.csv", *POSTS)
    assert parts_to_run(found, ["requests", "posts", "mail"]) == ("mail", "posts", "requests")


def test_posts_alone_need_no_mailbox(tmp_path: Path):
    found = make(tmp_path, *POSTS)
    assert parts_to_run(found, ["posts"]) == ("posts",)
    with pytest.raises(InputError, match="--only mail: no mailbox in records/; put it there"):
        parts_to_run(found, ["mail"])


@pytest.mark.parametrize("there", ["", "records", "records/lapd", "records/lapd/.DS_Store"])
def test_mail_is_skipped_where_records_is_empty_and_another_part_has_its_input(tmp_path: Path, there: str):
    found = make(tmp_path, *POSTS)
    if there.endswith("Store"):
        found = make(tmp_path, there)
    else:
        (tmp_path / there).mkdir(parents=True, exist_ok=True)
    assert parts_to_run(found) == ("posts",)
    assert notes(found)[0] == "skipped: mail (no mailbox in records/)"
    (tmp_path / "posts/a.csv").unlink()
    with pytest.raises(NoMailboxError):
        parts_to_run(found)


def test_mail_is_not_skipped_where_an_earlier_run_published_it_or_records_hold_anything(tmp_path: Path):
    found = make(tmp_path, *POSTS, "out/public/kinds.parquet")
    with pytest.raises(NoMailboxError):
        parts_to_run(found)
    found = make(tmp_path / "other", *POSTS, "records/lapd/a.zip")
    with pytest.raises(InputError, match="no mailbox"):
        parts_to_run(found)
    (tmp_path / "gone").mkdir()
    found = make(tmp_path / "elsewhere", *POSTS, top=f'records = "{tmp_path / "gone"}"\n')
    assert "mail" not in skipped(found)


def test_agencies_without_settings_matter_to_the_mail_alone():
    assert agencies_needed(["posts", "crime"]) == []
    assert agencies_needed(["mail", "posts"]) is None
    assert agencies_needed(None) is None


def test_a_part_that_is_asked_for_and_has_no_input_is_an_error(tmp_path: Path):
    found = make(tmp_path, "records/lapd/a.pst", *POSTS[:2])
    with pytest.raises(
        InputError, match=r"--only posts: no census/acs\.\*, census/city_tracts\.\*; put it there"
    ):
        parts_to_run(found, ["posts"])


def test_the_notes_name_every_part_that_is_skipped_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parts, "PLANNED", {"maps": ("maps/*.csv",)})
    found = make(tmp_path, "records/lapd/a.pst", "maps/sheet.csv", agencies=("lapd", "later"))
    lines = notes(found, brief=False)
    assert lines[0].startswith("agency 'later' is configured but has no mailbox")
    without_input = [*(part for part in parts.PARTS if part != "mail"), "maps"]
    assert [note.split(" (")[0] for note in lines[1:]] == [f"skipped: {part}" for part in without_input]
    assert "no posts/*, census/tracts*" in lines[1]
    assert lines[-2:] == [
        "skipped: coding (no coding/sample.csv; to draw a sample: nwatch sample DIR)",
        "skipped: maps (this version does not analyse maps yet)",
    ]


def test_parts_without_any_files_share_a_line(tmp_path: Path):
    assert notes(make(tmp_path, "records/lapd/a.pst", "posts/a.csv")) == [
        "skipped: posts (no census/tracts*, census/acs.*, census/city_tracts.*)",
        "skipped: crime, gentrification, selection, requests, coding "
        "(no input; nwatch plan shows which files each needs)",
    ]


def test_files_that_are_not_read_are_named(tmp_path: Path):
    found = make(
        tmp_path, "records/lapd/a.pst", "records/lapd/2019/b.PST.zip", "records/lapd/letter.pdf",
        "records/all.ZIP", "records/lapd/.DS_Store", *POSTS, "posts/old/a.csv",
    )  # fmt: skip
    mail = "not read (neither *.pst nor *.ost): 3 files (2 .zip, 1 .pdf), as records/all.ZIP; unpack archives"
    posts = "not read: the folder posts/old; put files of posts into posts/ itself"
    skipped = "skipped: crime, gentrification, selection, requests, coding "
    assert notes(found) == [mail, posts, f"{skipped}(no input; nwatch plan shows which files each needs)"]
    left_out = "left out: {}, crime, gentrification, selection, requests, coding (--only {})"
    assert notes(found, ["posts"]) == [posts, left_out.format("mail", "posts")]
    assert notes(found, ["mail"]) == [mail, left_out.format("posts", "mail")]


def test_folders_in_posts_are_not_named_where_posts_are_skipped(tmp_path: Path):
    found = make(tmp_path, "records/lapd/a.pst", "posts/old/a.csv")
    assert not [note for note in notes(found) if "posts/old" in note]


def test_a_folder_that_belongs_to_the_disk_is_named(tmp_path: Path):
    found = make(tmp_path, "records/lapd/a.pst", "records/lost+found/b.pst")
    assert notes(found)[0] == "records/lost+found: belongs to the disk itself, and is left out"


def test_with_records_on_a_store_the_input_of_other_parts_is_in_the_folder_as_before(
    store: Store, tmp_path: Path
):
    store.put("parts/lapd/a.pst", b"mail")
    found = make(tmp_path, top=f'records = "{store.url("parts")}"\n')
    assert skipped(found)["requests"] == "no requests.csv"
    assert parts_to_run(found) == ("mail",)
    (tmp_path / "requests.csv").write_bytes(b"")
    assert "requests" not in skipped(found)
    assert parts_to_run(found) == ("mail", "requests")


def test_records_without_a_mailbox_say_in_which_forms_there_is_mail(tmp_path: Path):
    make(tmp_path, "records/lapd/a.eml", "records/lapd/b.eml", "records/lapd/notes.pdf")
    for name in ("a", "b"):
        (tmp_path / f"records/lapd/{name}.eml").write_bytes(b"From: a@x.org\nTo: b@x.org\n\nHello")
    case = Investigation.open(tmp_path)
    for ask in (lambda: parts_to_run(case), lambda: check_agency(case, "lapd"), lambda: mailboxes_of(case)):
        with pytest.raises(
            InputError, match="no mailbox that can be read; 2 files in records/ are each an e-mail"
        ):
            ask()


def test_records_of_other_files_alone_have_no_mailbox(tmp_path: Path):
    make(tmp_path, "records/lapd/notes.pdf")
    with pytest.raises(NoMailboxError, match=r"no mailbox \(\*\.pst, \*\.ost\) in it \(but 1 file"):
        mailboxes_of(Investigation.open(tmp_path))


def test_a_part_that_there_is_not_gets_a_guess(tmp_path: Path):
    found = make(tmp_path, *POSTS)
    with pytest.raises(InputError, match="only: 'post' is no part of a run; did you mean 'posts'"):
        parts_to_run(found, ["post"])
