"""From Matplotlib's SVG to a light one: short ids, short numbers, the letters of the reader's machine.

:func:`tidied` gives the file, :func:`inline` the form that stands inside a page of HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from tasks.figures.paths import relative
from tasks.figures.style import FONTS, PALETTE, PIXELS_PER_INCH

SVG: Final = "{http://www.w3.org/2000/svg}"
XLINK: Final = "{http://www.w3.org/1999/xlink}href"
_POINTS: Final = 72

_NUMBER: Final = re.compile(r"-?\d*\.\d+(?:e-?\d+)?")
_HASH: Final = re.compile(r"#[0-9a-f]{6}\b")
_REFERENCE: Final = re.compile(r"url\(#([^)]*)\)")
_NUMERIC: Final = ("x", "y", "x1", "x2", "y1", "y2", "width", "height", "transform", "viewBox", "points")
_VARIABLES: Final = {light: f"var(--fig-{name},{light})" for name, (light, _) in PALETTE.items()}
_DEFAULTS: Final = frozenset({("stroke-linejoin", "miter"), ("text-anchor", "start")})


def tidied(svg: bytes, title: str, alt: str) -> bytes:
    """A light SVG that opens by itself and says what it shows to who does not see it.

    Args:
        svg: As Matplotlib writes it, with ``svg.fonttype`` "none".
        title: What it shows, in a line.
        alt: What one sees.

    Returns:
        UTF-8, without a document type, a time or a program's name; the same for the same input. Numbers have
        one decimal; a pixel of it is 1/72 inch.
    """
    root = ElementTree.fromstring(svg)
    _strip(root)
    _short_ids(root)
    for node in root.iter():
        _lighten(node)
    width, height = (float(root.get(side, "0").removesuffix("pt")) for side in ("width", "height"))
    scale = PIXELS_PER_INCH / _POINTS
    root.set("width", f"{width * scale:.0f}")
    root.set("height", f"{height * scale:.0f}")
    root.set("font-family", FONTS)
    root.set("role", "img")
    root.set("aria-labelledby", "title desc")
    root.attrib.pop("version", None)
    for place, (name, said) in enumerate((("title", title), ("desc", alt))):
        node = ElementTree.Element(f"{SVG}{name}", {"id": name})
        node.text = said
        root.insert(place, node)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + _written(root) + b"\n"


def inline(svg: bytes, key: str) -> str:
    """The form that stands inside a page: no head of XML, ids of its own, colors that the page may set.

    Args:
        svg: As :func:`tidied` gives it.
        key: What its ids begin with: that of the figure, or of its narrow form; nowhere else in the page.

    Returns:
        An ``<svg>`` element as wide as it was drawn, or as its place where that is narrower.
    """
    root = ElementTree.fromstring(svg)
    for node in root.iter():
        for name, value in list(node.attrib.items()):
            if name == "id":
                node.set(name, f"{key}-{value}")
            elif name == "aria-labelledby":
                node.set(name, " ".join(f"{key}-{each}" for each in value.split()))
            elif name in ("href", XLINK) and value.startswith("#"):
                node.set(name, f"#{key}-{value[1:]}")
            elif name != "font-family":
                own = _REFERENCE.sub(rf"url(#{key}-\1)", value)
                node.set(name, _HASH.sub(lambda code: _VARIABLES.get(code[0], code[0]), own))
    # The letters are those of the page around it.
    root.attrib.pop("font-family")
    root.set("style", "max-width:100%;height:auto")
    return _written(root).decode()


def _strip(root: ElementTree.Element) -> None:
    """Without the description of the program, the white space, and a style that reaches the page."""
    for child in root.findall(f"{SVG}metadata"):
        root.remove(child)
    root.set("stroke-linejoin", "round")
    for node in root.iter():
        for style in node.findall(f"{SVG}style"):
            node.remove(style)
        node.tail = None
        if node.text is not None and not node.text.strip():
            node.text = None


def _short_ids(root: ElementTree.Element) -> None:
    """Ids that something refers to become "a0", "a1"…; others go, and groups that held no more than them."""
    used = {each for node in root.iter() for each in _references(node)}
    names: dict[str, str] = {}
    for node in root.iter():
        name = node.attrib.pop("id", None)
        if name in used:
            names[name] = f"a{len(names)}"
            node.set("id", names[name])
    for node in root.iter():
        for attribute, value in list(node.attrib.items()):
            if attribute in ("href", XLINK):
                del node.attrib[attribute]
                node.set("href", f"#{names[value[1:]]}" if value.startswith("#") else value)
            elif "url(#" in value:
                node.set(attribute, _REFERENCE.sub(lambda found: f"url(#{names[found[1]]})", value))
    _ungroup(root)


def _references(node: ElementTree.Element) -> Iterator[str]:
    for name, value in node.attrib.items():
        if name in ("href", XLINK) and value.startswith("#"):
            yield value[1:]
        elif "url(#" in value:
            yield from _REFERENCE.findall(value)


def _ungroup(node: ElementTree.Element) -> None:
    """Without groups that say nothing: their children stand in their place."""
    flat: list[ElementTree.Element] = []
    for child in node:
        _ungroup(child)
        if child.tag == f"{SVG}g" and not child.attrib:
            flat.extend(child)
        elif child.tag != f"{SVG}defs" or len(child):
            flat.append(child)
    node[:] = flat


def _lighten(node: ElementTree.Element) -> None:
    for name in _NUMERIC:
        if name in node.attrib:
            node.set(name, _NUMBER.sub(_short, node.attrib[name]).strip())
    if "d" in node.attrib:
        corners = relative(node.attrib["d"])
        node.set("d", _NUMBER.sub(_short, node.attrib["d"]).strip() if corners is None else corners)
    transform = node.get("transform", "")
    if "rotate" in transform:
        kept = re.sub(r"\s*rotate\(-?0(?: [^)]*)?\)", "", transform).strip()
        node.attrib.pop("transform")
        if kept:
            node.set("transform", kept)
    style = node.attrib.pop("style", "")
    pairs = (tuple(part.strip() for part in each.split(":", 1)) for each in style.split(";") if ":" in each)
    for name, value in pairs:
        # As attributes of their own: a page that forbids styles in elements still shows them.
        if name == "font-family" or (name, value) in _DEFAULTS:
            continue
        node.set(name, _NUMBER.sub(_two, value) if name.startswith("stroke") else value)


def _short(number: re.Match[str]) -> str:
    text = f"{float(number[0]):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _two(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _written(root: ElementTree.Element) -> bytes:
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    written: bytes = ElementTree.tostring(root, encoding="utf-8")
    return written
