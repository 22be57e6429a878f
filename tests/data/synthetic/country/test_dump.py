import csv
import gzip
import hashlib
import io
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from data.synthetic.country import dump
from data.synthetic.country.dump import order_rows, write_posts
from data.synthetic.country.model import Country
from data.synthetic.country.resident_posts import Posts

Planned = tuple[Country, np.ndarray]


def test_a_row_that_repeats_an_id_comes_after_the_first(posts: Posts) -> None:
    rows = order_rows(posts, 60, np.random.default_rng(1))
    assert rows.repeat.sum() == 60
    assert len(rows.post) == len(posts.ids) + 60
    seen: set[int] = set()
    for post, repeat in zip(rows.post.tolist(), rows.repeat.tolist(), strict=True):
        assert (post in seen) == repeat
        seen.add(post)
    counts = np.bincount(rows.post)
    assert counts.max() == 3


def test_repeats_are_in_the_same_file_as_the_first_row_and_in_others(posts: Posts) -> None:
    rows = order_rows(posts, 60, np.random.default_rng(1))
    cuts = [round(len(rows.post) * each.until) for each in dump.DUMPS]
    first: dict[int, int] = {}
    same = set()
    for place, post in enumerate(rows.post.tolist()):
        file = int(np.searchsorted(cuts, place, side="right"))
        if post in first:
            same.add(first[post] == file)
        first.setdefault(post, file)
    assert same == {True, False}


def test_the_rows_do_not_depend_on_the_size_of_pieces(
    planned: Planned, posts: Posts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    country, _ = planned
    rows = order_rows(posts, 60, np.random.default_rng(1))
    whole = write_posts(tmp_path / "whole", country.grid, posts, rows, 1)
    monkeypatch.setattr(dump, "PIECE", 97)
    pieces = write_posts(tmp_path / "pieces", country.grid, posts, rows, 1)
    assert [(each.name, each.rows) for each in pieces] == [(each.name, each.rows) for each in whole]
    for name in ("2019-a.csv.gz", "2019-b.csv"):
        assert (tmp_path / "pieces" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    tables = [pq.read_table(tmp_path / each / "late.parquet") for each in ("pieces", "whole")]
    assert tables[0].equals(tables[1])


def test_no_more_than_a_piece_is_rendered_at_a_time(
    planned: Planned, posts: Posts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    country, _ = planned
    rendered: list[int] = []
    plain = dump._render

    def watched(*args):
        table = plain(*args)
        rendered.append(table.num_rows)
        return table

    monkeypatch.setattr(dump, "PIECE", 250)
    monkeypatch.setattr(dump, "_render", watched)
    rows = order_rows(posts, 60, np.random.default_rng(1))
    written = write_posts(tmp_path, country.grid, posts, rows, 1)
    assert max(rendered) == 250
    assert sum(rendered) == sum(each.rows for each in written) == len(rows.post)


def test_the_source_of_a_file_is_its_hash_and_gzip_has_no_time(
    planned: Planned, posts: Posts, tmp_path: Path
) -> None:
    country, _ = planned
    rows = order_rows(posts, 60, np.random.default_rng(1))
    for each in write_posts(tmp_path, country.grid, posts, rows, 1):
        content = (tmp_path / each.name).read_bytes()
        assert each.source == hashlib.sha256(content).hexdigest()[:12]
        if each.name.endswith(".gz"):
            assert content[4:8] == bytes(4)
            assert gzip.decompress(content).startswith(b'"id","user_id","created_at"')


def test_texts_hold_everything_that_makes_a_csv_hard_to_read(
    planned: Planned, posts: Posts, tmp_path: Path
) -> None:
    country, _ = planned
    write_posts(tmp_path, country.grid, posts, order_rows(posts, 60, np.random.default_rng(1)), 1)
    text = gzip.decompress((tmp_path / "2019-a.csv.gz").read_bytes()).decode()
    assert '""' in text
    assert text.count("\n") > 1.1 * len(list(csv.reader(io.StringIO(text))))
    assert "\U0001f6a8" in text
    table = pq.read_table(tmp_path / "late.parquet")
    assert any("\n" in each for each in table["description"].to_pylist())
