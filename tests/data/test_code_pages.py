"""Code pages by number and by name."""

import pytest

from data.code_pages import codec_named, codec_of


@pytest.mark.parametrize(
    ("page", "codec"),
    [
        (65001, "utf-8"),
        (1252, "cp1252"),
        (28591, "latin-1"),
        (28605, "iso8859-15"),
        (20127, "ascii"),
        (932, "cp932"),
        (1200, "utf-16-le"),
        (None, None),
        (0, None),
        (7, None),
        (-5, None),
    ],
)
def test_a_code_page_has_the_codec_of_its_number(page: int | None, codec: str | None):
    assert codec_of(page) == codec


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("windows-1251", "cp1251"),
        ("CP932", "cp932"),
        (" ISO-8859-1 ", "iso8859-1"),
        ("us-ascii", "ascii"),
        ("unicode", "utf-16-le"),
        ("ks_c_5601-1987", "cp949"),
        ("65001", "utf-8"),
        ("hex", None),
        ("rot13", None),
        ("unicode_escape", None),
        ("no such page", None),
        ("", None),
        ("\0", None),
    ],
)
def test_a_code_page_has_the_codec_of_its_name_if_that_makes_text_of_bytes(name: str, codec: str | None):
    assert codec_named(name) == codec
