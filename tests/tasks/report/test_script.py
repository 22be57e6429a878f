"""``page.js`` in Chromium: what a reader opens and takes away is what the files beside the page say."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data.tables import csv_of
from tasks.report.blocks import Group, Heading, Rows, Text
from tasks.report.cells import form_of, shown
from tests.tasks.report.stories import HOSTILE, everything
from tests.tasks.report.test_page import figure, page

pytestmark = pytest.mark.slow

VALUES = (0.5, 0.00012, -1.25e-15, 0.0, None, 12.345, 99.999, -3.0)
MIXED = pa.table(
    {
        "city": [*HOSTILE[:5], "a\rb", ' "quoted", ', ""],
        "rate": VALUES,
        "posts": [1234567, -5, 0, None, 1, 2, 3, 4],
        "year": [2019] * 8,
        "used": [True, False, None] * 2 + [True, True],
    }
)
LONG = pa.concat_tables([MIXED] * 30)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    """A page with a short and a long table and a figure, and what it wrote to the console."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no chromium; install Debian's package of that name")
    from playwright.sync_api import sync_playwright

    blocks = (
        Rows("short", "Short", MIXED.slice(0, 3)),
        Rows("odd", "Odd", MIXED),
        Rows("long", "Long", LONG),
        figure("drawn"),
        Group("g", "A group", (Heading("inside", "Inside"), Text(("Found.",))), folded=True),
    )
    file = tmp_path / "report.html"
    file.write_text(page(everything(tmp_path), *blocks), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        view, said = browser.new_page(accept_downloads=True), []
        view.on("console", lambda message: said.append(message.text))
        view.on("pageerror", lambda error: said.append(str(error)))
        view.goto(file.as_uri())
        yield view
        browser.close()
    assert said == []


def taken(view: Any, selector: str) -> bytes:
    with view.expect_download() as event:
        view.locator(selector).click()
    return Path(event.value.path()).read_bytes()


def test_what_is_downloaded_is_what_the_files_say_and_what_is_opened_is_shown_alike(opened):
    assert taken(opened, '[data-csv="short"]') == csv_of(MIXED.slice(0, 3))
    assert taken(opened, '[data-csv="odd"]') == csv_of(MIXED)
    assert taken(opened, '[data-csv="long"]') == csv_of(LONG)
    assert taken(opened, '[data-csv="drawn"]') == csv_of(figure("drawn").table)
    svg = taken(opened, '[data-svg="drawn"]').decode()
    assert "var(" not in svg
    assert "#0d766d" in svg
    assert taken(opened, '[data-png="drawn"]').startswith(b"\x89PNG")

    opened.locator("#long summary").click()
    cells = "rows => rows.slice(0, 8).map(row => [...row.cells].map(cell => cell.textContent))"
    made = opened.eval_on_selector_all("#long tbody tr", cells)
    by_name = {
        name: [shown(value, form_of(name, column.to_pylist(), column.type)) for value in column.to_pylist()]
        for name, column in zip(LONG.column_names, LONG.columns, strict=True)
    }
    for at, name in enumerate(LONG.column_names[1:], start=1):
        assert [row[at] for row in made] == by_name[name][:8], name
    assert opened.locator("#long tbody tr").count() == 200
    opened.locator("#long button").last.click()
    assert opened.locator("#long tbody tr").count() == LONG.num_rows


def test_a_link_to_a_place_that_is_folded_away_opens_it(opened):
    assert not opened.locator("#inside").is_visible()
    opened.evaluate("location.hash = '#inside'")
    opened.wait_for_function("document.getElementById('g').open")
    assert opened.locator("#inside").is_visible()
