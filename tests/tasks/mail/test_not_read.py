"""Which mailboxes are gone: known by their content, and not by their names."""

from dataclasses import replace
from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError
from data.schema import TABLES
from data.tables import write_table
from tasks.mail.accepted import FILE, Accepted, read_accepted, write_accepted
from tasks.mail.gone_now import gone_now
from tasks.mail.look import KEPT, NONE, find_gone, known_mailboxes
from tasks.mail.not_read import (
    Known,
    NotRead,
    as_row,
    not_read_accounts,
    not_read_table,
    not_read_warnings,
)
from tasks.mail.plan import MailPlan
from tasks.mail.sources import Examined, Mailbox, sha256_of

A, B = "a" * 64, "b" * 64
KNOWN = Known("lapd", ("records/lapd/1.pst", "records/lapd/2.pst"), A[:12], A, 4, 96)


def mailbox(sha256: str, *files: str, plan: object = True) -> Mailbox:
    whole = plan if isinstance(plan, MailPlan) else (MailPlan.__new__(MailPlan) if plan else None)
    return Mailbox("lapd", Path(files[0]), files, Examined(sha256, 4, whole, None, []))


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ([], ["is gone"]),
        ([mailbox(A, "records/lapd/renamed.pst")], []),
        ([mailbox(B, "records/lapd/2.pst")], []),  # a newer export in its place
        ([mailbox(B, "records/lapd/2.pst", plan=False)], ["is no mailbox any more"]),
        ([mailbox(B, "records/lapd/other.pst")], ["is gone"]),
    ],
)
def test_a_mailbox_is_gone_where_neither_its_content_nor_a_mailbox_of_its_name_is_there(
    there: list[Mailbox], said: list[str]
):
    listed = {file for one in there for file in one.files}
    assert [why for _, why in find_gone([KNOWN], there, listed, ())] == said
    assert not list(find_gone([KNOWN], there, listed, {("lapd", A)}))


def test_why_a_file_is_no_mailbox_any_more_is_said():
    cut = mailbox(B, "records/lapd/1.pst", plan=False)
    cut = replace(cut, examined=replace(cut.examined, problem="cut: 12 bytes are missing; copy it again"))
    [(_, why)] = find_gone([KNOWN], [cut], {"records/lapd/1.pst"}, ())
    assert why == "is no mailbox any more (cut: 12 bytes are missing; copy it again)"


def test_a_file_that_is_still_being_copied_is_not_gone():
    assert not list(find_gone([KNOWN], [], {"records/lapd/1.pst"}, ()))


def test_what_was_no_mailbox_before_is_not_missed_as_one():
    never, broken = replace(KNOWN, readable=False), [mailbox(B, "records/lapd/1.pst", plan=False)]
    assert not list(find_gone([never], broken, {"records/lapd/1.pst"}, ()))


def test_the_account_counts_each_agency_once_and_is_not_there_where_all_was_read():
    assert not_read_accounts([], {"lapd"}) == []
    rows = [
        as_row(KNOWN, "is gone", KEPT),
        NotRead("lapd", "", "wrong zone", KEPT),
        NotRead("new", "", "no settings", NONE),
        NotRead("", "records/x.pst", "belongs to no agency", NONE),
    ]
    [account] = not_read_accounts(rows, {"lapd", "sfpd"})
    assert list(account.lines.values()) == [3, 1, 1, 1, 1, 1]
    assert not_read_warnings(rows) == [
        "lapd: left out, and its rows are those of an earlier run: wrong zone",
        "new: left out, and it has no rows: no settings",
        "belongs to no agency",
        "records/lapd/1.pst: is gone; an earlier run read 96 messages in it, and all rows of lapd are those "
        "of that run: put it back, or confirm that it is gone: nwatch accept DIR",
    ]
    [line] = not_read_warnings([as_row(KNOWN, "is gone", NONE)] * 8)
    assert "is gone (and 7 more of lapd); an earlier run read 768 messages in them, and their rows" in line
    assert line.endswith(": put them back, or confirm that they are gone: nwatch accept DIR")


def published(folder: Path, *rows: tuple[str, str, bytes], gone: tuple[NotRead, ...] = ()) -> None:
    """Tables of an earlier run: agency, file and content of each mailbox."""
    import hashlib

    import pyarrow as pa

    table = TABLES["private/sources"]
    made = [
        {"agency": agency, "source": (sha := hashlib.sha256(content).hexdigest())[:12], "file": file,
         "bytes": len(content), "sha256": sha, "format": "Unicode PST", "messages_listed": 7}
        for agency, file, content in rows
    ]  # fmt: skip
    write_table(pa.Table.from_pylist(made, schema=table.arrow), table, folder / "out")
    write_table(not_read_table(gone), TABLES["private/not_read"], folder / "out")


def test_what_is_gone_now_is_known_without_a_run(tmp_path: Path):
    (tmp_path / "investigation.toml").write_text('name = "case"\n')
    own = tmp_path / "records/lapd"
    own.mkdir(parents=True)
    (own / "renamed.pst").write_bytes(b"one.")
    (own / "new.pst").write_bytes(b"new.")
    before = as_row(replace(KNOWN, agency="sfpd", files=("records/sfpd/c.pst",)), "is gone", NONE)
    published(
        tmp_path,
        ("lapd", "records/lapd/1.pst", b"one."),
        ("lapd", "records/lapd/2.pst", b"two."),
        gone=(before,),
    )
    case = Investigation.unchecked(tmp_path)
    gone, _ = gone_now(case.place, case.out, case.work, ())
    assert [(each.agency, *each.files, each.published) for each in gone] == [
        ("lapd", "records/lapd/2.pst", True),
        ("sfpd", "records/sfpd/c.pst", False),
    ]
    assert len(known_mailboxes(case.out)) == 3
    accepted = [Accepted(each.agency, each.files[0], each.bytes, each.sha256) for each in gone]
    assert gone_now(case.place, case.out, case.work, accepted)[0] == []
    assert sha256_of(own / "renamed.pst") not in {each.sha256 for each in gone}


def test_what_is_gone_is_in_order_of_names(tmp_path: Path):
    (tmp_path / "investigation.toml").write_text('name = "case"\n')
    (tmp_path / "records/lapd").mkdir(parents=True)
    names = [f"records/lapd/export-0{number}.pst" for number in range(1, 8)]
    published(tmp_path, *(("lapd", name, name.encode()) for name in names))
    case = Investigation.unchecked(tmp_path)
    gone, _ = gone_now(case.place, case.out, case.work, ())
    assert [file for each in gone for file in each.files] == names


def test_what_was_accepted_is_a_file_that_a_person_can_read_and_write(tmp_path: Path):
    rows = (Accepted("a, b", 'records/a, b/"x".pst', 7, A), Accepted("lapd", "records/lapd/1.pst", 4, B))
    assert read_accepted(tmp_path) == ()
    write_accepted(tmp_path, [*reversed(rows), rows[0]])
    assert read_accepted(tmp_path) == rows
    text = (tmp_path / FILE).read_text()
    assert text.splitlines()[0] == "agency,file,bytes,sha256"
    (tmp_path / FILE).write_text(text.replace(A, "12"))
    with pytest.raises(
        InputError, match=r"accepted.csv: column sha256, row 1: is no SHA-256 .*take the row out"
    ):
        read_accepted(tmp_path)
    (tmp_path / FILE).write_text("agency,file\n")
    with pytest.raises(InputError, match=r"accepted.csv: no column bytes"):
        read_accepted(tmp_path)
