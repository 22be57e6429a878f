"""An SVG inside a page: ids of its own, colors that the page sets, texts left alone."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from tasks.figures.style import INK, PALETTE
from tasks.figures.svg import inline, tidied

RAW = b"""<?xml version="1.0"?><!DOCTYPE svg>
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="518.4pt" height="72pt" viewBox="0 0 518.4 72"
 xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata><x/></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round}</style></defs>
 <g id="figure_1"><defs><path id="m0af" d="M 0 0 L 1.23456 -0.04" style="stroke: #1b1f24"/></defs>
  <use xlink:href="#m0af" x="10.1234" y="3" style="fill: #1b1f24; stroke-width: 0.8"/>
  <g clip-path="url(#p1)"><text style="font-size: 8px; font-family: 'DejaVu Sans'">url(#p1) #1b1f24</text></g>
  <defs><clipPath id="p1"><rect x="0" y="0" width="1" height="1"/></clipPath></defs></g>
</svg>"""


def test_a_file_is_light_and_says_what_it_shows():
    svg = tidied(RAW, "A <title>", "What & how").decode()
    assert svg.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg ')
    assert '<title id="title">A &lt;title&gt;</title><desc id="desc">What &amp; how</desc>' in svg
    assert 'width="720" height="100"' in svg
    assert '<use x="10.1" y="3" href="#a0" fill="#1b1f24" stroke-width="0.8" />' in svg
    assert 'd="m0 0l1.2 0"' in svg
    for gone in ("metadata", "<style", "xlink", "figure_1", 'version="1.1"', "DejaVu Sans' "):
        assert gone not in svg


def test_in_a_page_ids_and_colors_are_its_own_and_texts_are_left_alone():
    page = inline(tidied(RAW, "T", "D"), "a-key")
    assert page.startswith("<svg ")
    root = ElementTree.fromstring(page)
    ids = {node.get("id") for node in root.iter()} - {None}
    assert ids == {"a-key-title", "a-key-desc", "a-key-a0", "a-key-a1"}
    assert root.get("aria-labelledby") == "a-key-title a-key-desc"
    assert 'href="#a-key-a0"' in page
    assert 'clip-path="url(#a-key-a1)"' in page
    assert f'fill="var(--fig-ink,{INK})"' in page
    assert ">url(#p1) #1b1f24</text>" in page


def _light(code: str) -> float:
    parts = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("page", [0, 1])
def test_letters_can_be_read_and_classes_are_ordered_by_lightness(page):
    color = {name: pair[page] for name, pair in PALETTE.items()}
    assert len({pair[0] for pair in PALETTE.values()}) == len(PALETTE), "a code says which color is meant"
    for name in ("ink", "muted", "positive", "negative", "accent"):
        assert _contrast(color[name], color["paper"]) >= 4.5, name
    steps = [_contrast(color[f"sequence-{step}"], color["paper"]) for step in range(1, 6)]
    assert steps == sorted(steps)
    assert all(after / before > 1.3 for before, after in pairwise(steps))
