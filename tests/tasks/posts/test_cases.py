"""Posts as people have them: the files of ../shared/cases, and files made here in their layouts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client

from data.errors import InputError
from data.settings import PostColumns, Posts
from tasks.posts.gather import gather_posts
from tasks.posts.look import check_posts

DENVER = (-105.0, 39.7, -104.9, 39.8)
SETTINGS = Posts(year=2019)
IDS = [str(9_007_199_254_740_993 + number) for number in range(60)]


@pytest.fixture
def case(checkout: Path) -> Callable[[str], tuple[str, Path]]:
    """Finds a file of the cases; skips the test where there are none."""

    def found(name: str) -> tuple[str, Path]:
        beside = Path(os.environ.get("NWATCH_REAL") or checkout.parent / "shared/real").parent
        path = beside / "cases/files" / name
        if not path.is_file():
            pytest.skip(f"no case {name} beside the checkout")
        return f"posts/{name}", path

    return found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("posts-article.csv", "the article's columns, 60 posts"),
        ("posts-article.jsonl.gz", "the article's columns, JSON lines, gzip, 60 posts"),
        ("posts-cp1252-semicolon.csv", "CSV, semicolons, decimal comma, Windows-1252, 60 posts"),
        ("posts-milliseconds.csv", "60 posts"),
        ("posts.geojson", "GeoJSON, 60 posts"),
    ],
)
def test_each_file_of_the_cases_is_read_as_it_is(
    case: Callable, threads: Client, tmp_path: Path, name: str, words: str
):
    file = case(name)
    assert [each.words for each in check_posts([file], SETTINGS, DENVER)] == [words]
    found = gather_posts([file], SETTINGS, tmp_path, threads, bounds=DENVER)
    posts = pq.read_table(found.batches[0]).sort_by("post_id")
    assert posts["post_id"].to_pylist() == sorted(IDS)
    assert (found.duplicates, found.excluded, found.no_location) == (0, 0, 0)
    assert set(posts["year"].to_pylist()) == {2019}
    first = case("posts-milliseconds.csv")
    same = gather_posts([first], SETTINGS, tmp_path / "same", threads, bounds=DENVER)
    assert posts.equals(pq.read_table(same.batches[0]).sort_by("post_id"))


def test_a_third_of_the_rows_exchanged_is_an_error_that_names_the_first_and_how_many(case: Callable):
    with pytest.raises(InputError) as error:
        check_posts([case("posts-swapped-half.csv")], SETTINGS, DENVER)
    assert str(error.value) == (
        "posts/posts-swapped-half.csv: columns latitude and longitude, row 1: are exchanged, as in 20 rows "
        "of the file (they lie in the tract layer the other way round); exchange them there"
    )


def lines(*rows: tuple[object, ...], header: str = "id,created_at,lat,lng") -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


FINE = (7, "2019-07-01T12:00:00Z", 39.75, -104.95)


@pytest.mark.parametrize(
    "header",
    ["id,created_at,lat,lng", "ID,Created_At,LATITUDE,LONGITUDE", "id,createdAt,Lat,Lon", "id,created_at,y,x",
     '"id","created at","Y","X"', "id,created_at,lat,long"],
)  # fmt: skip
def test_the_usual_names_of_coordinates_are_known(tmp_path: Path, header: str):
    path = tmp_path / "a.csv"
    path.write_text(lines(FINE, header=header))
    assert str(check_posts([("posts/a.csv", path)], SETTINGS, DENVER)[0]) == "posts/a.csv: 1 post"


def test_other_names_are_given_in_the_settings(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text(lines(FINE, header="post,written,breite,laenge"))
    with pytest.raises(
        InputError, match=r"no column id; rename the column that holds it, or name it in \[posts.col"
    ):
        check_posts([("posts/a.csv", path)], SETTINGS, DENVER)
    names = PostColumns(id="post", created_at="Written", latitude="Breite", longitude="laenge")
    check_posts([("posts/a.csv", path)], Posts(year=2019, columns=names), DENVER)
    path.write_text(lines((*FINE, 1, 2), header="post,written,breite,laenge,latitude,lat"))
    check_posts([("posts/a.csv", path)], Posts(year=2019, columns=names), DENVER)


def test_an_account_is_wanted_only_where_one_is_excluded(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text(lines(FINE))
    with pytest.raises(InputError, match="no column user_id; rename the column that holds it, or name it in"):
        check_posts([("posts/a.csv", path)], Posts(year=2019, exclude_users=["3"]), DENVER)


def look_and_read(file: tuple[str, Path], work: Path, client: Client) -> None:
    check_posts([file], SETTINGS, DENVER)
    gather_posts([file], SETTINGS, work, client, bounds=DENVER)


@pytest.mark.long
@pytest.mark.parametrize("size", [3, 40_000])
def test_what_is_odd_far_down_is_found_when_all_is_read(
    tmp_path: Path, threads: Client, size: int, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "a.csv"
    rows = [(number, "1546300800", 39.75, -104.95) for number in range(size)]
    turned = [(number + size, "1546300800", -104.95, 39.75) for number in range(2)]
    path.write_text(
        lines(*rows, *turned, *((number + 2 * size, *row[1:]) for number, row in enumerate(rows)))
    )
    file = ("posts/a.csv", path)
    with pytest.raises(
        InputError, match=rf"longitude, row {size + 1:,}: are exchanged, as in 2 rows of the file"
    ):
        look_and_read(file, tmp_path / "work", threads)
    path.write_text(lines(*rows, *((size + number, "1546300800000", 39.75, -104.95) for number in range(3))))
    said = rf"row {size + 1:,}: counts milliseconds, but row 1 counts seconds \({size:,} and 3 rows\)"
    with pytest.raises(InputError, match=said):
        look_and_read(file, tmp_path / "work", threads)


def test_a_post_abroad_is_not_exchanged(tmp_path: Path):
    path = tmp_path / "a.csv"
    nation = (-179.2, -14.6, 179.8, 71.4)
    abroad = [(-26.2, 28.0), (78.2, 15.6), (51.5, -0.1), (-33.9, 151.2), (0, 0), ("", "")]
    path.write_text(lines(*((number, "2019-01-01", *place) for number, place in enumerate(abroad)), FINE))
    check_posts([("posts/a.csv", path)], SETTINGS, nation)


@pytest.mark.long
def test_the_number_of_posts_is_said_where_it_is_known_without_reading_all(tmp_path: Path):
    many = [
        {"id": number, "created_at": "2019-01-01", "lat": 39.75, "lng": -104.95} for number in range(90_000)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, many)))
    pq.write_table(pa.Table.from_pylist(many), tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text(lines())
    files = [(f"posts/{name}", tmp_path / name) for name in ("a.jsonl", "a.parquet", "b.csv")]
    assert [each.words for each in check_posts(files, SETTINGS, DENVER)] == [
        "JSON lines",
        "Parquet, 90,000 posts",
        "0 posts",
    ]


def rows_of_one_id(tmp_path: Path, shared: int, rows: int = 300) -> list[tuple[str, Path]]:
    """Two files; some rows of the second have ids of the first, and lie elsewhere."""
    files = []
    for name, start in (("a", 0), ("b", rows - shared)):
        written = [
            (start + at, "2019-07-01T12:00:00Z", f"{39.71 + at / 9000 + (name == 'b') / 10:.6f}", -104.95)
            for at in range(rows)
        ]
        path = tmp_path / f"{name}.csv"
        path.write_text(lines(*written))
        files.append((f"posts/{name}.csv", path))
    return files


@pytest.mark.long
@pytest.mark.parametrize("buckets", [1, 5])
def test_posts_that_share_an_id_and_differ_are_counted_and_above_one_in_a_hundred_end_the_run(
    tmp_path: Path, threads: Client, buckets: int
):
    few = gather_posts(rows_of_one_id(tmp_path, 6), SETTINGS, tmp_path / "w", threads, buckets=buckets)
    assert (few.duplicates, few.unlike) == (6, 6)
    assert few.unlike_as == "294 (posts/a.csv, row 295, and posts/b.csv, row 1)"
    files = rows_of_one_id(tmp_path, 7)
    with pytest.raises(InputError) as error:
        gather_posts(files, SETTINGS, tmp_path / "w", threads, buckets=buckets)
    assert str(error.value) == (
        "posts/a.csv, row 294, and posts/b.csv, row 1: column id is 293 in both, but time, location or "
        "account differ, as in 7 of 600 rows, so that these are no duplicates; name the column of the post's "
        'own id, as id = "…" in [posts.columns], or write same_id = "first" in [posts] to count the first '
        "row of each id"
    )
    first = Posts(year=2019, same_id="first")
    assert gather_posts(files, first, tmp_path / "w", threads, buckets=buckets).unlike == 7


def test_a_post_that_another_file_writes_otherwise_is_the_same_post(tmp_path: Path, threads: Client):
    one, other = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text(lines(*((at, "2019-07-01T12:00:00Z", 39.75, f"-104.95{at:03}") for at in range(90))))
    rows = ((at, 1561982400000, 39.75, f"-104.95{at:03}"[:-2]) for at in range(90))
    other.write_text(lines(*rows))
    files = [("posts/a.csv", one), ("posts/b.csv", other)]
    found = gather_posts(files, SETTINGS, tmp_path / "w", threads)
    assert (found.duplicates, found.unlike) == (90, 0)
