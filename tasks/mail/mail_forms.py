"""Which attached files hold mail: by their name, their type, or the first bytes where both say little."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_BY_TYPE: Final[Mapping[str, str]] = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "application/vnd.ms-outlook": ".msg",
    "application/mbox": ".mbox",
    "application/vnd.ms-outlook-pst": ".pst",
}
_FORMS: Final = frozenset({".eml", ".emlx", ".msg", ".mbox", ".mbx", ".pst", ".ost"})
_UNDECIDED: Final = frozenset({None, ".dat", ".bin", ".tmp", ".txt"})
"""Extensions that say nothing about what a file holds."""

_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_MESSAGE_STREAMS: Final = tuple(
    name.encode("utf-16-le") for name in ("__properties_version1.0", "__nameid_version1.0", "__substg1.0_")
)
"""Names of streams that every .msg has (MS-OXMSG 2.2)."""
_HEADER: Final = re.compile(
    rb"(?im)^(received|return-path|from|to|cc|date|subject|message-id|mime-version|delivered-to|x-[\w-]+):"
)
_HEADERS: Final = 3
"""Header lines at the beginning from which on a text is taken for a mail."""


def is_undecided(extension: str | None) -> bool:
    """Whether a file's extension says nothing about what it holds.

    >>> is_undecided(None), is_undecided(".dat"), is_undecided(".png")
    (True, True, False)
    """
    return extension in _UNDECIDED


def form_of(extension: str | None, mime_type: str | None, beginning: bytes = b"") -> str | None:
    r"""The form of the mail that a file holds.

    Args:
        extension: The end of its name, in lower case with its dot; None for none.
        mime_type: As stored.
        beginning: Its first bytes, if they were read.

    Returns:
        An extension such as ``.eml``; None where nothing says that it holds mail.

    Example:
        >>> form_of(".eml", None), form_of(None, "message/rfc822; name=x"), form_of(".png", "image/png")
        ('.eml', '.eml', None)
        >>> form_of(None, None, b"Received: from a\r\nFrom: b\r\nSubject: c\r\n\r\n")
        '.eml'
    """
    if extension in _FORMS:
        return extension
    by_type = _BY_TYPE.get((mime_type or "").partition(";")[0].strip().lower())
    return by_type or _by_content(beginning)


def _by_content(beginning: bytes) -> str | None:
    if beginning.startswith(b"From "):
        return ".mbox" if _headers(beginning.partition(b"\n")[2]) else None
    if beginning.startswith(_OLE):
        return ".msg" if any(name in beginning for name in _MESSAGE_STREAMS) else None
    if beginning.startswith(b"!BDN"):
        return ".pst"
    return ".eml" if _HEADER.match(beginning) and _headers(beginning) else None


def _headers(text: bytes) -> bool:
    """Whether some lines before the first blank one are headers of mail."""
    head = re.split(rb"\r?\n\r?\n", text[:8192], maxsplit=1)[0]
    return len(_HEADER.findall(head)) >= _HEADERS
