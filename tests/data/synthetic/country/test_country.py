import hashlib
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from data.configuration import read_config
from data.synthetic.country import Line, make_country, posts_settings, write_country
from data.synthetic.country.figures import numbers
from data.synthetic.country.layout import lay_out
from data.synthetic.country.truth import _cities_lines


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_equal_arguments_give_equal_bytes(written: tuple[Path, tuple[Line, ...]], tmp_path: Path) -> None:
    folder, lines = written
    assert write_country(tmp_path, make_country(0.003, 3), 3) == lines
    assert _digests(tmp_path) == _digests(folder)


def test_another_seed_gives_another_country(written: tuple[Path, tuple[Line, ...]], tmp_path: Path) -> None:
    write_country(tmp_path, make_country(0.003, -4), -4)
    other, same = _digests(tmp_path), _digests(written[0])
    assert set(other) == set(same)
    alike = {name for name in same if other[name] == same[name]}
    assert alike <= {"census/city_tracts.csv", "truth/city_verdicts.csv"}


@pytest.mark.parametrize("seed", [1, 2, 4, 5])
def test_verdicts_do_not_depend_on_the_seed(tmp_path: Path, seed: int) -> None:
    written = write_country(tmp_path, make_country(0.0001, seed), seed)
    lines = {line: count for part, _, line, count in written if part == "plain findings"}
    assert lines == {"cities examined": 8, "positive": 2, "negative": 2, "none": 2, "not testable": 2}


def test_a_large_layer_has_all_cities() -> None:
    # That each city has its verdict at this scale is tested in test_counts.
    lines = {line: count for _, _, line, count in _cities_lines(lay_out(numbers(0.06).tracts))}
    assert lines == {"cities examined": 25, "positive": 4, "negative": 5, "none": 13, "not testable": 3}


def test_no_temporary_file_is_left(written: tuple[Path, tuple[Line, ...]]) -> None:
    assert not list(written[0].rglob(".*"))


def test_the_settings_name_the_year_and_the_accounts_with_their_reasons(tmp_path: Path) -> None:
    assert tomllib.loads(posts_settings())["posts"] == {
        "year": 2019,
        "timezone": "UTC",
        "exclude_users": ["29999998", "29999999"],
        "same_id": "first",
    }
    assert all(line.count("#") == 1 for line in posts_settings().splitlines() if line.startswith('    "'))


@pytest.mark.long
def test_mailboxes_alone_import_no_geospatial_library() -> None:
    code = "import sys, data.synthetic; assert not {'shapely', 'pyproj', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.long
def test_an_investigation_has_a_country_by_default(
    small: Path, create_small: Callable[..., Path], tmp_path: Path
) -> None:
    without = create_small(tmp_path / "without", country=False)
    config = read_config(small)
    assert config.posts is not None
    assert config.posts.year == 2019
    assert read_config(without).posts is None
    ours, theirs = _digests(small), _digests(without)
    extra = {name.split("/")[0] for name in set(ours) - set(theirs)}
    assert extra == {"posts", "census", "crime", "atlas", "requests.csv", "truth"}
    changed = {name for name in theirs if ours[name] != theirs[name]}
    assert changed == {"investigation.toml", "truth/public/ledger.parquet", "truth/public/ledger.csv"}
