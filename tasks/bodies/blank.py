"""Whether a body says anything to a person who opens it."""

from __future__ import annotations

import re
from typing import Final

from tasks.bodies.lines import HIDING_WORDS, INVISIBLE, UNREAD, html_lines

_BODY: Final = re.compile(r"<body[\s>]", re.IGNORECASE)
_CONTENT: Final = re.compile(r"<(?:div|p|span|table|td)[\s>]", re.IGNORECASE)
_UNREAD: Final = re.compile(f"<(?:!|{'|'.join(sorted(UNREAD))})", re.IGNORECASE)
_UNREAD_PAIRS: Final = (
    ("<!--", "-->"),
    ("<style", "</style"),
    ("<title", "</title"),
    ("<script", "</script"),
)
# Neither part goes on over a "<", or text of nothing but that would be searched again from each of them.
_TAG: Final = re.compile(r"<(/?[a-z][^\s<>/]*)([^<>]*)>\s*([^<\s]?)", re.IGNORECASE)
_PICTURE: Final = re.compile(r"<(?:img|v:imagedata)[\s>/]", re.IGNORECASE)
_TAGS_LOOKED_AT: Final = 200
_END_SEARCHED: Final = 5_000
_BLANKS: Final = (
    INVISIBLE
    + "\0\t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    + "".join(map(chr, range(0x2000, 0x200B)))
)
_UNSURE: Final = frozenset("&" + _BLANKS)
"""A text that begins with one of these may still be blank."""


def is_blank_text(text: str) -> bool:
    r"""Whether a text consists of white space and of characters that are not seen.

    Example:
        >>> is_blank_text(" \u200b\r\n"), is_blank_text(" . ")
        (True, False)
    """
    return not text.strip(_BLANKS)


def is_blank_html(html: str) -> bool:
    """Whether nothing of an HTML body is seen as text: it has only pictures, blanks, or hidden words.

    Example:
        >>> is_blank_html("<body><p>&nbsp;</p><style>p {}</style><img src=x>"), is_blank_html("<p>5")
        (True, False)
    """
    return not (_surely_shows(html) or any(not line.hidden for line in html_lines(html)))


def has_picture(html: str) -> bool:
    """Whether an HTML body has a picture, which may be of words.

    Example:
        >>> has_picture("<p><IMG src=cid:1></p>"), has_picture("<p>img</p>")
        (True, False)
    """
    return _PICTURE.search(html) is not None


def _surely_shows(html: str) -> bool:
    """Whether the first tags lead to a text that is seen.

    That is so in nearly all mail, and takes a hundredth of the time that parsing takes. Where it is not
    plain, the answer is no.
    """
    body = _BODY.search(html)
    at = 0 if body is None else body.start()
    if _CONTENT.search(html, 0, at) is not None or any(
        html.rfind(begin, 0, at) > html.rfind(end, 0, at) for begin, end in _UNREAD_PAIRS
    ):
        return False  # the body is within something else, which may be hidden
    for _ in range(_TAGS_LOOKED_AT):
        tag = _TAG.search(html, at)
        # Between two tags there may be a comment, or a "<" that is none.
        if tag is None or html.find("<", at, tag.start()) >= 0:
            return False
        name = tag[1].lower()
        if name in UNREAD:
            return False
        at = tag.end(2)
        if any(word in tag[2].lower() for word in HIDING_WORDS):
            # Passed over, if it ends before another of its name begins, or a text that is not read.
            end = html.find(f"</{name}", at, at + _END_SEARCHED)
            if end < 0 or html.find(f"<{name}", at, end) >= 0 or _UNREAD.search(html, at, end) is not None:
                return False
            at = end
        elif tag[3] and tag[3] not in _UNSURE:
            return True
    return False
