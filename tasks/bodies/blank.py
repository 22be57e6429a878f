"""Whether a body says anything to a person who opens it."""

from __future__ import annotations

import re
from typing import Final

from tasks.bodies.lines import UNREAD, UNSEEN, html_lines

_BODY: Final = re.compile(r"<body[\s>]", re.IGNORECASE)
_TEXT: Final = re.compile(r">\s*([^<\s])")
_UNREAD: Final = re.compile(f"<(?:!--|!|{'|'.join(sorted(UNREAD))})")
_PICTURE: Final = re.compile(r"<(?:img|v:imagedata)[\s>/]", re.IGNORECASE)
_HEAD: Final = 32_768
_TEXTS_LOOKED_AT: Final = 8
_BLANKS: Final = UNSEEN + "\0"
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
    """Whether a text that is seen follows soon after the beginning of the body.

    That is so in nearly all mail, and takes a hundredth of the time that parsing takes. Where it is not
    plain, the answer is no, and the body is parsed.
    """
    at = html.rfind("<body", 0, _HEAD)
    if at < 0:
        body = _BODY.search(html)
        at = 0 if body is None else body.start()
    for _ in range(_TEXTS_LOOKED_AT):
        text = _TEXT.search(html, at)
        if text is None:
            return False
        tags = html[at : text.start()].lower()
        unread = _UNREAD.search(tags)
        if unread is not None:  # passed over, if its end is found
            end = "-->" if unread[0] == "<!--" else ">" if unread[0] == "<!" else f"</{unread[0][1:]}"
            at = html.find(end, at + unread.end())
            if at < 0:
                return False
        elif "none" in tags or "hidden" in tags:
            last = tags[: tags.rfind("<")]
            at = html.find("</", text.end())
            if at < 0 or "none" in last or "hidden" in last:
                return False  # more than the words up to the next end may be hidden
        elif text[1] in _UNSURE:
            at = text.end()
        else:
            return True
    return False
