"""Guesses the code page of a text from its words, where nothing says what it is (method 1.10)."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Final

DETECTOR_VERSION: Final = version("charset-normalizer")
"""Another version may guess otherwise, and mail is read again."""

_PAGES: Final = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp932", "gb18030",
    "cp950", "cp949", "euc_jp", "koi8_r",
)  # fmt: skip
"""The pages in which mail was written before UTF-8; of a hundred others a short text may be anything."""
_LATIN: Final = frozenset({"cp1250", "cp1252", "cp1254", "cp1257"})
_RUN: Final = re.compile(rb"[\x80-\xff]+")
_TOGETHER: Final = 4
_WORD_LENGTH: Final = 3
_NOT_IN_WORD: Final = b" \t\r\n\f<>"
_NOT_IN_PHRASE: Final = b"\r\n<>"
_AROUND: Final = 40
"""Bytes before and after a byte beyond ASCII that are looked at, at most."""
_SIGN_IN_WORD: Final = re.compile(
    r"[A-Za-z\u00c0-\u024f](?:[\u00a1-\u00ac\u00ae-\u00b6\u00b8-\u00bf](?=[A-Za-z\u00c0-\u024f])|[\u00b2\u00b3\u00b9])"
)
_SAMPLE: Final = 2048
_CHAOS: Final = 0.5
"""The share of unlikely letters up to which a guess is considered; a word may be all that is seen."""
_CLOSE: Final = 0.1
"""How much worse a guess may be than the best and still win as the more usual page."""


def detected(data: bytes) -> str | None:
    r"""The likeliest codec of a text that is not UTF-8.

    Only words with a byte beyond ASCII are looked at, 2,048 bytes of them at most: markup and English words
    are the same in every page, and would outweigh them. Of pages that fit equally, Windows-1252 is the most
    usual.

    Args:
        data: The text.

    Returns:
        A Python codec; None where none of the usual ones fits.

    Example:
        >>> detected("Someone smashed the caf\u00e9 door \u2013 again".encode("cp1252"))
        'cp1252'
    """
    # Few messages need it, and loading it takes longer than reading most mailboxes' first hundred messages.
    from charset_normalizer import from_bytes

    sample = _sample(data, _NOT_IN_WORD)
    if not sample:
        return None
    is_latin = _is_latin(sample)
    if is_latin:
        sample = _sample(data, _NOT_IN_PHRASE)
    possible = _LATIN if is_latin else set(_PAGES) - _LATIN
    found = [
        (match.chaos, match.coherence, names)
        for match in from_bytes(sample, threshold=_CHAOS, cp_isolation=list(_PAGES), enable_fallback=False)
        if (names := {match.encoding, *match.could_be_from_charset} & possible) and _makes_words(str(match))
    ]
    if not found:
        return _PAGES[0] if is_latin else None
    least = min(chaos for chaos, _, _ in found) + (_CLOSE if is_latin else 0)
    best = max(coherence for chaos, coherence, _ in found if chaos <= least) - _CLOSE
    fits = [names for chaos, coherence, names in found if chaos <= least and coherence >= best]
    return next(name for name in _PAGES if any(name in names for names in fits))


def _is_latin(sample: bytes) -> bool:
    """Whether letters beyond ASCII stand alone among others, as in Latin alphabets, and seldom together."""
    words = b" ".join(word for word in sample.split() if len(word) >= _WORD_LENGTH)
    runs = [len(run) for run in _RUN.findall(words)]
    return sum(runs) * 2 <= len(words) and sum(run for run in runs if run >= _TOGETHER) * 2 <= sum(runs)


def _makes_words(text: str) -> bool:
    """Whether what is read are words.

    In a wrong page, signs such as a superscript stand within words. Shift JIS takes the bytes of other East
    Asian pages for narrow katakana.
    """
    narrow = sum("\uff61" <= character <= "\uff9f" for character in text)
    return narrow * 2 <= len(text) and _SIGN_IN_WORD.search(text) is None


def _sample(data: bytes, ends: bytes) -> bytes:
    """What stands around bytes beyond ASCII, up to one of the bytes ``ends``."""
    pieces: list[bytes] = []
    size = done = 0
    for run in _RUN.finditer(data):
        if run.end() <= done:
            continue
        before = _up_to(data[max(run.start() - _AROUND, done) : run.start()][::-1], ends)[::-1]
        after = _up_to(data[run.end() : run.end() + _AROUND], ends)
        done = run.end() + len(after)
        pieces.append(before + run[0][:_SAMPLE] + after)
        size += len(pieces[-1]) + 1
        if size >= _SAMPLE:
            break
    return b" ".join(pieces)


def _up_to(data: bytes, ends: bytes) -> bytes:
    """The beginning of some bytes, before the first of those."""
    return next((data[:place] for place, byte in enumerate(data) if byte in ends), data)
