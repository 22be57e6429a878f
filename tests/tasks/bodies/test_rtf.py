"""RTF as text, and as the HTML that it carries."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.bodies import rtf as module
from tasks.bodies.rtf import read_rtf

HEAD = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset128 Mincho;}}\f0 "


def text(body: bytes, head: bytes = HEAD, end: bytes = b"}") -> str:
    """What a sound document says; it must have no flaw."""
    flaws: list[str] = []
    found = read_rtf(head + body + end, flaws)
    assert flaws == []
    assert not found.is_html
    return found.text


def flaws_of(body: bytes, head: bytes = HEAD, end: bytes = b"}") -> list[str]:
    flaws: list[str] = []
    read_rtf(head + body + end, flaws)
    return flaws


# Words and lines.


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (rb"a\par b\line c\page d", "a\nb\nc\nd"),
        (b"a\r\nb \\\r\nc", "ab \nc"),
        (rb"a\tab b\cell c\row", "a\tb\nc\n"),
        (rb"\{a\}\\", "{a}\\"),
        (rb"it\rquote s \ldblquote x\rdblquote  \endash\emdash \bullet", "it’s “x” –—•"),
        (rb"a\~b\_c\-d", "a\u00a0b\u2011c\u00add"),
        (rb"a{\b b{\i c}d}e", "abcde"),
        (rb"{\v hidden}a\v b\v0 c\plain d", "acd"),
        (rb"a\unknown7 b\another", "ab"),
    ],
)
def test_words_are_read_and_formats_passed_over(body: bytes, said: str):
    assert text(body) == said


@pytest.mark.parametrize(
    "hidden",
    [
        rb"{\*\anything x}",
        rb"{\info{\title x}{\author {\*\x y}z}}",
        rb"{\stylesheet{\s0 Normal;}}",
        rb"{\colortbl;\red0\green0\blue255;}",
        rb"{\pict\wmetafile8 0102{\*\blipuid x}0304}",
        rb"{\*\shppict{\pict 01}}{\nonshppict{\pict 02}}",
        rb"{\object\objemb{\*\objdata 0102}}",
        rb"{\pntext\f0 1.\tab}{\listtext 2.\tab}",
        rb"{\header x}{\footer y}",
        rb"{\*\bkmkstart x}{\*\bkmkend x}",
        rb"{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shprslt x}}}",
    ],
)
def test_what_is_not_the_body_is_passed_over(hidden: bytes):
    assert text(b"a" + hidden + b"b") == "ab"


def test_the_text_of_a_shape_is_read():
    assert text(rb"{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt seen}}{\shprslt twice}}") == "seen"


def test_a_text_given_twice_is_read_once_and_in_unicode():
    assert text(rb"a{\upr{b?}{\*\ud{b\u8230 ?}}}c") == "ab…c"
    assert text(rb"{\info{\upr{\title b}{\*\ud{c}}}}d") == "d"


def test_a_link_gives_its_words_and_not_its_address():
    field = rb'{\field{\*\fldinst{HYPERLINK "https://links.example/p/1"}}{\fldrslt{\cf1\ul View Post}}}'
    assert text(field + rb"\par") == "View Post\n"
    assert text(field.replace(rb"\*", b"")) == "View Post"


# Characters.


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (rb"\u8230?x", "…x"),
        (rb"\u-10179?\u-8704?", "😀"),
        (rb"\u55357?\u56832?", "😀"),
        (rb"\u128512?", "😀"),
        (rb"\uc0\u8230x", "…x"),
        (rb"\uc2\u8230\'82\'a0x", "…x"),
        (rb"{\uc0\u8230 a}\u8230?b", "…a…b"),
        (rb"\u8226\bullet x", "•x"),
        (rb"\u8230\{x", "…x"),
        (rb"\u8230{x}", "…x"),
        (rb"\u8230\par x", "…\nx"),
    ],
)
def test_a_unicode_character_replaces_what_follows_for_other_readers(body: bytes, said: str):
    assert text(body) == said


@pytest.mark.parametrize(
    ("body", "said"),
    [(rb"a\u-10179?b", "a\ufffdb"), (rb"\u-8704?b", "\ufffdb"), (rb"\u-10179?\u65?", "\ufffdA")],
)
def test_half_a_character_is_replaced_with_a_flaw(body: bytes, said: str):
    flaws: list[str] = []
    assert read_rtf(HEAD + body + b"}", flaws).text == said
    assert flaws == ["rtf: half a character became U+FFFD"]


@pytest.mark.parametrize(
    ("page", "body", "said"),
    [
        (1252, rb"caf\'e9 \'96", "café –"),
        (1251, rb"\'cf\'f0\'e8", "При"),
        (932, rb"\'93\'44\'96\'5f", "泥棒"),
        (932, rb"\'83A\'83B", "アィ"),
        (936, rb"\'d0\'a1\'cd\'b5", "小偷"),
        (949, rb"\'b5\'b5\'b5\'cf", "도둑"),
        (950, rb"\'a4\'70\'b0\'bd", "小偷"),
        (65001, rb"\'c3\'a9", "é"),
        (99, rb"\'e9", "é"),
        (1200, rb"\'e9", "é"),
    ],
)
def test_escaped_bytes_are_in_the_page_of_the_document(page: int, body: bytes, said: str):
    assert text(body, rb"{\rtf1\ansi\ansicpg%d{\fonttbl{\f0 Arial;}}\f0 " % page) == said


def test_escaped_bytes_are_in_the_page_of_their_font():
    head = (
        rb"{\rtf1\ansi\ansicpg1252\deff1{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset161 C;}"
        rb"{\f3\fcharset238 D;}{\f4\cpg949 E;}}"
    )
    assert text(rb"\'ff{\f2 \'f9}{\f0\'e9}\f3\'b3\f4\'b5\'b5\plain\'ff", head) == "яωéł도я"


def test_a_font_of_set_0_is_western_only_where_other_fonts_have_the_page_of_the_document():
    one = rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset0 A;}}\f0 "
    both = rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}\f0 "
    assert (text(rb"\'ff", one), text(rb"\'ff\f1\'ff", both)) == ("я", "ÿя")


@pytest.mark.parametrize(
    ("word", "said"), [(rb"\mac", "é"), (rb"\pc", "Ä"), (rb"\pca", "Ä"), (rb"\ansi", "Ž")]
)
def test_a_document_without_a_page_has_the_set_that_it_names(word: bytes, said: str):
    assert text(rb"\'8e", b"{\\rtf1" + word + b" ") == said


def test_the_agency_s_page_is_used_where_the_document_names_none():
    flaws: list[str] = []
    assert read_rtf(rb"{\rtf1\ansi \'ff}", flaws, agency="cp1251").text == "я"
    assert read_rtf(rb"{\rtf1\ansi\ansicpg1252 \'ff}", flaws, agency="cp1251").text == "ÿ"
    assert flaws == []


def test_bytes_that_are_not_escaped_are_utf_8_if_they_can_be():
    assert text("café".encode()) == "café"
    assert text("café".encode("cp1252")) == "café"


def test_bytes_that_the_page_does_not_have_are_replaced_with_a_flaw():
    flaws: list[str] = []
    assert read_rtf(HEAD + rb"\f1 a\'81 z}", flaws).text == "a\ufffd z"
    assert flaws == ["rtf: invalid cp932"]


# HTML.

ENCAPSULATED = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \fbidis \deff0"
    rb"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 B;}}"
    b"\r\n"
    rb"\uc1\pard\plain\deftab360 \f0\fs24 {\*\htmltag19 <html>}{\*\htmltag2 \par }{\*\htmltag50 <body>}"
    rb"\htmlrtf \lang1033 \htmlrtf0 {\*\htmltag64 <p class=\'22x\'22>}\htmlrtf {\htmlrtf0 Caf\'e9 a < b "
    rb"{\*\htmltag84 &amp;}\htmlrtf &\htmlrtf0  c\par"
    rb"{\*\htmltag84 <a href=\{x\}>}{\*\mhtmltag84 <a href=y>}\htmlrtf "
    rb"{\field{\*\fldinst{HYPERLINK x}}{\fldrslt\cf1 \htmlrtf0 View\htmlrtf }\htmlrtf0 \htmlrtf }\htmlrtf0 "
    rb"{\*\htmltag92 </a>}{\f1\'ff}\htmlrtf\par}\htmlrtf0"
    b"\r\n"
    rb"{\*\htmltag72 </p>}{\*\htmltag58 </body>}{\*\htmltag27 </html>}}"
)


def test_rtf_made_from_html_gives_the_html_back():
    flaws: list[str] = []
    assert read_rtf(ENCAPSULATED, flaws) == (
        '<html>\r\n<body><p class="x">Café a &lt; b &amp; c\r\n<a href={x}>View</a>я</p></body></html>',
        True,
    )
    assert flaws == []


def test_rtf_made_from_text_gives_the_text():
    assert text(rb"a {\*\htmltag84 no}b", rb"{\rtf1\ansi\fromtext \deff0 ") == "a b"
    assert text(rb"a {\htmltag84 no}b", rb"{\rtf1\ansi\fromhtml0 ") == "a b"


# Broken and hostile.


@pytest.mark.parametrize(
    ("body", "end", "said", "flaw"),
    [
        (b"a{b", b"", "ab", "rtf: 2 groups are not closed"),
        (b"a}}b", b"}", "a", "rtf: what follows its end is not read"),
        (rb"a\bin999999 b", b"}", "ab", "rtf: binary data longer than the rest of it"),
        (rb"a\'zzb", b"}", "azzb", "rtf: an escaped byte is damaged"),
    ],
)
def test_broken_rtf_is_read_as_far_as_it_goes_with_a_flaw(body: bytes, end: bytes, said: str, flaw: str):
    flaws: list[str] = []
    assert read_rtf(HEAD + body + end, flaws).text == said
    assert flaws == [flaw]


def test_blanks_and_nuls_after_the_end_are_nothing():
    assert text(b"a", end=b"}\r\n\0 ") == "a"


def test_binary_data_is_passed_over_whatever_is_in_it():
    assert text(rb"a{\pict\bin5 }}{{\}b\bin0 c\bin-3 d") == "abcd"


def test_what_is_not_rtf_is_read_with_a_flaw():
    flaws: list[str] = []
    assert read_rtf(b"just words", flaws).text == "just words"
    assert flaws == ["rtf: does not begin as RTF does"]


@pytest.mark.parametrize(
    "hostile",
    [
        rb'{\field{\*\fldinst{HYPERLINK "u ' * 2600,
        b"{" * 20_000 + b"}" * 20_000,
        rb"\'" * 20_000,
        rb"\u" + b"9" * 20_000,
        rb"\bin1 x" * 5_000,
        b"\\" * 20_001,
        rb"\*" * 20_000,
    ],
)
def test_no_byte_is_looked_at_twice(hostile: bytes, monkeypatch: pytest.MonkeyPatch):
    taken: list[int] = []
    take = module._Reader._take

    def counting(self: module._Reader, piece: re.Match[bytes], kind: int) -> bool:
        taken.append(len(piece[0]))
        return take(self, piece, kind)

    monkeypatch.setattr(module._Reader, "_take", counting)
    data = HEAD + hostile
    read_rtf(data, [])
    assert sum(taken) <= len(data)


def test_no_more_pieces_are_read_than_the_limit_allows():
    flaws: list[str] = []
    assert read_rtf(rb"{\rtf1 " + rb"a\par " * 100 + b"}", flaws, most=10).text == "a\n" * 4
    assert flaws == ["rtf: more than 10 pieces; what follows is not read", "rtf: 1 groups are not closed"]
    flaws.clear()
    read_rtf(rb"{\rtf1 " + rb"\bin1 x" * 100 + b"}", flaws, most=10)
    assert flaws[0] == "rtf: more than 10 pieces; what follows is not read"


@given(st.text(alphabet=st.sampled_from("{}\\'*abnfu0189-;? \r\n\0é"), max_size=80))
def test_any_rtf_is_read_however_broken(body: str):
    flaws: list[str] = []
    found = read_rtf(b"{\\rtf1 " + body.encode("latin-1"), flaws)
    found.text.encode()
    assert len(found.text) <= 8 + 4 * len(body)
