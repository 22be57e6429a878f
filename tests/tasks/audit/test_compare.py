"""Rows are compared by their keys, and findings by their verdicts."""

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.audit.compare import changes, findings

NAN = float("nan")


def kinds(**counts: float | None) -> pa.Table:
    rows = [{"agency": "a", "kind": kind, "emails": 1, "share": share} for kind, share in counts.items()]
    return pa.Table.from_pylist(rows)


def test_rows_are_new_gone_or_changed_by_key_and_last_digits_are_counted_apart():
    old = kinds(same=0.5, none=None, nan=NAN, digits=0.1 + 0.2, other=0.5, gone=1.0)
    new = kinds(new=1.0, same=0.5, none=None, nan=NAN, digits=0.3, other=0.6)
    found = changes("public/kinds", new, old)
    assert (found.added, found.removed) == ([("a", "new")], [("a", "gone")])
    assert found.changed.keys() == {("a", "digits"), ("a", "other")}
    assert found.changed["a", "other"] == {"share": (0.5, 0.6)}
    assert found.rounded == 1
    assert not changes("public/kinds", old, old)
    assert changes("public/kinds", old, old.drop_columns(["share"])).columns == ["+share"]


def test_a_row_whose_place_moved_is_known_by_its_city():
    row = {"scope": "city", "city": "Alder", "posts": 3}
    tables = [pa.Table.from_pylist([{"position": at, **row}]) for at in (1, 2)]
    assert changes("public/city_effects", *tables).changed == {("city", "Alder"): {"position": (2, 1)}}


def test_findings_with_another_verdict_come_with_their_numbers(tmp_path):
    for run, verdict, r in (("old", "none", 0.1), ("new", "positive, robust", 0.8)):
        (tmp_path / run / "public").mkdir(parents=True)
        robust = [
            {"city": "Alder", "verdict": verdict, "ratio_90_10": 2.0},
            {"city": "Birch", "verdict": "none"},
        ]
        tests = [
            {"city": city, "level": level, "pearson_r": r if level == "tract" else 0.0, "pearson_p": 0.5}
            for city in ("Alder", "Birch")
            for level in ("decile", "tract")
        ]
        for name, rows in (("city_tests_robust", robust), ("city_tests", tests)):
            pq.write_table(pa.Table.from_pylist(rows), tmp_path / run / f"public/{name}.parquet")
    (found,) = findings(tmp_path / "new", tmp_path / "old")
    assert (found.of, found.verdict) == ("Alder, posts", ("none", "positive, robust"))
    assert found.numbers == {"r": (0.1, 0.8), "p": (0.5, 0.5), "ratio": (2.0, 2.0)}
