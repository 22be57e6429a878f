"""All that is made of the tables, together."""

import stat
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from data.schema import TABLES
from data.tables import write_table
from tasks.package.make import PRIVATE_WORKBOOK, write_package, write_private_workbook
from tasks.report.results import Story
from tests.tasks.package.conftest import HOSTILE, rows, story_of

FILES = (
    "public.xlsx",
    "public/README.md",
    "public/datapackage.json",
    "public/metadata.json",
    "public/public.sqlite",
)


def test_the_same_tables_give_the_same_bytes_in_another_place(
    story: Story, tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    assert write_package(story, tmp_path / "out") == FILES
    again = story_of(tmp_path / "other", tables)
    write_package(again, tmp_path / "other")
    for file in FILES:
        content = (tmp_path / "out" / file).read_bytes()
        assert content == (tmp_path / "other" / file).read_bytes(), file
        assert str(tmp_path).encode() not in content


def test_without_a_public_table_there_is_nothing(tmp_path: Path) -> None:
    assert write_package(story_of(tmp_path, {}), tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_the_readme_says_what_each_file_is_and_how_to_choose_a_licence(story: Story, tmp_path: Path) -> None:
    write_package(story, tmp_path / "out")
    text = (tmp_path / "out/public/README.md").read_text(encoding="utf-8")
    assert text.startswith("# Night \\<b\\>: the public tables\n")
    for name in story.tables:
        assert f"`{Path(name).name}.csv`" in text
        assert f"### {Path(name).name}\n" in text
    assert 'license = "CC-BY-4.0" in the section [public]' in text
    assert "mailbox cdcdcdcdcdcd: `sha256:cdcd" in text
    assert "Small counts" not in text
    assert not any(hostile in text for hostile in HOSTILE[:9])


def test_the_readme_names_the_licence_and_the_rule_on_small_counts(
    tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    count = {
        "table": "public/city_tests",
        "column": "posts",
        "counts": 1200,
        "left_out": 31,
        "least_count": 5,
    }
    tables["public/left_out"] = rows("public/left_out", count)
    write_package(story_of(tmp_path, tables, license="CC0-1.0", least=5), tmp_path)
    text = (tmp_path / "public/README.md").read_text(encoding="utf-8")
    assert "under the licence CC0-1.0." in text
    assert "that are below 5, and not 0, are left out" in text
    assert "31 of 1,200 counts" in text


def test_the_private_workbook_has_the_tables_of_this_run_and_of_earlier_ones(tmp_path: Path) -> None:
    stage, before = tmp_path / "stage", tmp_path / "out"
    subject = "private/subjects_to_review"
    write_table(rows(subject, {"subject": "old"}), TABLES[subject], before)
    write_table(rows(subject, *({"subject": text} for text in HOSTILE)), TABLES[subject], stage)
    write_table(rows("private/post_files", {"file": "a.csv"}), TABLES["private/post_files"], before)
    write_table(rows("private/crime_files", {"file": "gone.csv"}), TABLES["private/crime_files"], before)
    (stage / "private").chmod(0o700)
    named = [f"{subject}.parquet", "private/post_files.parquet", "public/kinds.parquet"]
    assert write_private_workbook(stage, before, named) == (PRIVATE_WORKBOOK,)
    path = stage / PRIVATE_WORKBOOK
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["contents", "columns", "subjects_to_review", "post_files"]
    assert book["subjects_to_review"].max_row == 1 + len(HOSTILE)
    assert [path.name for path in (stage / "private").iterdir() if path.suffix != ".parquet"] == [
        "private.xlsx"
    ]


def test_a_run_without_private_tables_has_no_private_workbook(tmp_path: Path) -> None:
    assert write_private_workbook(tmp_path, tmp_path, ["public/kinds.parquet"]) == ()


@pytest.mark.long
def test_every_public_table_can_be_written_without_a_row(tmp_path: Path) -> None:
    public = {name: spec.arrow.empty_table() for name, spec in TABLES.items() if spec.visibility == "public"}
    assert write_package(story_of(tmp_path, public), tmp_path) == FILES
