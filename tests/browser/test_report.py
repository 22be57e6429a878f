"""The report of a run, as a person looks at it: on a phone, at a desk, in the dark, on paper, by keyboard."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

import pytest

from tests.browser.checks import (
    asked,
    broken_links,
    disordered,
    figures,
    inaccessible,
    too_wide,
    unexplained,
    unseen,
)
from tests.browser.conftest import Looking, run_of
from tests.browser.window import DESK, LOOKS, PHONE, Look

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.slow


WHOLE: Final = (Look(PHONE), Look(DESK, "dark"))
"""The looks in which axe-core looks at all of the page, and the picture shows it: both sizes and schemes."""


@pytest.fixture(scope="module")
def page(reported: Path) -> Path:
    return reported / "out/report.html"


def opener_of(figure: Locator) -> Locator:
    """What opens the table of a figure."""
    opener = figure.locator("summary, button[aria-expanded]").first
    assert opener.count(), f"nothing opens the table of {figure.get_attribute('id')}"
    return opener


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_nothing_is_wrong_with_the_page_however_one_looks(looking: Looking, page: Path, look: Look):
    with looking(look) as visit:
        visit.open(page)
        visit.picture(f"report-{look}", whole=look in WHOLE)
        assert [*too_wide(visit), *unseen(visit)] == []
        if look in WHOLE:
            assert inaccessible(visit) == []
        assert visit.wrong == []


def test_every_heading_link_and_figure_is_whole(looking: Looking, page: Path):
    with looking() as visit:
        visit.open(page)
        assert [*disordered(visit), *broken_links(visit, page.parent), *unexplained(visit)] == []
        files = {path.name for path in (page.parent / "figures").iterdir()}
        keys = {figure["key"] for figure in figures(visit)}
        assert keys
        pictures = {f"{key}.{suffix}" for key in keys for suffix in ("svg", "png")}
        assert {name for name in files if not name.endswith(".csv")} == pictures
        assert {f"{key}.csv" for key in keys} <= files


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_one_click_shows_the_table_of_each_figure_within_the_page(looking: Looking, page: Path, size):
    with looking(Look(size)) as visit:
        visit.open(page)
        for figure in visit.page.locator("figure").all():
            assert not figure.locator("table").first.is_visible()
            opener_of(figure).click()
            assert figure.locator("table").first.is_visible(), figure.get_attribute("id")
        assert too_wide(visit) == []
        if size == PHONE:  # axe-core takes a minute for all of them, and asks nothing more of the wider page
            keys = visit.ask("() => [...document.querySelectorAll('figure')].map(each => each.id)")
            assert inaccessible(visit, [keys[0], keys[len(keys) // 2], keys[-1]]) == []
        visit.picture(f"report-{size[0]}-tables")
        assert visit.wrong == []


def test_what_is_downloaded_of_a_figure_is_its_data_and_its_picture(looking: Looking, page: Path):
    with looking() as visit:
        visit.open(page)
        figure = visit.page.locator("figure").first
        key = figure.get_attribute("id")
        got = {}
        for suffix in ("csv", "svg", "png"):
            with visit.page.expect_download() as event:
                figure.get_by_role("link", name=suffix.upper()).first.click()
            assert event.value.suggested_filename == f"{key}.{suffix}"
            got[suffix] = event.value.path().read_bytes()
        kept = {suffix: (page.parent / f"figures/{key}.{suffix}").read_bytes() for suffix in got}
        assert visit.wrong == []
    assert got["csv"] == kept["csv"]
    # The pictures are made of what the page shows, for a window of this width.
    assert sorted(words_of(got["svg"])) == sorted(words_of(kept["svg"]))
    assert width_of(got["png"]) > 600


def words_of(svg: bytes) -> list[str]:
    """The words in a picture."""
    texts = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(text.itertext()).strip() for text in texts]


def width_of(png: bytes) -> int:
    """Pixels across."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(png[16:20], "big")


def test_the_keyboard_reaches_the_text_the_contents_and_every_table(looking: Looking, page: Path):
    with looking() as visit:
        keys = visit.open(page).page.keyboard
        keys.press("Tab")
        first = asked(visit, "focused")
        assert (first["tag"], first["seen"]) == ("A", True), "the first stop is a link that skips to the text"
        keys.press("Enter")
        assert visit.page.locator(f"main{first['href']}, main {first['href']}").count() == 1
        contents = visit.page.locator("nav a[href^='#']")
        assert contents.count() >= visit.page.locator("main section > h2").count()
        contents.last.focus()
        keys.press("Enter")
        assert visit.ask("() => location.hash") == contents.last.get_attribute("href")
        opener_of(visit.page.locator("figure").first).focus()
        keys.press("Enter")
        assert visit.page.locator("figure table").first.is_visible()
        assert visit.wrong == []


def test_all_of_it_is_printed(looking: Looking, page: Path):
    with looking(Look(DESK, "dark")) as visit:
        visit.open(page).page.emulate_media(media="print")
        assert unseen(visit) == []
        background = visit.ask("() => getComputedStyle(document.body).backgroundColor")
        assert background in {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}, "dark colors are not for paper"
        visit.page.set_viewport_size(
            {"width": 720, "height": 960}
        )  # Letter at 96 dots per inch, less margins
        assert too_wide(visit) == []
        visit.picture("report-print")
        assert visit.printed("report").stat().st_size > 10_000
        assert visit.wrong == []


def test_made_again_in_another_folder_every_byte_is_the_same(reported: Path, tmp_path: Path, nwatch):
    again = tmp_path / "elsewhere" / reported.name
    shutil.copytree(reported, again, ignore=shutil.ignore_patterns("out", "report-*"))
    run_of(nwatch, again)
    first, second = outputs(reported), outputs(again)
    assert {name for name in first if first[name] != second.get(name)} == set()
    assert first == second
    named = json.loads((again / "out/provenance.json").read_bytes())["outputs"]
    assert named == {name: second[name] for name in named}
    assert "report.html" in named


def outputs(folder: Path) -> dict[str, str]:
    """The hashes of all files in ``out/``."""
    out = folder / "out"
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }
