"""Messages, recipients and attachments as properties and tables ([MS-PST] 2.4.5, 2.4.6)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b

from data.synthetic.pst import layout
from data.synthetic.pst.items import Attachment, Enclosed, Message, Recipient
from data.synthetic.pst.ltp import Columns, Subnodes, Table, Value, property_context
from data.synthetic.pst.ndb import NodeDatabase

RECIPIENT_COLUMNS = Columns(
    0x0C150003, 0x0E0F000B, 0x0FF60102, 0x0FF90102, 0x0FFE0003, 0x0FFF0102, 0x3001001F, 0x3002001F,
    0x3003001F, 0x300B0102, 0x39000003, 0x39FE001F, 0x39FF001F, 0x3A40000B,
)  # fmt: skip
ATTACHMENT_COLUMNS = Columns(0x0E200003, 0x3704001F, 0x37050003, 0x370B0003)

_READ, _UNSENT, _HAS_ATTACHMENTS = 0x01, 0x08, 0x10  # of PidTagMessageFlags
_IN_HTML = 4  # of PidTagAttachFlags: shown inside the HTML body
_BY_VALUE, _EMBEDDED = 1, 5  # PidTagAttachMethod
_NOT_RENDERED = 0xFFFFFFFF
_MAIL_USER = 6
_CELL_CHARACTERS = 255
# Creation time of messages without a time of their own: the bytes must not depend on a clock.
_TIMELESS = datetime(2000, 1, 1, tzinfo=UTC)
_PREFIX = re.compile(r"[^\d\s:]{1,3}: ")
# [MS-OXCDATA] 2.2.5.1
_ONE_OFF = bytes(4) + bytes.fromhex("812b1fa4bea310199d6e00dd010f5402") + b"\0\0" + b"\x01\x90"


def wide(text: str) -> bytes:
    """Encode a text as PtypString: UTF-16 without a terminator. Lone surrogates are kept, as in Outlook."""
    return text.encode("utf-16-le", "surrogatepass")


def split_subject(subject: str) -> tuple[str, str]:
    """Split a subject into its prefix and the rest ([MS-OXCMSG] 2.2.1.9).

    The prefix is one to three characters, neither digits nor blanks, followed by a colon and a blank.

    Example:
        >>> split_subject("RE: Crime Alert: Hit & run"), split_subject("Crime Alert: RE: x")
        (('RE: ', 'Crime Alert: Hit & run'), ('', 'Crime Alert: RE: x'))
    """
    match = _PREFIX.match(subject)
    return (match[0], subject[match.end() :]) if match else ("", subject)


def _stored_subject(subject: str, prefix: str) -> bytes:
    # The character 1, then the prefix's length plus one as a character, then the subject ([MS-PST]
    # 2.5.3.1.1.1).
    return wide(f"\x01{chr(len(prefix) + 1)}{subject}")


def _names(recipients: Iterable[Recipient], kind: int) -> str:
    return "; ".join(r.name or r.address for r in recipients if r.kind == kind)


def write_message(database: NodeDatabase, node: int, message: Message, parent: int) -> dict[int, Value]:
    """Write a message with its recipients and attachments as a node.

    Args:
        database: Where it goes.
        node: The message's node id.
        message: What to write.
        parent: The folder's node id.

    Returns:
        The message's cells for the folder's contents table.

    Raises:
        ValueError: An attachment's chunks do not add up to its size.
    """
    properties, data, subnodes = _write_blocks(database, node, message)
    database.node(node, data, subnodes, parent)
    return _cells(properties)


def _write_blocks(database: NodeDatabase, node: int, message: Message) -> tuple[dict[int, Value], int, int]:
    """Write the blocks of a message; returns its properties, its data block and its subnode block."""
    subnodes = Subnodes(database)
    subnodes.add(layout.NID_RECIPIENTS, *_write_recipients(database, message.recipients))
    attached = _write_attachments(database, message, subnodes) if message.attachments else 0
    properties = _properties(node, message)
    size = attached + sum(4 if isinstance(value, int) else len(value) for value in properties.values())
    properties[0x0E080003] = size
    data = property_context(database, properties, subnodes)
    return properties, data, subnodes.close()


def _properties(node: int, message: Message) -> dict[int, Value]:
    prefix, topic = split_subject(message.subject)
    name, address = wide(message.sender_name), wide(message.sender_address)
    smtp = wide("SMTP")
    kept = message.delivered_at or message.submitted_at
    moment = layout.filetime(kept or _TIMELESS)
    flags = (_READ if kept else _READ | _UNSENT) | (_HAS_ATTACHMENTS if message.attachments else 0)
    key = blake2b(f"{node}\0{message.message_id}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
    found: dict[int, Value | None] = {
        0x00170003: 1,  # importance: normal
        0x001A001F: wide(message.message_class),
        0x00260003: 0,  # priority: normal
        0x00360003: 0,  # sensitivity: none
        0x0037001F: _stored_subject(message.subject, prefix),
        0x00390040: layout.filetime(message.submitted_at) if message.submitted_at else None,
        0x003D001F: wide(prefix),
        0x0042001F: name,
        0x0064001F: smtp,
        0x0065001F: address,
        0x0070001F: wide(topic),
        0x007D001F: None if message.headers is None else wide(message.headers),
        0x0C1A001F: name,
        0x0C1E001F: smtp,
        0x0C1F001F: address,
        0x0E02001F: wide(_names(message.recipients, 3)),
        0x0E03001F: wide(_names(message.recipients, 2)),
        0x0E04001F: wide(_names(message.recipients, 1)),
        0x0E060040: layout.filetime(message.delivered_at) if message.delivered_at else None,
        0x0E070003: flags,
        0x0E170003: 0,  # status
        0x0E1B000B: bool(message.attachments),
        0x0E1D001F: wide(topic),
        0x1000001F: None if message.text is None else wide(message.text),
        0x1000001E: message.text_8_bit,
        0x10090102: message.rtf,
        0x10130102: message.html,
        0x10160003: 1 if message.html is None else 3,  # the body to trust: plain or HTML
        0x1035001F: None if message.message_id is None else wide(message.message_id),
        0x30070040: moment,
        0x30080040: moment,
        0x300B0102: key,
        0x3FDE0003: message.codepage,
        0x3FFD0003: message.message_codepage,
        0x5D01001F: address,
        0x5D02001F: address,
        **message.properties,
    }
    return {tag: value for tag, value in found.items() if value is not None}


_CELL_TAGS = (
    0x00170003, 0x001A001F, 0x00360003, 0x0037001F, 0x00390040, 0x0042001F, 0x0070001F, 0x0E03001F,
    0x0E04001F, 0x0E060040, 0x0E070003, 0x0E080003, 0x0E170003, 0x30080040,
)  # fmt: skip


def _cells(properties: dict[int, Value]) -> dict[int, Value]:
    cells: dict[int, Value] = {}
    for tag in _CELL_TAGS:
        value = properties.get(tag)
        if value is not None:
            cells[tag] = _cell_text(value) if isinstance(value, bytes) else value
    return cells


def _cell_text(text: bytes) -> bytes:
    # As in Outlook's tables, a cell shows at most 255 characters of a text, and never half a surrogate pair.
    short = text[: 2 * _CELL_CHARACTERS]
    return short[:-2] if len(text) > len(short) and 0xD8 <= short[-1] <= 0xDB else short


def _write_recipients(database: NodeDatabase, recipients: tuple[Recipient, ...]) -> tuple[int, int]:
    table = Table(database, RECIPIENT_COLUMNS)
    smtp, end = wide("SMTP"), b"\0\0"
    for number, recipient in enumerate(recipients):
        name, address = wide(recipient.name), wide(recipient.address)
        exchange = {0x3002001F: wide("EX"), 0x3003001F: wide(recipient.exchange)}
        table.add(
            number,
            {
                0x0C150003: recipient.kind,
                0x0E0F000B: 1,  # responsibility
                0x0FF60102: number.to_bytes(4, "little"),
                0x0FFE0003: _MAIL_USER,
                0x0FFF0102: b"".join((_ONE_OFF, name, end, smtp, end, address, end)),
                0x3001001F: name,
                0x3002001F: smtp,
                0x3003001F: address,
                0x300B0102: f"SMTP:{recipient.address.upper()}\0".encode("utf-8", "surrogatepass"),
                0x39000003: 0,  # shown as a mail user
                0x39FE001F: address,
                0x39FF001F: name,
                0x3A40000B: 0,  # no rich text
                **(exchange if recipient.exchange else {}),
            },
        )
    return table.close()


def _write_attachments(database: NodeDatabase, message: Message, subnodes: Subnodes) -> int:
    table = Table(database, ATTACHMENT_COLUMNS)
    total = 0
    for number, attachment in enumerate(message.attachments):
        node = layout.node_id(layout.T_ATTACHMENT, 0x401 + number)
        own = Subnodes(database)
        if isinstance(attachment, Enclosed):
            properties = _enclosed(database, number, attachment, own)
        else:
            properties = _attachment_properties(number, attachment)
            if attachment.method == _BY_VALUE:
                properties[0x37010102] = _attachment_data(database, attachment, own)
        subnodes.add(node, property_context(database, properties, own), own.close())
        tags = (0x0E200003, 0x3704001F, 0x37050003, 0x370B0003)
        table.add(node, {tag: properties[tag] for tag in tags if tag in properties})
        size = properties[0x0E200003]
        total += size if isinstance(size, int) else 0
    subnodes.add(layout.NID_ATTACHMENTS, *table.close())
    return total


def _enclosed(
    database: NodeDatabase, number: int, enclosed: Enclosed, subnodes: Subnodes
) -> dict[int, Value]:
    # Ids of nodes are only unique inside their node: as in Outlook's files, every attached message has the
    # same one.
    node = layout.node_id(layout.T_MESSAGE, layout.FIRST_MESSAGE)
    held, data, below = _write_blocks(database, node, enclosed.message)
    subnodes.add(node, data, below)
    size = held[0x0E080003]
    properties: dict[int, Value] = {
        0x0E200003: size,
        0x0E210003: number,
        0x0FFE0003: 7,  # object type: attachment
        0x3701000D: struct.pack("<II", node, size if isinstance(size, int) else 0),  # [MS-PST] 2.3.3.5
        0x37050003: _EMBEDDED,
        0x370B0003: _NOT_RENDERED,
        0x37140003: 0,
        0x7FFE000B: False,
    }
    if enclosed.name:
        properties[0x3001001F] = wide(enclosed.name)
    return properties


def _attachment_data(database: NodeDatabase, attachment: Attachment, subnodes: Subnodes) -> Value:
    if attachment.size > layout.HEAP_ITEM_MOST:
        return subnodes.value(database.stream(attachment.chunks(), attachment.size))
    content = b"".join(attachment.chunks())
    if len(content) != attachment.size:
        raise ValueError(f"the data was announced as {attachment.size} bytes, but {len(content)} came")
    return content


def _attachment_properties(number: int, attachment: Attachment) -> dict[int, Value]:
    name = wide(attachment.name)
    _, dot, ending = attachment.name.rpartition(".")
    inline = attachment.content_id is not None
    properties: dict[int, Value] = {
        0x0E200003: attachment.size,
        0x0E210003: number,
        0x0FFE0003: 7,  # object type: attachment
        0x37050003: attachment.method,
        0x370B0003: _NOT_RENDERED,  # no position in the plain text; the HTML shows it by its content id
        0x37140003: _IN_HTML if inline else 0,
        0x7FFE000B: inline,
    }
    if attachment.name:
        properties |= {
            0x3001001F: name,
            0x3703001F: wide(dot + ending if dot else ""),
            0x3704001F: name,
            0x3707001F: name,
        }
    if attachment.mime_type:
        properties[0x370E001F] = wide(attachment.mime_type)
    if attachment.path:
        properties[0x3708001F] = properties[0x370D001F] = wide(attachment.path)
    if attachment.content_id is not None:
        properties[0x3712001F] = wide(attachment.content_id)
    return properties
