"""Every figure drawn: the same bytes, well formed, inside its edges, nothing in it but the picture."""

import hashlib
import os
import struct
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tasks.figures.draw import draw, painted
from tasks.figures.style import SMALL
from tests.tasks.figures.rows import NAMES, every_figure

pytestmark = pytest.mark.long

KEYS = {
    *("flow-of-mail", "flow-of-posts", "flow-of-crimes", "kinds-of-mail", "kinds-by-agency"),
    *("alerts-over-time", "alerts-by-agency", "officers-per-alert", "officers-by-agency"),
    *("cities-forest", "crime-beside-posts", "gentrified-share", "requests-answered"),
}


@pytest.fixture(scope="module")
def drawn():
    return {figure.key: (figure, draw(figure)) for figure in every_figure(NAMES)}


def test_every_figure_is_drawn(drawn):
    assert set(drawn) == KEYS


def test_an_svg_is_well_formed_and_its_ids_are_there_once(drawn):
    for figure, files in drawn.values():
        for svg in (files.svg, files.narrow):
            root = ElementTree.fromstring(svg)
            ids = [node.get("id") for node in root.iter() if node.get("id")]
            assert len(ids) == len(set(ids)), figure.key
            used = {node.get("href", "#title")[1:] for node in root.iter()}
            assert used <= set(ids), figure.key
            tags = {node.tag.rpartition("}")[2] for node in root.iter()}
            assert tags <= {"svg", "title", "desc", "defs", "path", "use", "text", "g"}, figure.key
            assert b"Matplotlib" not in svg
            assert b"<!DOCTYPE" not in svg


def test_a_name_is_text_and_never_markup_or_mathematics(drawn):
    for key in ("kinds-by-agency", "cities-forest", "requests-answered"):
        texts = ["".join(node.itertext()) for node in ElementTree.fromstring(drawn[key][1].svg).iter()]
        for whole in (NAMES[0], "_hidden_", NAMES[3], NAMES[4], "turned and bell and lines", NAMES[7]):
            assert any(whole in text for text in texts), (key, whole)
        assert any(text.startswith("Llanfair") and text.endswith("…") for text in texts), key


def test_a_png_says_nothing_of_its_making(drawn):
    for figure, files in drawn.values():
        assert set(_chunks(files.png)) == {b"IHDR", b"pHYs", b"IDAT", b"IEND"}, figure.key


def _chunks(png):
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8]
        at += length + 12


@pytest.mark.parametrize("names", [NAMES, NAMES[4:5], tuple(f"a city {n:02d}" for n in range(18))])
def test_nothing_is_drawn_outside_the_sheet_and_no_letter_is_small(names):
    for figure in every_figure(names):
        for size in (figure.size, figure.narrow or figure.size):
            with painted(figure, size) as canvas:
                from matplotlib.lines import Line2D
                from matplotlib.patches import Patch
                from matplotlib.text import Text

                canvas.set_dpi(100)
                renderer = canvas.canvas.get_renderer()
                for text in canvas.findobj(Text):
                    box = text.get_window_extent(renderer)
                    place = (figure.key, size, text.get_text())
                    assert box.x0 >= -1, place
                    assert box.x1 <= size[0] * 100 + 1, place
                    assert box.y0 >= -1, place
                    assert box.y1 <= size[1] * 100 + 1, place
                    assert text.get_size() >= SMALL, place
                for shape in (*canvas.findobj(Patch), *canvas.findobj(Line2D)):
                    box = shape.get_window_extent(renderer)
                    assert box.x0 >= -8, figure.key
                    assert box.x1 <= size[0] * 100 + 8, figure.key
                    assert box.y0 >= -8, figure.key
                    assert box.y1 <= size[1] * 100 + 8, figure.key


CHECKOUT = Path(__file__).resolve().parents[3]
HASHES = """
import hashlib
from tests.tasks.figures.rows import NAMES, every_figure
from tasks.figures.draw import draw
for figure in every_figure(NAMES):
    files = draw(figure)
    print(figure.key, hashlib.sha256(files.svg + files.narrow + files.png + files.csv).hexdigest())
"""


@pytest.mark.slow
def test_another_process_draws_the_same_bytes(drawn):
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", HASHES]
    there = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    here = {
        key: hashlib.sha256(files.svg + files.narrow + files.png + files.csv).hexdigest()
        for key, (_, files) in drawn.items()
    }
    assert dict(line.split() for line in there.stdout.splitlines()) == here
