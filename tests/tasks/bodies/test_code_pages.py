"""Texts whose code page is stated by nobody, by one, or by several who disagree."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.bodies.code_pages import Statement, decoded, joined, meta_statement, page_statement

CAFE = "Café door – known"
JAPANESE = "自転車が盗まれました"
RUSSIAN = "Украли велосипед у подъезда"


def html(data: bytes, page: int | None = None, agency: str | None = None) -> tuple[str, list[str]]:
    """The text, and the flaws."""
    flaws: list[str] = []
    return decoded(data, "html", [page_statement(page), meta_statement(data)], flaws, agency=agency), flaws


def meta(page: str, text: str) -> str:
    return f'<meta http-equiv="Content-Type" content="text/html; charset={page}"><p>{text}</p>'


# Nobody disagrees.


@pytest.mark.parametrize(
    ("codec", "page"),
    [
        ("utf-8", 65001),
        ("utf-8", 20127),
        ("utf-8", None),
        ("cp1252", 1252),
        ("cp1251", 1251),
        ("cp932", 932),
        ("gb18030", 936),
        ("cp949", 949),
        ("cp950", 950),
        ("koi8-r", 20866),
        ("iso2022_jp", 50220),
        ("utf-16-le", 1200),
    ],
)
def test_a_text_in_its_stated_page_has_no_flaw(codec: str, page: int | None):
    text = {
        "cp1251": RUSSIAN,
        "koi8-r": RUSSIAN,
        "gb18030": "自行车被偷",
        "cp949": "도둑",
        "cp950": "小偷",
    }.get(codec, JAPANESE if codec in ("cp932", "iso2022_jp") else CAFE)
    assert html(f"<p>{text}</p>".encode(codec), page) == (f"<p>{text}</p>", [])


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_what_it_is(mark: str):
    assert html(CAFE.encode(mark)) == (CAFE, [])
    assert html(CAFE.encode(mark), 1252)[1][0].endswith("not as stated: code page 1252")


def test_utf_16_is_recognised_without_its_mark():
    for codec in ("utf-16-le", "utf-16-be"):
        assert html(meta("utf-8", CAFE).encode(codec)) == (meta("utf-8", CAFE), [])


@pytest.mark.parametrize("label", ["windows-1252", "iso-8859-1", "'cp1252'", '"Windows-1252"'])
def test_the_page_is_what_the_html_states_if_the_message_states_none(label: str):
    for text in (f"<META charset = {label}>{CAFE}", f"<html><head>\r\n<meta charset={label}/>{CAFE}"):
        assert html(text.encode("cp1252"))[0] == text


def test_html_that_states_utf_16_in_bytes_of_ascii_is_not_that():
    assert html(f"<meta charset=utf-16>{CAFE}".encode()) == (f"<meta charset=utf-16>{CAFE}", [])


def test_what_states_itself_far_down_states_nothing():
    assert meta_statement(b" " * 5000 + b"<meta charset=utf-8>") is None


# Somebody is wrong.


def test_us_ascii_is_not_believed_of_other_bytes():
    text = meta("windows-1252", CAFE)
    assert html(text.encode("cp1252"), 20127) == (text, ["html: read as cp1252, not as stated: US-ASCII"])


@pytest.mark.parametrize("page", [1252, 28591, 932, 1200, 99])
def test_utf_8_is_read_as_that_whatever_is_stated(page: int):
    assert html(CAFE.encode(), page) == (
        CAFE,
        [f"html: read as utf-8, not as stated: code page {page}"],
    )


def test_latin_1_has_the_signs_of_windows_1252_as_browsers_read_it_with_a_flaw():
    assert html(CAFE.encode("cp1252"), 28591) == (
        CAFE,
        ["html: read as cp1252, not as stated: code page 28591"],
    )
    assert html("Café".encode("cp1252"), 28591) == ("Café", [])


def test_a_stated_page_that_does_not_fit_gives_way_to_what_the_html_states():
    text = meta("windows-1252", CAFE)
    assert html(text.encode("cp1252"), 65001) == (
        text,
        ["html: read as cp1252, not as stated: code page 65001"],
    )


def test_a_stated_page_that_fits_wins_over_what_the_html_states_with_a_flaw():
    text = meta("windows-1252", RUSSIAN)
    assert html(text.encode("cp1251"), 1251) == (
        text,
        ["html: read by its code page 1251, not by its <meta> windows-1252"],
    )


def test_the_agency_s_page_is_used_where_the_message_states_none_or_one_that_does_not_fit():
    data = RUSSIAN.encode("cp1251")
    assert html(data, None, "cp1251") == (RUSSIAN, [])
    assert html(data, 65001, "cp1251") == (
        RUSSIAN,
        ["html: read as cp1251, not as stated: code page 65001"],
    )
    assert html(data, 1252, "cp1251")[0] == data.decode("cp1252")
    assert html(CAFE.encode(), None, "cp1251") == (CAFE, [])


def test_the_words_decide_where_nothing_stated_fits():
    assert html(f"<p>{RUSSIAN}".encode("cp1251")) == (
        f"<p>{RUSSIAN}",
        ["html: read as cp1251, which was guessed from its words"],
    )


# Something is broken.


def test_a_few_broken_characters_do_not_disprove_a_page():
    assert html((JAPANESE * 3).encode("cp932") + b"\x82 z", 932) == (
        JAPANESE * 3 + "\ufffd z",
        ["html: invalid cp932 at byte 60"],
    )
    assert html((CAFE * 3).encode() + b"\xe9z", 1252) == (
        CAFE * 3 + "\ufffdz",
        [
            f"html: invalid utf-8 at byte {len((CAFE * 3).encode())}",
            "html: read as utf-8, not as stated: code page 1252",
        ],
    )


def test_halves_of_characters_in_utf_8_are_joined():
    assert html("a😀".encode("utf-16-le").decode("utf-16-le").encode("utf-8"))[0] == "a😀"
    assert html(b"a\xed\xa0\xbd\xed\xb8\x80", 65001) == ("a😀", [])


def test_windows_1252_with_bytes_that_it_does_not_have_is_read_as_browsers_do():
    assert html(b"<p>caf\xe9 \x81</p>", 1252) == ("<p>café \x81</p>", [])


def test_a_mark_of_utf_8_before_other_bytes_is_a_flaw_and_no_more():
    text, flaws = html(codecs.BOM_UTF8 + CAFE.encode("cp1252"), 1252)
    assert text == CAFE
    assert flaws[-1] == "html: read as cp1252, not as stated: its byte-order mark"


@pytest.mark.parametrize(("data", "text"), [(b"", ""), (b"\0\0\0\0", ""), (b"\0", ""), (b"a\0", "a")])
def test_nuls_at_the_end_are_no_text(data: bytes, text: str):
    assert html(data, 1200) == (text, [])


def test_a_short_text_is_not_guessed_at_but_in_the_last_page():
    flaws: list[str] = []
    assert decoded(b"caf\xe9", "subject", [], flaws, last="cp1252") == "café"
    assert flaws == []


def test_a_statement_of_no_known_page_is_not_used():
    assert page_statement(0) is None
    assert page_statement(7) == Statement("code page 7", None)
    assert html("Ж".encode("koi8-r") * 20, 7)[1] != []


@given(st.text())
def test_surrogates_are_joined_or_replaced_and_nothing_else_changes(text: str):
    assert joined(text) == text
    assert joined("\udc00" + text + "\ud83d\ude00\ud800") == "\ufffd" + text + "😀\ufffd"


@pytest.mark.long
@given(
    st.binary(max_size=200),
    st.sampled_from(
        [None, 0, 1, 7, 437, 932, 936, 949, 950, 1200, 1201, 1252, 20127, 28591, 50220, 65000, 65001]
    ),
    st.sampled_from([None, "cp1251", "cp932"]),
)
def test_any_bytes_are_text_that_a_table_can_hold(data: bytes, page: int | None, agency: str | None):
    text, _ = html(data, page, agency)
    text.encode()
    assert len(text) <= len(data) + 1
