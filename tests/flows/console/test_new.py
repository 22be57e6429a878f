"""`nwatch new`: a folder that is whole, or none."""

import shutil
from pathlib import Path

import pytest

from data.errors import InputError
from flows.console import new


def test_an_empty_folder_becomes_an_investigation_with_the_configuration_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    moved: list[str] = []
    rename = Path.rename

    def noted(path: Path, target: Path) -> Path:
        moved.append(path.name)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", noted)
    new.new(tmp_path, synthetic=False, scale=1.0, seed=1)
    assert moved == ["records", "investigation.toml"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["investigation.toml", "records"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_fails_half_way_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
):
    def half(folder: Path, *_: object, **__: object) -> None:
        (folder / "records").mkdir()
        raise error

    monkeypatch.setattr("data.synthetic.create", half)
    with pytest.raises((InputError, KeyboardInterrupt)):
        new.new(tmp_path / "above/case", synthetic=True, scale=0.001, seed=1)
    assert list(tmp_path.iterdir()) == []


def test_a_size_too_large_for_the_disk_is_reported_before_a_byte_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    usage = shutil.disk_usage(tmp_path)._replace(free=10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(InputError, match=r"--scale 1 needs 32\.89 GB, and 1\.00 GB are free on its disk"):
        new.new(tmp_path / "case", synthetic=True, scale=1.0, seed=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_size_is_reported(tmp_path: Path, scale: float):
    with pytest.raises(InputError, match=f"^--scale must be a number above 0, not {scale}$"):
        new.new(tmp_path / "case", synthetic=True, scale=scale, seed=1)


def test_the_next_command_can_be_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    new.new(tmp_path / "a case", synthetic=False, scale=1.0, seed=1)
    assert capsys.readouterr().out.splitlines()[-1] == f"Then: nwatch run '{tmp_path}/a case'"
