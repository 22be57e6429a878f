"""The address inside an EntryID, for recipients and senders that have no address of their own.

Outlook keeps only the EntryID of a person whom it has looked up and not yet written to, as in drafts. Two
forms hold an address ([MS-OXCDATA] 2.2.5.1 and 2.2.5.2); what is none of them, or cut short, holds none.
"""

from __future__ import annotations

from typing import Final

_ONE_OFF: Final = bytes.fromhex("812b1fa4bea310199d6e00dd010f5402")
_ADDRESS_BOOK: Final = bytes.fromhex("dca740c8c042101ab4b908002b2fe182")
_UNICODE: Final = 0x80
"""In the second byte of a one-off EntryID's flags: its texts are UTF-16."""


def address_in(entry_id: bytes) -> str | None:
    r"""The address in an EntryID; None if it holds none.

    Args:
        entry_id: The property's value.

    Example:
        >>> address_in(bytes(4) + _ADDRESS_BOOK + bytes(8) + b"/o=City/cn=ann\0")
        '/o=City/cn=ann'
        >>> texts = "Ann\0SMTP\0ann@x.org\0".encode("utf-16-le")
        >>> address_in(bytes(4) + _ONE_OFF + b"\0\0\x01\x90" + texts)
        'ann@x.org'
        >>> address_in(b"short")
    """
    provider = entry_id[4:20]
    if provider == _ADDRESS_BOOK:
        return entry_id[28:].split(b"\0", 1)[0].decode("latin-1") or None
    if provider != _ONE_OFF or len(entry_id) < 24:
        return None
    codec = "utf-16-le" if entry_id[23] & _UNICODE else "latin-1"
    texts = entry_id[24:].decode(codec, "replace").split("\0")
    return texts[2] or None if len(texts) > 2 else None
