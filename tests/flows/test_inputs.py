"""What is wrong with the input of the posts is one line, before any work is done."""

import shutil
import subprocess
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from data.catalog import Investigation
from data.errors import InputError
from flows.inputs import posts_input


@pytest.fixture
def folder(synthetic: Path, tmp_path: Path) -> Path:
    """The posts and the Census of a synthetic investigation, without mail."""
    for name in ("posts", "census"):
        shutil.copytree(synthetic / name, tmp_path / name)
    lines = (synthetic / "investigation.toml").read_text().splitlines()
    start = lines.index("[posts]")
    (tmp_path / "investigation.toml").write_text("\n".join(['name = "posts"', *lines[start:]]))
    return tmp_path


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as error:
        posts_input(Investigation.open(folder))
    return str(error.value)


def test_what_is_right_is_found(folder: Path):
    given = posts_input(Investigation.open(folder))
    assert [name for name, _ in given.files] == sorted(
        f"posts/{path.name}" for path in (folder / "posts").iterdir()
    )
    assert given.layer == folder / "census/tracts.parquet"
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
    pd.read_csv(path).rename(columns={"latitude": "lat"}).to_csv(path, index=False)
    said = refused(folder)
    assert said.startswith("posts/2019-b.csv: no column latitude; rename the one that is meant (there are ")
    assert ", lat, " in said


def test_exchanged_coordinates_are_told_of(folder: Path):
    path = folder / "posts/2019-b.csv"
    pd.read_csv(path).rename(columns={"latitude": "longitude", "longitude": "latitude"}).to_csv(
        path, index=False
    )
    said = refused(folder)
    assert said.startswith("posts/2019-b.csv: ")
    assert "exchange" in said or "swap" in said


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.rename(columns={"GEOID": "name"}), ["census/tracts.gpkg", "GEOID"]),
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
    said = refused(folder)
    assert not [word for word in words if word not in said], said


def test_a_geoid_of_the_wrong_length_is_named(folder: Path):
    path = folder / "census/acs.csv"
    table = pd.read_csv(path, dtype=str)
    table.loc[3, "GEOID"] = "123"
    table.to_csv(path, index=False)
    said = refused(folder)
    assert "census/acs.csv" in said
    assert "'123'" in said


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


def test_mail_that_is_asked_for_alone_does_not_mind_the_posts(folder: Path):
    with pytest.raises(InputError, match="no mailbox"):
        Investigation.open(folder).parts(["mail"])
    assert Investigation.open(folder).parts(["posts"]) == ("posts",)
