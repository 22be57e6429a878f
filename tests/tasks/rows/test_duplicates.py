"""Which rows are duplicates, by each rule, as a plain loop has it."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from tasks.rows.duplicates import DuplicateRule, Unlike, unique_rows

Row = tuple[str, int]


def table(rows: list[Row]) -> pa.Table:
    ids, contents = [row[0] for row in rows], [row[1] for row in rows]
    return pa.table({"id": pa.array(ids, pa.string()), "content": pa.array(contents, pa.uint64())})


def plainly(files: list[list[Row]], rule: DuplicateRule) -> list[Row]:
    """The rows that stay."""
    kept: list[Row] = []
    for rows in files:
        seen: dict[Row, int] = {}
        before = list(kept)
        for row in rows:
            seen[row] = seen.get(row, 0) + 1
            if rule == "id":
                again = any(row[0] == other[0] for other in kept)
            elif rule == "content":
                again = row in kept
            else:
                again = before.count(row) >= seen[row]
            if not again:
                kept.append(row)
    return kept


@pytest.mark.parametrize("rule", ["id", "content", "occurrence"])
@pytest.mark.parametrize("seed", range(8))
def test_the_rows_that_stay_are_those_of_a_plain_loop(rule: DuplicateRule, seed: int):
    rng = random.Random(seed)
    files = [[(rng.choice("abcdefgh"), rng.randrange(3)) for _ in range(rng.randrange(12))] for _ in range(3)]
    found = unique_rows([table(rows) for rows in files], "id", "content", rule)
    kept = plainly(files, rule)
    assert found.rows.to_pylist() == [{"id": id, "content": content} for id, content in kept]
    assert found.duplicates == sum(map(len, files)) - len(kept)


def test_where_no_id_is_there_twice_all_rows_stay():
    found = unique_rows([table([("a", 1)]), table([]), table([("b", 1)])], "id", "content")
    assert (len(found.rows), found.duplicates, found.unlike, found.differing) == (2, 0, 0, 0)
    assert unique_rows([table([])], "id").duplicates == 0


def test_without_a_content_the_id_alone_decides():
    found = unique_rows([table([("a", 1), ("a", 2)])], "id")
    assert (len(found.rows), found.duplicates, found.unlike, found.differing) == (1, 1, 0, 0)


def test_what_differs_is_counted_with_the_first_of_its_ids():
    first = table([("b", 1), ("b", 2), ("b", 2), ("c", 1)])
    second = table([("c", 2), ("b", 2), ("d", 1)])
    found = unique_rows([first, second], "id", "content")
    assert found.duplicates == 4
    assert (found.unlike, found.unlike_as) == (2, Unlike(0, 2, "b", 0, 1))  # b with 2, c with 2
    assert found.differing == 1  # inside one file: b with 2


def test_a_row_of_another_file_that_is_near_enough_is_alike():
    def rows(*given: tuple[str, int, float | None]) -> pa.Table:
        columns = zip(*given, strict=True)
        return pa.table(dict(zip(("id", "content", "lat"), map(pa.array, map(list, columns)), strict=True)))

    first = rows(("a", 1, 40.0), ("b", 1, 40.0), ("c", 1, 40.0), ("d", 1, 40.0), ("d", 2, 40.0))
    second = rows(("a", 2, 40.004), ("b", 2, 40.2), ("c", 2, None))
    found = unique_rows([first, second], "id", "content", near={"lat": 0.01})
    # b is far off; of a and c another file may say less of the place; d differs within its file
    assert (found.duplicates, found.unlike, found.unlike_as) == (4, 2, Unlike(0, 5, "d", 0, 4))
    assert unique_rows([first, second], "id", "content").unlike == 4
