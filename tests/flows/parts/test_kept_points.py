"""Posts and crimes that are unchanged are not done again, and what is done again gives the same bytes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client

from flows.run.progress import Reporter, reporting
from tests.outputs import published
from tests.worlds import copy_of

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The inplace keyword")]

ONLY = ["posts", "crime"]
STEPS = {
    "gather the posts",
    "put posts into tracts",
    "tabulate the posts",
    "test the cities",
    "gather the crimes",
    "put crimes into tracts",
    "count the crimes",
    "test the crimes",
}
"""What is kept. Ledgers are closed in every run; a copied tract layer is hashed in a step of its own."""


def run(folder: Path) -> tuple[set[str], tuple[str, ...]]:
    """Run posts and crimes; gives the steps that were done, and the notes."""
    from flows.investigate import investigate

    with reporting(Reporter()) as reporter:
        result = investigate(folder, only=ONLY)
    return STEPS & reporter.seconds.keys(), result.notes


@pytest.fixture(scope="module")
def done(smallest: Path, tmp_path_factory: pytest.TempPathFactory, threads: Client) -> Path:
    """An investigation that has been run, without a report."""
    folder = copy_of(smallest, tmp_path_factory.mktemp("kept") / "case")
    assert run(folder)[0] == STEPS
    return folder


@pytest.fixture
def case(done: Path, tmp_path: Path) -> Path:
    """A copy of it; files that are copied have other times and inodes."""
    shutil.copytree(done, tmp_path / "case")
    return tmp_path / "case"


def crime_file(folder: Path) -> Path:
    return next(path for path in sorted((folder / "crime/alderfall").iterdir()) if path.suffix == ".csv")


def one_record_less(folder: Path) -> None:
    path = crime_file(folder)
    lines = path.read_bytes().splitlines(keepends=True)
    last = max(
        at for at, line in enumerate(lines) if b"/2019" in line and b"BATTERY - SIMPLE ASSAULT" in line
    )
    path.write_bytes(b"".join(lines[:last] + lines[last + 1 :]))


def setting(before: str, after: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "investigation.toml"
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    return change


def other_income(folder: Path) -> None:
    """Another income in the first row."""
    path = folder / "census/acs.csv"
    head, first, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)
    values = dict(zip(head.split(","), first.split(","), strict=True))
    values = {name: "12345" if "B19013_001E" in name else value.strip() for name, value in values.items()}
    path.write_text("".join([head, ",".join(values.values()) + "\n", *rest]), encoding="utf-8")


def other_income_with_a_report(folder: Path) -> None:
    other_income(folder)
    setting("make = false", "make = true")(folder)


def test_a_second_run_does_nothing_of_it_and_publishes_the_same_bytes(case: Path):
    before = published(case)
    shutil.rmtree(case / "out")
    steps, notes = run(case)
    assert steps == set()
    assert "posts: nothing has changed since the last run; its results are kept" in notes
    assert "crime: nothing has changed since the last run; its results are kept" in notes
    assert published(case) == before


def test_files_of_which_only_the_times_changed_are_hashed_and_nothing_is_done_again(case: Path):
    before = published(case)
    for path in (*case.glob("posts/*"), *case.glob("crime/*/*")):
        os.utime(path, ns=(1, 1))
    assert run(case)[0] == set()
    assert published(case) == before


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (
            one_record_less,
            {"gather the crimes", "put crimes into tracts", "count the crimes", "test the crimes"},
        ),
        (setting("[posts]\n", "[tests]\nalpha = 0.01\n\n[posts]\n"), {"test the cities", "test the crimes"}),
        (
            setting("exclude_users = [", 'exclude_users = ["nobody", '),
            {"gather the posts", "put posts into tracts", "tabulate the posts"},  # the counts are the same
        ),
        (
            other_income_with_a_report,
            STEPS - {"gather the posts", "gather the crimes"},
        ),
    ],
    ids=["one file", "alpha", "a setting of posts", "the Census, with a report"],
)
def test_only_what_depends_on_a_change_is_done_again_and_as_in_a_fresh_run(
    case: Path, tmp_path: Path, change: Callable[[Path], None], again: set[str]
):
    change(case)
    fresh = tmp_path / "fresh" / "case"
    shutil.copytree(case, fresh, ignore=shutil.ignore_patterns("work", "out"))
    steps, _ = run(case)
    assert steps == again
    assert run(fresh)[0] == STEPS
    assert published(case) == published(fresh)
    assert ("report.html" in published(case)) == (change is other_income_with_a_report)


def test_of_several_folders_only_the_changed_one_is_gathered_again_and_said(case: Path):
    one_record_less(case)
    _, notes = run(case)
    [line] = [note for note in notes if note.startswith("crime: ")]
    again, _, kept = line.partition("; kept from the last run: ")
    assert "gather the crimes of alderfall" in again
    assert "gather the crimes of thornquill" in kept
    assert "posts: nothing has changed since the last run; its results are kept" in notes


def test_other_pieces_make_no_other_result(case: Path):
    from flows.investigate import investigate

    before = published(case)
    shutil.rmtree(case / "work")
    investigate(case, only=ONLY, buckets=3)
    assert published(case) == before
    steps, _ = run(case)
    assert steps == set()
    assert published(case) == before
