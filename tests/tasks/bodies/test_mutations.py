"""Thousands of damaged bodies: what comes out is text of bounded length, and no exception leaves the room.

A failure names its seed; ``mutated(seed)`` makes the body again.
"""

from __future__ import annotations

import random

import pytest

from data.synthetic.pst.rtf import packed, plain
from tasks.bodies.choose import Pages, bytes_as_html, bytes_as_text, choose_bodies
from tasks.bodies.lines import html_lines, text_lines

ALERT = (
    '<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1252"></head><body>'
    '<div style="display:none">Post Titled: Café door – smashed</div><p><a href="https://x.example/1">Neighbors'
    "</a></p><p>A resident in your area just posted a crime incident to the Neighbors App.</p>"
    "<pre>Café\r\ndoor &lt;https://x.example/2&gt;</pre>"
    '<table><tr><td style="white-space:pre">a\nb<td>&nbsp;&#8230;</table>'
    "<!-- x --><style>p {}</style><p>Have questions?</p></body></html>"
)
PLAIN_RTF = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset128 Mincho;}}"
    rb"{\colortbl;\red0;}\f0\fs20 Caf\'e9 \u8211? \u-10179?\u-8704?{\upr{a}{\*\ud{b}}}\par "
    rb"{\f1\'93\'44\'96\'5f}{\pict\bin4 {}}}\bin0 \uc2\u8230\'82\'a0\cell\row"
    rb'{\field{\*\fldinst{HYPERLINK "https://x.example/p/1"}}{\fldrslt{\cf1\ul Click Here}}}}'
)
HTML_RTF = (
    rb"{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fcharset204 Arial;}}\uc1\pard\plain \f0\fs24 "
    rb"{\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 \'cf\'f0\'e8 < "
    rb"{\*\htmltag84 &amp;}\htmlrtf &\htmlrtf0 {\*\mhtmltag84 <a>}"
    rb"\par}{\*\htmltag72 </p>}{\*\htmltag27 </html>}}"
)
BODIES = [
    *(("html", ALERT.encode(codec)) for codec in ("cp1252", "utf-8", "utf-16", "utf-8-sig")),
    *(("text", "自転車 – 5".encode(codec)) for codec in ("utf-8", "gb18030", "utf-16-le")),
    *(("text", "自転車".encode(codec)) for codec in ("cp932", "iso2022_jp")),
    *(("rtf", rtf) for rtf in (PLAIN_RTF, HTML_RTF)),
    *(("rtf as stored", store(rtf)) for store in (plain, packed) for rtf in (PLAIN_RTF, HTML_RTF)),
]
PAGES = [
    None,
    0,
    7,
    437,
    932,
    936,
    949,
    950,
    1200,
    1201,
    1252,
    1255,
    20127,
    28591,
    50220,
    52936,
    65000,
    65001,
]
TOKENS = [
    *(b"{", b"}", b"\\", b"\\'", b"\\u-10179?", b"\\bin9 ", b"\\*", b"\\fromhtml1", b"\\ansicpg932"),
    *(b"\\uc999999999 ", b"{\\*\\htmltag64 ", b"<", b">", b"<!--", b"&", b"&#x110000;", b"<pre>"),
    *(b"<meta charset=", b"\0", b"\xff", b"\xed\xa0\x80", b"\r\n", b"\x1b$B"),
]
SEEDS = 4000
BATCH = 1000


def mutated(seed: int) -> tuple[str, bytes, Pages]:
    """A damaged body: its kind, its bytes, and what is stated of it."""
    dice = random.Random(seed)
    kind, whole = dice.choice(BODIES)
    data = bytearray(whole)
    for _ in range(dice.randint(1, 6)):
        at, length = dice.randrange(len(data) + 1), dice.choice((1, 1, 2, 10, 60))
        match dice.randrange(5):
            case 0:
                data[at : at + length] = dice.randbytes(length)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = dice.choice(TOKENS) * dice.choice((1, 1, 3, 200))
            case 3:
                data[at:at] = data[at : at + length] * dice.choice((1, 20))
            case _:
                data = data[: max(at, 1)]
    if kind == "rtf":
        kind, data = "rtf as stored", bytearray(dice.choice((plain, packed))(bytes(data)))
    return kind, bytes(data), Pages(dice.choice(PAGES), dice.choice(PAGES), dice.choice((None, "cp1251")))


def survives(seed: int) -> None:
    """Read one, and check what comes out."""
    kind, data, pages = mutated(seed)
    flaws: list[str] = []
    html = text = None
    if kind == "html":
        html = bytes_as_html(data, pages.internet, pages.agency, flaws)
    elif kind == "text":
        text = bytes_as_text(data, "text", lambda: pages, flaws, body=True)
    found = choose_bodies(html, text, lambda: data if kind == "rtf as stored" else None, pages.agency, flaws)
    for body, lines in ((found.html, html_lines), (found.text, text_lines)):
        if body is not None:
            body.encode()
            assert len(body) <= 17 * len(data) + 8
            assert sum(len(line.text) for line in lines(body)) <= 4 * len(body)
    assert len(flaws) <= 12
    assert all(flaw.isprintable() and len(flaw) < 200 for flaw in flaws)


@pytest.mark.parametrize("start", range(0, SEEDS, BATCH))
def test_a_damaged_body_costs_no_more_than_itself(start: int):
    for seed in range(start, start + BATCH):
        try:
            survives(seed)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {mutated(seed)}") from error


def test_the_same_seed_makes_the_same_body():
    assert mutated(7) == mutated(7)
    assert len({mutated(seed)[1] for seed in range(100)}) > 95
