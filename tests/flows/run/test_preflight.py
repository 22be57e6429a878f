"""A mistake in the input of a part other than the mail is one line, before any work is done."""

import importlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from data.catalog import Investigation
from data.errors import InputError
from flows.parts import PARTS, points
from flows.run.inputs import Inputs
from flows.run.preflight import check, inputs, look_at, notes, parts_to_run, using


@pytest.fixture
def folder(synthetic: Path, tmp_path: Path) -> Path:
    """The posts and the Census of a synthetic investigation, without mail."""
    for name in ("posts", "census"):
        shutil.copytree(synthetic / name, tmp_path / name)
    lines = (synthetic / "investigation.toml").read_text().splitlines()
    start = lines.index("[posts]")
    (tmp_path / "investigation.toml").write_text("\n".join(['name = "posts"', *lines[start:]]))
    return tmp_path


def looked_at(folder: Path) -> Inputs:
    return Inputs(Investigation.open(folder))


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as error:
        check(looked_at(folder), ["posts"])
    return str(error.value)


@pytest.mark.long
def test_what_is_right_is_found(folder: Path):
    given = look_at(looked_at(folder), "posts")
    assert [name for name, _ in given.files] == sorted(
        f"posts/{path.name}" for path in (folder / "posts").iterdir()
    )
    assert given.layer == (folder / "census/tracts.parquet",)
    assert given.settings.year == 2019
    assert given.census.cities.num_rows > 100


def test_posts_without_a_section_show_the_lines_to_write(folder: Path):
    (folder / "investigation.toml").write_text('name = "posts"\n')
    assert refused(folder).endswith("[posts]\nyear = 2019")


def test_a_city_that_no_list_has_is_named_with_the_nearest(folder: Path):
    with (folder / "investigation.toml").open("a") as settings:
        settings.write('\n[cities]\ninclude = ["Alderfal city, California"]\n')
    assert (
        "no list has the city 'Alderfal city, California'; did you mean 'Alderfall city, California'?"
        in refused(folder)
    )


def test_a_missing_column_is_named_with_its_file(folder: Path):
    path = folder / "posts/2019-b.csv"
    pd.read_csv(path).rename(columns={"latitude": "latitud"}).to_csv(path, index=False)
    message = refused(folder)
    assert message.startswith(
        "posts/2019-b.csv: no column latitude; did you mean latitud? rename the column that holds it, "
        "or name it in [posts.columns] (there are "
    )
    assert ", latitud, " in message


def test_exchanged_coordinates_are_reported(folder: Path):
    path = folder / "posts/2019-b.csv"
    pd.read_csv(path).rename(columns={"latitude": "longitude", "longitude": "latitude"}).to_csv(
        path, index=False
    )
    message = refused(folder)
    assert message.startswith("posts/2019-b.csv: ")
    assert "exchange" in message or "swap" in message


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame[["STATEFP", "geometry"]], ["census/tracts.gpkg", "GEOID"]),
        (
            lambda frame: frame.set_crs(None, allow_override=True),
            ["census/tracts.gpkg", "coordinate reference"],
        ),
    ],
    ids=["without GEOID", "without CRS"],
)
def test_a_layer_that_lacks_something_is_named(folder: Path, change, words: list[str]):
    path = folder / "census/tracts.parquet"
    frame = gpd.read_parquet(path)
    path.unlink()
    change(frame).to_file(folder / "census/tracts.gpkg")
    message = refused(folder)
    assert not [word for word in words if word not in message], message


def test_a_geoid_of_the_wrong_length_is_named(folder: Path):
    path = folder / "census/acs.csv"
    table = pd.read_csv(path, dtype=str)
    table.loc[3, "GEOID"] = "123"
    table.to_csv(path, index=False)
    message = refused(folder)
    assert "census/acs.csv" in message
    assert "'123'" in message


