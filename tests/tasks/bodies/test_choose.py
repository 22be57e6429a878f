"""Which bodies of a message are read."""

from __future__ import annotations

import pytest

from data.synthetic.pst.rtf import packed, plain
from tasks.bodies.choose import Bodies, Pages, bytes_as_html, bytes_as_text, choose_bodies

NOTHING = Pages(None, None, None)
RTF = plain(rb"{\rtf1\ansi From the RTF.\par}")
FROM_HTML = packed(rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}From HTML.{\*\htmltag72 </p>}}")


def choose(html: str | None, text: str | None, rtf: bytes | None) -> tuple[Bodies, list[str]]:
    flaws: list[str] = []
    return choose_bodies(html, text, lambda: rtf, None, flaws), flaws


def test_html_and_text_are_both_read_and_rtf_is_not_asked_for():
    def asked() -> bytes | None:
        raise AssertionError

    for html, text in (("<p>a", "b"), ("<p>a", None), (None, "b")):
        assert choose_bodies(html, text, asked, None, []) == (html, text)


def test_a_message_without_a_body_has_none_and_no_flaw():
    assert choose(None, None, None) == ((None, None), [])
    assert choose(None, " \r\n", None) == ((None, None), [])


def test_html_in_which_nothing_can_be_seen_gives_way_with_a_flaw():
    assert choose("<p>&nbsp;</p>", None, RTF) == (
        (None, "From the RTF."),
        ["text: from the RTF body, there is no other", "html: nothing in it can be seen"],
    )
    assert choose("<p>&nbsp;</p>", None, FROM_HTML)[0] == ("<p>From HTML.</p>", None)
    assert choose("<p>&nbsp;</p>", " ", None) == ((None, None), ["html: nothing in it can be seen"])
    assert choose("<p>&nbsp;</p>", "b", None) == (("<p>&nbsp;</p>", "b"), [])


def test_html_that_is_a_picture_is_kept_beside_the_next_body_that_says_something():
    picture = '<body><img src="cid:1"></body>'
    assert choose(picture, None, None) == ((picture, None), [])
    assert choose(picture, " ", plain(rb"{\rtf1 }")) == ((picture, None), [])
    assert choose(picture, "b", None) == ((picture, "b"), [])
    assert choose(picture, None, RTF) == (
        (picture, "From the RTF."),
        ["text: from the RTF body, there is no other"],
    )
    assert choose(picture, None, FROM_HTML)[0] == ("<p>From HTML.</p>", None)
    assert choose("<p> </p>", None, None) == ((None, None), ["html: nothing in it can be seen"])


def test_a_text_of_blanks_gives_way_to_the_rtf():
    assert choose(None, " \u200b\r\n", RTF) == (
        (None, "From the RTF."),
        ["text: from the RTF body, there is no other"],
    )


def test_rtf_that_carries_html_gives_html():
    assert choose(None, None, FROM_HTML) == (
        ("<p>From HTML.</p>", None),
        ["html: from the RTF body, there is no other"],
    )


@pytest.mark.parametrize("rtf", [rb"{\rtf1\ansi\par }", rb"{\rtf1\fromhtml1 {\*\htmltag64 <p>}}"])
def test_rtf_that_says_nothing_is_no_body(rtf: bytes):
    assert choose(None, None, plain(rtf)) == ((None, None), [])


def test_damaged_rtf_is_no_body_with_a_flaw():
    assert choose(None, None, b"x") == (
        (None, None),
        ["rtf: damaged: 1 bytes are too few for its header"],
    )


def test_the_page_of_bodies_comes_first_for_a_body_and_that_of_the_message_for_another_text():
    pages = Pages(1251, 1252, None)
    assert bytes_as_text(b"\xff", "text", lambda: pages, [], body=True) == "я"
    assert bytes_as_text(b"\xff", "subject", lambda: pages, []) == "ÿ"
    assert bytes_as_text(b"\xff", "subject", lambda: Pages(1251, None, None), []) == "я"


def test_a_text_of_which_nothing_is_known_is_windows_1252_unless_the_agency_says_otherwise():
    assert bytes_as_text(b"\xff", "subject", lambda: NOTHING, []) == "ÿ"
    assert bytes_as_text(b"\xff", "subject", lambda: Pages(None, None, "cp1251"), []) == "я"


def test_ascii_needs_no_page():
    def asked() -> Pages:
        raise AssertionError

    assert bytes_as_text(b"plain", "subject", asked, []) == "plain"


def test_html_knows_its_own_page():
    data = '<meta charset="windows-1251"><p>Кафе'.encode("cp1251")
    assert bytes_as_html(data, None, None, []) == data.decode("cp1251")


@pytest.mark.parametrize("page", [65001, 1252, 20127, None, 50220, 65000, 1200])
def test_html_of_ascii_is_the_same_in_every_page(page: int | None):
    flaws: list[str] = []
    assert (bytes_as_html(b"<p>plain\0\0", page, None, flaws), flaws) == ("<p>plain", [])


def test_what_is_quick_to_decode_is_decoded_as_what_is_not():
    for data in ("<p>é", "\ufeff<p>é", "é", "<p>é\0"):
        flaws: list[str] = []
        assert bytes_as_html(data.encode(), 65001, None, flaws) == data.strip("\ufeff\0")
        assert flaws == []
