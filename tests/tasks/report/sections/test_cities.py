"""City by city."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest
import shapely

from data.settings import Config
from tasks.figures.draw import draw
from tasks.figures.figure import Figure
from tasks.report.blocks import Group, Points, Rows, Text
from tasks.report.results import Story
from tasks.report.sections.cities import SECTION

ODD = '<script>alert(1)</script> & "Sons" $x_1$ city'
SMALL = "Kingsorrel city, California"
COUNT = 12
RNG = np.random.default_rng(11)


class Tables:
    """Public tables as they are given, and the map."""

    def __init__(self, folder: Path, tables: Mapping[str, pa.Table]) -> None:
        self._tables, self._folder = tables, folder

    def get(self, name: str) -> pa.Table | None:
        return self._tables.get(name.removeprefix("public/"))

    def file(self, name: str) -> Path:
        return self._folder / Path(name).name


def test_of(city: str, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    test = {"city": city, "level": "tract", "n": COUNT, "posts": 819, "pearson_r": 0.83, "pearson_p": 7e-16,
            "slope": 1e-5, "intercept": 1.0, "r_squared": 0.69, "alpha": 0.025, "tests": 2}  # fmt: skip
    robust = {"city": city, "verdict": "positive, robust", "why": "", "ratio_90_10": 2.12, "ratio_low": 1.7,
              "ratio_high": 2.64, "smallest_ratio": 1.43}  # fmt: skip
    names = "spearman_rho spearman_p rate_ratio rate_p effective_n modified_t_p error_slope error_p moran_i"
    robust |= dict.fromkeys([*names.split(), "moran_p", "weighted_r", "weighted_p"], 0.01)
    return ({**test, **{key: changes[key] for key in changes if key in test}},
            {**robust, **{key: changes[key] for key in changes if key in robust}})  # fmt: skip


test_of.__test__ = False  # type: ignore[attr-defined]


def story(folder: Path, **changes: Any) -> Story:
    geoids = [f"0600900{number:04}" for number in range(COUNT)]
    posts = RNG.integers(20, 60, COUNT)
    tracts = pa.table(
        {
            "city": [ODD] * COUNT,
            "GEOID": geoids,
            "population": [4000] * COUNT,
            "income": np.linspace(2e4, 9e4, COUNT),
            "posts": posts,
            "posts_per_1000": posts / 4.0,
            "status": ["used"] * (COUNT - 1) + ["few people"],
        }
    )
    lines = (
        f'{{"properties": {{"GEOID": "{geoid}"}}, "geometry": '
        f"{shapely.to_geojson(shapely.box(number, 30, number + 1, 31))}}}"
        for number, geoid in enumerate(geoids)
    )
    (folder / "tracts_used.geojson").write_text(",\n".join(lines), encoding="utf-8")
    pairs = (test_of(ODD, **changes), test_of(SMALL, verdict="not testable", why="8 tracts, fewer than ten"))
    deciles = pa.table(
        {
            "city": [ODD] * 2,
            "decile": [1, 10],
            "income_low": [2e4, 5e4],
            "income_high": [5e4, 9e4],
            "tracts": [6, 6],
            "population": [24_000, 24_000],
            "posts": [100, 300],
            "posts_per_1000": [100 / 24, 12.5],
        }
    )
    tables = {
        "tracts_used": tracts,
        "city_deciles": deciles,
        "city_tests": pa.Table.from_pylist([test for test, _ in pairs]),
        "city_tests_robust": pa.Table.from_pylist([robust for _, robust in pairs]),
    }
    return Story(Config(name="Toy"), Tables(folder, tables))  # type: ignore[arg-type]


def group(story: Story) -> Group:
    (found,) = (block for block in SECTION.blocks(story) if isinstance(block, Group))
    return found


def words(story: Story) -> str:
    return " ".join(s for block in group(story).blocks if isinstance(block, Text) for s in block.sentences)


def test_each_number_of_a_citys_sentences_comes_from_the_tables(tmp_path: Path) -> None:
    before = words(story(tmp_path))
    for said in ("positive, robust", "12 tracts", "Richer tracts have more posts", "819", "0.83",
                 "7\xa0×\xa010⁻¹⁶", "below the threshold of 0.025",
                 "(0.05 divided by 2)", "2.12", "1.70 to 2.64", "1.43"):  # fmt: skip
        assert said in before
    after = words(story(tmp_path, verdict="none", why="because", pearson_p=0.3, ratio_low=None, posts=1234))
    for said in ("none (because)", "1,234", "p = 0.3", "not below", "no interval"):
        assert said in after


def test_the_tests_of_a_city_are_numbers_for_computing(tmp_path: Path) -> None:
    (tests,) = (block for block in group(story(tmp_path)).blocks if isinstance(block, Rows))
    assert tests.caption.endswith(": the tests of posts and income")
    assert tests.table["p"].to_pylist()[0] < 1e-10
    assert tests.table["threshold"].to_pylist()[0] == "0.025"


def test_a_city_that_cannot_be_tested_has_a_line_with_the_reason(tmp_path: Path) -> None:
    blocks = list(SECTION.blocks(story(tmp_path)))
    assert blocks[-1] == Points((f"{SMALL}: 8 tracts, fewer than ten",))


def test_without_a_tested_city_that_is_said(tmp_path: Path) -> None:
    nothing = Story(Config(name="Toy"), Tables(tmp_path, {}))  # type: ignore[arg-type]
    assert list(SECTION.blocks(nothing)) == [Text((SECTION.absent,))]


@pytest.mark.slow
def test_the_name_of_a_city_is_never_markup_and_its_figures_hold_their_data(tmp_path: Path) -> None:
    figures = [block for block in group(story(tmp_path)).blocks if isinstance(block, Figure)]
    assert [figure.key.split("-")[0] for figure in figures] == ["deciles", "scatter", "maps"]
    for figure in figures:
        drawn = draw(figure)
        assert drawn == draw(figure)
        for svg in (drawn.svg, drawn.narrow):
            ElementTree.fromstring(svg)
            assert b"<script" not in svg
        assert drawn.csv.count(b"\n") == figure.table.num_rows + 1
    assert figures[2].table["class of income"].to_pylist()[-1] is None, "few people: in no class"
