"""Whether the files of posts hold the cases that the method must get right.

That the tables of truth are right is proven elsewhere: ``tests/whole/test_truth.py`` compares each with the
program's own, row by row.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.synthetic.country import Line, figures

Written = tuple[Path, tuple[Line, ...]]
Truth = Callable[[str], list[dict[str, Any]]]
FILES = ("2019-a.csv.gz", "2019-b.csv", "late.parquet")
EXCLUDED = [int(account) for account, _ in figures.EXCLUDED]


def _read(path: Path) -> pd.DataFrame:
    columns = ["id", "user_id", "created_at", "latitude", "longitude"]
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)[columns]
        return frame.assign(created_at=frame["created_at"].dt.as_unit("us"))
    frame = pd.read_csv(path, dtype={"created_at": str})[columns]
    times = pd.to_datetime(frame["created_at"].str.replace(" UTC", "Z"), format="ISO8601", utc=True)
    return frame.assign(created_at=times.dt.as_unit("us"))


@pytest.fixture(scope="module")
def rows(written: Written) -> pd.DataFrame:
    folder, _ = written
    whole = pd.concat([_read(folder / "posts" / name) for name in FILES], ignore_index=True)
    return whole.assign(year=whole["created_at"].dt.year)


@pytest.fixture(scope="module")
def kept(rows: pd.DataFrame) -> pd.DataFrame:
    first = rows.drop_duplicates("id", keep="first")
    return first[~first["user_id"].isin(EXCLUDED)]


def test_choosing_the_wrong_one_of_repeated_rows_would_show(rows: pd.DataFrame) -> None:
    repeated = rows[rows["id"].duplicated(keep=False)]
    groups = repeated.groupby("id")
    assert (
        (groups["longitude"].nunique(dropna=False) > 1) | (groups["latitude"].nunique(dropna=False) > 1)
    ).all()
    assert (groups["user_id"].nunique() > 1).all()


def test_ignoring_the_offset_would_give_the_wrong_year(written: Written, kept: pd.DataFrame) -> None:
    raw = pd.read_csv(written[0] / "posts" / FILES[0], dtype=str).drop_duplicates("id")
    wrong = raw["created_at"].str[:4]
    right = raw["id"].astype(int).map(kept.set_index("id")["year"])
    differ = right.notna() & wrong.notna() & (wrong.astype(float) != right)
    assert differ.sum() >= 3


def test_every_line_of_the_ledger_counts_something(written: Written) -> None:
    lines = {line: count for part, source, line, count in written[1] if part == "posts" and not source}
    assert len(lines) == 14
    assert all(lines.values())
    assert (lines["tracts in the layer"], lines["polygons repaired"]) == (400, 3)


def test_some_posts_are_in_two_cities_and_some_tie_in_every_year(truth: Truth) -> None:
    posts = [row["post_id"] for row in truth("private/posts_in_tracts")]
    assert len(posts) > len(set(posts))
    ties = {(row["scope"], row["year"]): row["ties"] for row in truth("public/border_posts")}
    assert ties["nation", "all"] > ties["nation", "2019"] > 0


def test_each_city_has_the_verdict_that_it_was_made_for(truth: Truth) -> None:
    verdicts = {
        row["city"]: row["direction"] for row in truth("public/city_tests") if row["level"] == "tract"
    }
    assert verdicts == {city.name: city.kind for city in figures.CITIES if city.few}
