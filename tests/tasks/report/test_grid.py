import html

import pyarrow as pa

from data.tables import csv_of
from tasks.report.blocks import Rows
from tasks.report.grid import MOST_ROWS, grid_of, in_script, needs_file, of_rows
from tests.tasks.report.stories import HOSTILE


def test_a_short_table_is_shown_and_keeps_what_it_rounds():
    grid = grid_of("k", "One row", pa.table({"city": ["a"], "rate": [0.123456]}), "figures/k.csv")
    assert grid.rows is not None
    assert [(cell.text, cell.raw) for cell in grid.rows[0]] == [("a", None), ("0.123", "0.123456")]
    assert grid.csv is None


def test_a_long_table_is_held_once_as_csv():
    table = pa.table({"n": list(range(MOST_ROWS + 1))})
    grid = grid_of("k", "", table, "")
    assert grid.rows is None
    assert grid.csv is not None
    assert html.unescape(grid.csv) == csv_of(table).decode()


def test_what_html_would_change_is_held_as_csv_too():
    grid = grid_of("k", "", pa.table({"city": ["a\rb"]}), "")
    assert grid.rows is not None
    assert grid.csv == in_script(csv_of(pa.table({"city": ["a\rb"]})).decode())


def test_no_text_ends_the_element_that_holds_it():
    held = in_script("\n".join(HOSTILE))
    assert "<" not in held
    assert "\r" not in held
    assert "\0" not in held


def test_only_a_long_table_of_its_own_needs_a_file_beside_the_page():
    short, long = (pa.table({"n": list(range(rows))}) for rows in (MOST_ROWS, MOST_ROWS + 1))
    made = [Rows("a", "", short), Rows("a", "", long), Rows("a", "", long, "public/kinds.csv")]
    assert [needs_file(rows) for rows in made] == [False, True, False]
    assert [of_rows(rows).file for rows in made] == ["", "figures/a.csv", "public/kinds.csv"]
    assert [of_rows(rows).rows is None for rows in made] == [False, True, False]
