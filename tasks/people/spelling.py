"""Spellings: the one form in which addresses and names are compared (method 4.7).

Mail programs write one address in many ways: ``'Ann@X.org'``, ``SMTP:ann@x.org``, ``<ann@x.org>``, ``Ann Lee
<ann@x.org>``. What is folded here is packaging alone; the address inside is never altered but for letter
case, and no two addresses are taken for one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from data.text import collapse

_QUOTES: Final = (
    *('""', "''", "``", "`'", "\N{ACUTE ACCENT}\N{ACUTE ACCENT}"),
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}",
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}",
)
_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+")
_EXCHANGE: Final = re.compile(r"/(?:o|ou|cn|dc)=")
_SCHEME: Final = re.compile(r"(?:smtp|mailto|(?:ex|x500)(?=:\s*/))\s*:\s*")
_PACKED: Final = (
    re.compile(r"[^<>]*<([^<>]*)>"),  # Ann Lee <ann@x.org>
    re.compile(r"[^\[\]]*\[([^\[\]]*)\]"),  # Ann Lee [mailto:ann@x.org]
    re.compile(r"[^()]*\(([^()]*)\)"),  # Ann Lee (ann@x.org), as Outlook shows its contacts
    re.compile(r"([^\s()]+)\s*\([^()]*\)"),  # ann@x.org (Ann Lee)
)
_IN_SMTP: Final = re.compile(r"imceaex-([^@]*)@.*", re.DOTALL)
_ESCAPED: Final = re.compile(r"\+([0-9a-f]{2})")
_LONGEST: Final = 1000
"""Characters; nobody's address or name is longer, and layer after layer would take time with its square."""


def folded(spelling: str) -> str:
    """The form in which a spelling is compared: the address in it, else the name, in lower case.

    Removed are blanks, quotation marks and angle brackets around it, ``SMTP:``, ``mailto:`` (with what
    follows a ``?``), ``EX:`` and ``X500:`` before it, a comma or semicolon after it, and a name beside an
    address in brackets. An Exchange address that was wrapped into an SMTP one (``IMCEAEX-…``) is unwrapped.

    Args:
        spelling: As found in a message.

    Returns:
        An SMTP address, an Exchange address (:func:`is_exchange`) or a name; empty if there is nothing to
        compare. ``folded(folded(x)) == folded(x)``.

    Example:
        >>> [folded(each) for each in ("'Ann@X.org'", "SMTP:ann@x.org", "Ann Lee <mailto:ann@x.org>")]
        ['ann@x.org', 'ann@x.org', 'ann@x.org']
        >>> folded('"Lee,  Ann"'), folded("EX:/O=City/CN=ALEE"), folded("<>")
        ('lee, ann', '/o=city/cn=alee', '')
    """
    text, before = spelling, None
    while text != before:
        before = text
        text = collapse(text.strip()).lower()
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if len(text) <= _LONGEST:
            text = _unpacked(text.rstrip(",; "))
    return text


def _unpacked(text: str) -> str:
    """The text without one layer of what is around an address or a name."""
    if text[:1] + text[-1:] in _QUOTES and len(text) > 1:
        return text[1:-1]
    if scheme := _SCHEME.match(text):
        rest = text[scheme.end() :]
        return rest.partition("?")[0] if text.startswith("mailto") else rest
    if text.startswith("<") and text.endswith(">") and _is_enclosed(text):
        return text[1:-1]
    if text.endswith("<>"):  # a name with no address between the brackets
        return text[:-2]
    if text.endswith((">", "]", ")")):
        for packed in _PACKED:
            if (found := packed.fullmatch(text)) and _is_known(inside := _bare(found[1])):
                return inside
    if wrapped := _IN_SMTP.fullmatch(text):
        unwrapped = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), wrapped[1].replace("_", "/"))
        return unwrapped if is_exchange(unwrapped) else text
    return text


def _is_enclosed(text: str) -> bool:
    """Whether the first angle bracket is closed by the last character."""
    depth = 0
    for place, character in enumerate(text):
        depth += {"<": 1, ">": -1}.get(character, 0)
        if depth == 0:
            return place == len(text) - 1
    return False


def _bare(text: str) -> str:
    text = text.strip(" '\"")
    scheme = _SCHEME.match(text)
    return text[scheme.end() :] if scheme else text


def _is_known(text: str) -> bool:
    return is_address(text) or is_exchange(text)


def is_address(text: str) -> bool:
    """Whether a folded spelling is an SMTP address.

    Example:
        >>> is_address("ann@x.org"), is_address("ann lee"), is_address("/o=city/cn=ann@x.org")
        (True, False, False)
    """
    return _ADDRESS.fullmatch(text) is not None and not is_exchange(text)


def is_exchange(text: str) -> bool:
    """Whether a folded spelling is an Exchange address: an X.500 name, as ``/o=city/ou=police/cn=alee``.

    Source: [MS-OXOABK], distinguished names.

    Example:
        >>> is_exchange("/o=city/ou=police/cn=recipients/cn=alee"), is_exchange("a/o=b@x.org")
        (True, False)
    """
    return _EXCHANGE.match(text) is not None


def as_exchange(spelling: str | None) -> str | None:
    """The folded Exchange address in a stored value; None if it holds none.

    Example:
        >>> as_exchange("/O=CITY/CN=ALEE"), as_exchange("ann@x.org"), as_exchange(None)
        ('/o=city/cn=alee', None, None)
    """
    if not spelling or "=" not in spelling:  # of nearly all mail, so it must cost nothing
        return None
    text = folded(spelling)
    return text if is_exchange(text) else None


def pair(exchange: str, shown: str) -> str:
    r"""What one message says of a person with an Exchange address, as one text.

    Args:
        exchange: The Exchange address, folded.
        shown: What the same row of the message shows: an SMTP address, else the name.

    Example:
        >>> unpair(pair("/o=city/cn=alee", "Ann\tLee"))
        ('/o=city/cn=alee', 'Ann\tLee')
    """
    return f"{exchange.replace(_BETWEEN, ' ')}{_BETWEEN}{shown}"


def unpair(text: str) -> tuple[str, str]:
    """The Exchange address and what was shown; two empty texts if it is no pair of :func:`pair`."""
    exchange, between, shown = text.partition(_BETWEEN)
    return (exchange, shown) if between and is_exchange(exchange) else ("", "")


_BETWEEN: Final = "\t"  # a folded address has none: white space was collapsed