@pytest.mark.slow
def test_the_command_says_it_in_one_line_and_starts_nothing(folder: Path, nwatch: list[str]):
    (folder / "posts/2019-b.csv").write_text("id,user_id\n1,2\n")
    done = subprocess.run(
        [*nwatch, "run", str(folder), "--only", "posts"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("nwatch: posts/2019-b.csv: ")
    assert not (folder / "work").exists()
    assert not (folder / "out").exists()


def test_a_run_of_the_mail_alone_ignores_the_posts(folder: Path):
    with pytest.raises(InputError, match="no mailbox"):
        parts_to_run(Investigation.open(folder), ["mail"])
    assert parts_to_run(Investigation.open(folder), ["posts"]) == ("posts",)


BESIDE = ("crime", "gentrification", "selection", "requests")


@pytest.fixture
def whole(synthetic: Path, tmp_path: Path) -> Path:
    """A synthetic investigation with everything but posts."""
    shutil.copytree(
        synthetic, tmp_path / "case", ignore=shutil.ignore_patterns("truth", "posts"), symlinks=True
    )
    return tmp_path / "case"


def message_of(folder: Path, *parts: str) -> str:
    with pytest.raises(InputError) as error:
        check(looked_at(folder), parts)
    return str(error.value)


def rewritten(path: Path, change) -> None:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(table).to_csv(path, index=False)


def test_everything_that_is_right_is_found_right(whole: Path):
    found = looked_at(whole)
    check(found, BESIDE)
    given = look_at(found, "crime")
    assert list(given.files) == list(given.settings) == ["alderfall", "thornquill"]
    assert given.family == 8


def test_the_cities_examined_are_those_of_the_posts_and_a_crime_s_city_need_not_be_one(whole: Path):
    with (whole / "investigation.toml").open("a") as settings:
        settings.write('\n[cities]\ninclude = ["Briar Harbor city, New York", "Peachmere city, Alabama"]\n')
    given = look_at(looked_at(whole), "crime")
    assert given.family == sum(len(each.examined) for each in given.settings.values())
    assert "Alderfall city, California" in given.census.cities["city"].to_pylist()


def test_a_missing_column_of_crimes_is_named_with_its_file(whole: Path):
    rewritten(whole / "crime/thornquill/incidents.csv", lambda table: table.rename(columns={"Y": "north"}))
    message = message_of(whole, "crime")
    assert message.startswith("crime/thornquill/incidents.csv: ")
    assert "column Y" in message
    assert "north" in message


def test_a_folder_of_crimes_without_a_section_shows_the_lines_to_write(whole: Path):
    (whole / "crime/alderfall").rename(whole / "crime/alder fall")
    message = message_of(whole, "crime")
    assert "alder fall" in message
    assert "types = " in message


def test_a_city_of_crimes_that_no_list_has_is_named_with_the_nearest(whole: Path):
    path = whole / "investigation.toml"
    path.write_text(path.read_text().replace("Thornquill city, Alabama", "Thornquil city, Alabama"))
    message = message_of(whole, "crime")
    assert "crime.thornquill" in message
    assert "did you mean 'Thornquill city, Alabama'?" in message


def test_suffixes_that_no_column_has_are_named_with_their_setting(whole: Path):
    path = whole / "investigation.toml"
    path.write_text(path.read_text().replace('end = "_19"', 'end = "_17"'))
    message = message_of(whole, "gentrification")
    assert message.startswith("census/gentrification.parquet: ")
    assert "selection.end" in message
    assert "_19" in message


def test_an_atlas_without_ring_partnerships_says_which_edition_is_needed(whole: Path):
    rewritten(
        whole / "atlas/atlas.csv",
        lambda table: table[~table["Technology"].str.contains("neighbors", case=False)],
    )
    message = message_of(whole, "selection")
    assert message.startswith("atlas/atlas.csv: ")
    assert "2023" in message
    assert not message.count("\n")


def test_an_atlas_that_lacks_a_column_is_named(whole: Path):
    rewritten(whole / "atlas/atlas.csv", lambda table: table.drop(columns="Technology"))
    assert message_of(whole, "selection").startswith("atlas/atlas.csv: no column Technology")


def test_an_unknown_status_is_named_with_its_row_and_the_nearest(whole: Path):
    rewritten(whole / "requests.csv", lambda table: table.replace("pending", "pendig"))
    message = message_of(whole, "requests")
    assert message.startswith("requests.csv: column status, row ")
    assert "did you mean 'pending'?" in message


def test_a_part_that_is_not_asked_for_is_not_looked_at(whole: Path):
    (whole / "atlas/atlas.csv").write_text("nothing\n")
    check(looked_at(whole), ["crime", "requests"])


@pytest.mark.parametrize("part", BESIDE)
def test_each_part_without_its_input_is_skipped_and_said_so(whole: Path, part: str):
    for name in {
        "crime": ["crime"],
        "gentrification": ["census/gentrification.parquet"],
        "selection": ["atlas"],
        "requests": ["requests.csv"],
    }[part]:
        path = whole / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    found = Investigation.open(whole)
    assert part not in parts_to_run(found)
    assert [note for note in notes(found, brief=False) if note.startswith(f"skipped: {part} (no ")]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables and layers that were looked at, each as often as that was."""
    seen: list[str] = []

    def noted(module: str, function: str) -> None:
        real = getattr(importlib.import_module(module), function)

        def note(*given: Any, **named: Any) -> Any:
            seen.append(function)
            return real(*given, **named)

        monkeypatch.setattr(f"{module}.{function}", note)

    for module, function in (
        ("tasks.census.look", "read_census"),
        ("tasks.layers.look", "open_layers"),
        ("tasks.layers.look", "tract_ids"),
        ("tasks.posts.look", "check_posts"),
        ("tasks.crime.look", "check_crimes"),
        ("tasks.selection.look", "read_gentrification"),
        ("tasks.selection.look", "read_atlas"),
        ("tasks.requests.look", "read_requests"),
    ):
        noted(module, function)
    return seen


ONCE = ["check_crimes", "check_crimes", "check_posts", "open_layers", "read_atlas", "read_census",
        "read_gentrification", "read_requests", "tract_ids"]  # fmt: skip
"""There are two folders of crimes."""


def test_all_parts_look_at_each_thing_once(synthetic: Path, read: list[str]):
    found = looked_at(synthetic)
    check(found, PARTS)
    check(found, PARTS)
    with using(found):
        assert look_at(inputs(synthetic), "crime").census is found.once(points.census)
    assert sorted(read) == ONCE


def test_the_input_of_one_investigation_is_not_used_for_another(synthetic: Path, whole: Path):
    with using(looked_at(synthetic)):
        assert inputs(synthetic).investigation.folder == synthetic
        assert inputs(whole).investigation.folder == whole
    assert inputs(synthetic).investigation.folder == synthetic


def test_where_nothing_can_run_the_files_that_the_others_lack_are_named(tmp_path: Path):
    (tmp_path / "investigation.toml").write_text('name = "x"\n')
    with pytest.raises(InputError, match=r"records: no mailbox .*put them into one folder per agency"):
        parts_to_run(Investigation.open(tmp_path))
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/a.csv").write_text("id\n")
    with pytest.raises(InputError) as raised:
        parts_to_run(Investigation.open(tmp_path))
    assert str(raised.value) == (
        f"{tmp_path}: posts cannot run: no census/tracts*, census/acs.*, census/city_tracts.*; put it there. "
        "There is no mailbox in records/ either"
    )
