"""Tags that a mail gateway puts in front of a subject, such as ``[EXTERNAL]`` (method 2.5).

A gateway writes a tag in front of the mails that come from outside, and so in front of every alert. The list
of shapes is short on purpose: what is not in it is part of the subject, and a row of the crosswalk decides.

- in brackets or between signs: ``[EXTERNAL]``, ``(EXT)``, ``{Spam?}``, ``<EXTERNAL>``, ``***SPAM***``,
  ``**EXTERNAL EMAIL**``, ``[CAUTION: External Sender]``, ``[EXTERNAL EMAIL: do not click]``;
- bare, with a colon, a bar or a dash between blanks after it: ``EXTERNAL:``, ``EXT:``, ``External Email -``,
  ``SPAM:``, ``CAUTION: EXTERNAL EMAIL:``.

Tags may be repeated.
"""

from __future__ import annotations

import re
from typing import Final

_ORIGIN: Final = r"(?:external|ext|extern|externe|externo|outside|untrusted|unverified|unknown sender)\.?"
_DOUBT: Final = r"(?:(?:suspected|possible|probable|likely)[ _-]?)?"
_SPAM: Final = rf"{_DOUBT}(?:spam|junk|bulk|phish(?:ing)?|suspicious)"
_WHAT: Final = r"(?:[ _-]?(?:e-?mail|mail|message|msg|sender|source|origin|content|user)){0,2}[?!.]{0,3}"
_WARNING: Final = r"(?:(?:caution|warning|attention|alert|notice)[:!]{0,3}[ _-]{0,3})?"
_ANY: Final = rf"{_WARNING}(?:{_ORIGIN}|{_SPAM}){_WHAT}"
_BARE: Final = rf"{_WARNING}(?:{_ORIGIN}|{_DOUBT}spam){_WHAT}"
_FRAME: Final = r"[\s*#!=_~-]{0,8}"
_ADVICE: Final = r"(?:\s?[:,;!\u2013\u2014-]\s?[^\[\](){}<>]{0,80})?"
_INSIDE: Final = rf"{_FRAME}(?:{_ANY}{_ADVICE}|caution){_FRAME}:?"
_SIGNS: Final = r"(?:\*{1,8}|#{1,8}|={1,8}|!{1,8}|~{1,8}|-{1,8}|_{1,8})"
_TAG: Final = re.compile(
    rf"\s*(?:\[{_INSIDE}\]|\({_INSIDE}\)|\{{{_INSIDE}\}}|<{_INSIDE}>"
    rf"|{_SIGNS}\s?{_ANY}\s?{_SIGNS}"
    rf"|{_BARE}\s?:|{_BARE}\s?\||{_BARE}\s[-\u2013\u2014](?=\s))"
    r"\s*(?:[:|\u2013\u2014-](?=\s))?\s*",
    re.IGNORECASE,
)


def without_tags(subject: str) -> str:
    """A subject without the tags in front of it.

    Args:
        subject: In the form of method 4.2.

    Returns:
        The rest; the subject itself where there is none, or nothing but tags.

    Example:
        >>> [without_tags(each) for each in ("[EXTERNAL] [SPAM] New", "EXTERNAL: New", "***SPAM*** RE: New")]
        ['New', 'New', 'RE: New']
        >>> without_tags("External lights: on"), without_tags("[Alderfall] New"), without_tags("[EXT]")
        ('External lights: on', '[Alderfall] New', '[EXT]')
    """
    at = 0
    while (found := _TAG.match(subject, at)) is not None:
        at = found.end()
    return subject[at:] or subject
