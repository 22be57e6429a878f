"""The rule by which texts are compared, and what a mistyped word most likely means."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text import collapse, nearest


@pytest.mark.parametrize(
    "space", ["\t", "\n", "\r\n", "\u00a0", "\u2003", "\u202f", "\u3000", "\u2028", "\u0085"]
)
def test_every_unicode_space_is_one_blank(space: str) -> None:
    assert collapse(f"{space}a{space}{space} b{space}") == "a b"


@pytest.mark.parametrize("character", ["\u200b", "\u200d", "\ufeff", "\x1c", "\x1f"])
def test_characters_that_are_not_white_space_stay(character: str) -> None:
    assert collapse(f"{character}a{character}b") == f"{character}a{character}b"


def test_composed_and_decomposed_accents_are_equal() -> None:
    assert collapse("cafe\u0301") == "caf\u00e9"


def test_letter_case_and_compatibility_characters_are_not_altered() -> None:
    assert collapse("ﬁne ② RE: ｘ") == "ﬁne ② RE: ｘ"


@given(st.text())
def test_collapsing_twice_is_collapsing_once(text: str) -> None:
    once = collapse(text)
    assert collapse(once) == once
    assert unicodedata.is_normalized("NFC", once)


def test_the_most_similar_word_is_found_in_any_letter_case_or_none_if_all_differ():
    assert nearest("TIMEZON", ["name", "TimeZone"]) == "TimeZone"
    assert nearest("xyz", {"name", "timezone"}) is None


def test_white_space_is_what_unicode_calls_so_however_it_is_collapsed():
    odd = [chr(code) for code in range(0x110000) if chr(code).isspace()]
    separators = "\x1c\x1d\x1e\x1f"
    assert [c for c in odd if collapse(f" a{c} {c}b{c}") != "a b"] == list(separators)
    assert [collapse(f"\r\n a {c}\t b") for c in separators] == [f"a {c} b" for c in separators]
