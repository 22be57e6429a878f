"""work/ and out/private are their owner's alone, or a group's that the settings name."""

from __future__ import annotations

import grp
import os
import stat
from pathlib import Path

import pytest

from data.errors import InputError
from data.private import Access, access_of, kept_private, like_work, make_work, privately, tighten, usual_mode
from data.settings import Private


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def opened(work: Path) -> None:
    """Files as an earlier version left them."""
    (work / "mail").mkdir(parents=True)
    for path in (work / "mail/a", work / ".lock"):
        path.write_text("x")
        path.chmod(0o644)
    for path in (work, work / "mail"):
        path.chmod(0o755)


def test_what_an_earlier_version_left_open_is_closed_and_said(tmp_path: Path):
    work, out = tmp_path / "work", tmp_path / "out"
    opened(work)
    opened(out / "private")
    opened(tmp_path / "coding")
    found = tighten(work, out, Access())
    assert found.notes == (
        "work/: 4 files and folders were open to other users; now only by you",
        "out/private/: 4 files and folders were open to other users; now only by you",
        "coding/: 4 files and folders were open to other users; now only by you",
    )
    assert {mode(path) for path in (work, work / "mail", out / "private")} == {"0o700"}
    assert {mode(path) for path in (work / ".lock", work / "mail/a", out / "private/mail/a")} == {"0o600"}
    again = tighten(work, out, Access())
    assert (again.notes, again.warnings) == ((), ())


def test_links_are_not_followed(tmp_path: Path):
    work, target = tmp_path / "work", tmp_path / "target"
    make_work(work)
    target.mkdir(mode=0o755)
    (work / "link").symlink_to(target)
    tighten(work, tmp_path / "out", Access())
    assert mode(target) == "0o755"


def test_a_disk_without_permissions_is_a_warning_and_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    opened(tmp_path / "work")

    def refused(path: Path, wanted: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refused)
    [line] = tighten(tmp_path / "work", tmp_path / "out", Access()).warnings
    assert line.startswith("work/: work (and 3 more) is open to other users and cannot be closed")
    monkeypatch.setattr(Path, "chmod", lambda path, wanted: None)  # a disk that says nothing
    assert len(tighten(tmp_path / "work", tmp_path / "out", Access()).warnings) == 1


def test_a_group_may_read_where_the_settings_name_it(tmp_path: Path):
    group = next(iter(os.getgroups()), os.getegid())
    work, out = tmp_path / "work", tmp_path / "out"
    opened(work)
    with kept_private(work, out, Private(group=str(group))) as found:
        assert found.notes == (
            f"work/: 4 files and folders were open to other users; now only by the group '{group}' and you",
        )
        (work / "new").write_text("x")
        like_work(out / "private", work)
    assert {mode(path) for path in (work, work / "mail", out / "private")} == {"0o2750"}
    assert {mode(path) for path in (work / ".lock", work / "mail/a", work / "new")} == {"0o640"}
    assert {path.stat().st_gid for path in (work, work / "mail/a", out / "private")} == {group}
    with kept_private(work, out, Private()):
        pass
    assert (mode(work), mode(work / "mail/a")) == ("0o700", "0o600")


def test_a_group_may_write_where_the_settings_say_so():
    assert oct(Access(1, "news", writes=True).folders) == "0o2770"


@pytest.mark.parametrize("number", ["4294967295", "99999999999", "9" * 900])
def test_a_number_that_no_group_can_have_is_one_line(number: str):
    with pytest.raises(InputError, match=r"private.group: there is no group"):
        access_of(Private(group=number))


def test_a_group_that_is_not_there_is_one_line():
    with pytest.raises(
        InputError, match=r"investigation.toml: private.group: there is no group 'no-such'"
    ) as raised:
        access_of(Private(group="no-such"))
    assert "write one of yours: " in str(raised.value)


def test_a_group_of_others_is_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "getgroups", lambda: [1])
    monkeypatch.setattr(os, "getegid", lambda: 1)
    other = next(each for each in grp.getgrall() if each.gr_gid != 1)
    with pytest.raises(InputError, match=f"you are not in the group '{other.gr_name}'; write one of yours: "):
        access_of(Private(group=other.gr_name))


def test_what_is_public_keeps_the_umask_of_the_user():
    before = os.umask(0o002)
    try:
        with privately(Access()), privately(Access()):
            assert oct(usual_mode(folder=False)) == "0o664"
        assert oct(usual_mode(folder=True)) == "0o775"
        assert os.umask(0o002) == 0o002
    finally:
        os.umask(before)


def test_the_work_folder_that_cannot_be_made_is_one_line(tmp_path: Path):
    (tmp_path / "work").write_text("a file")
    with (
        pytest.raises(InputError, match="work: cannot be written"),
        kept_private(tmp_path / "work", tmp_path / "out", Private()),
    ):
        pass
