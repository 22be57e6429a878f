"""Synthetic investigations that tests share, and copies of them for a test's own runs."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.shared import Words, one_for_all


@contextmanager
def made_once(folders: pytest.TempPathFactory, name: str, scale: float, seed: int) -> Iterator[Path]:
    """A synthetic investigation without a report, made once for all workers of pytest-xdist."""

    @contextmanager
    def make() -> Iterator[Words]:
        from data.synthetic import create

        yield {"folder": str(without_report(create(folders.mktemp(name) / "case", scale=scale, seed=seed)))}

    with one_for_all(folders, name, make) as words:
        yield Path(words["folder"])


def without_report(folder: Path) -> Path:
    """The same investigation, whose runs make no report: it takes longer than they do."""
    with (folder / "investigation.toml").open("a", encoding="utf-8") as file:
        file.write("\n[report]\nmake = false\n")
    return folder


def copy_of(synthetic: Path, folder: Path) -> Path:
    """The configuration and the records of an investigation, in a folder of their own."""
    shutil.copytree(synthetic, folder, ignore=shutil.ignore_patterns("truth", "work", "out"))
    return folder
