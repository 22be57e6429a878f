"""One message as libpff decodes it: its properties as plain values, and which of them could not be read.

Every value is taken from a property's raw data by its tag, so that a bad property does not cost the whole
message. Text is decoded here and in ``tasks.bodies``, because libpff's own conversion cuts a plain body at
its first NUL, refuses a lone surrogate, and knows no RTF that is not compressed. What is worked around here
was found in libpff's Python binding 20260926. Property tags: MS-OXPROPS; their types: MS-OXCDATA 2.11.1.
"""

from __future__ import annotations

from typing import Any, Final

from tasks.mail.outcomes import Mail, NotMail
from tasks.mail.participants import read_participants
from tasks.mail.properties import (
    CONTENT_COUNT,
    DELIVERY_TIME,
    MESSAGE_CLASS,
    NAME,
    SUBJECT,
    SUBMIT_TIME,
    TEXT_TYPES,
    Properties,
)

_NOTE: Final = (TEXT_TYPES[1], "IPM.Note".encode("utf-16-le"))
_AROUND: Final = " \t\r\n\0\u00a0"
"""What may stand around a class by mistake."""


def is_mail(message_class: str) -> bool:
    """Whether a class is ``IPM.Note`` or under it (method 1.4), in any letter case.

    >>> [is_mail(name) for name in ("IPM.Note", "ipm.note.SMIME", "IPM.Notebook", "REPORT.IPM.Note.NDR", "")]
    [True, True, False, False, False]
    """
    name = message_class.lower()
    return name == "ipm.note" or name.startswith("ipm.note.")


class ClassUnreadableError(Exception):
    """An item's class is there and cannot be read, so nobody knows whether the item is mail (method 1.4)."""


def _class_of(properties: Properties) -> str:
    """The class, without the blanks around it; empty, with a flaw, where the item has none.

    Raises:
        ClassUnreadableError: It is there and cannot be read.
    """
    flaws = properties.flaws
    found = properties.raw(MESSAGE_CLASS, "message class")
    if found == _NOTE:  # nearly always
        return "IPM.Note"
    if flaws:
        raise ClassUnreadableError(flaws[0])
    if found is None:
        # libpff gives no data both for a property that is not there and for one that points to nothing.
        if properties.has(MESSAGE_CLASS):
            raise ClassUnreadableError("message class: it is stored, but points to nothing")
        flaws.append("message class: there is none; taken for mail")
        return ""
    if found[0] not in TEXT_TYPES:
        raise ClassUnreadableError(f"message class: not a text, but of type 0x{found[0]:04x}")
    stored = properties.decoded(*found, "message class")
    if flaws:
        raise ClassUnreadableError(flaws[0])
    name = stored.strip(_AROUND)
    if name != stored:
        flaws.append("message class: with blanks around it")
    if not name:
        flaws.append("message class: empty; taken for mail")
    return name


def _plain_subject(subject: str | None) -> str | None:
    """The subject without the two characters that give the length of its prefix (MS-PST 2.5.3.1.1.1).

    >>> _plain_subject(chr(1) + chr(5) + "RE: Crime Alert")
    'RE: Crime Alert'
    """
    if subject and subject[0] == "\x01":
        return subject[2:]
    return subject


def read_item(item: Any, attachments: int, code_page: str | None = None) -> Mail | NotMail:
    """Read one item.

    Args:
        item: What ``get_sub_item`` of pypff returned: a message, or a bare item, folder or task for classes
            that libpff does not know. The stored class decides what it is.
        attachments: How many attachment nodes the item has.
        code_page: The codec of the agency's setting, for 8-bit texts of which nothing says what they are.

    Returns:
        The mail, or the class of an item that is not mail. An item without a class is taken for mail.

    Raises:
        OSError: Libpff cannot read the item at all.
        ClassUnreadableError: Its class is there and cannot be read.
    """
    node_id: int = item.identifier
    if item.number_of_record_sets < 1:
        raise ClassUnreadableError("message class: the item has no properties at all")
    flaws: list[str] = []
    properties = Properties(item.get_record_set(0), flaws, code_page)
    message_class = _class_of(properties)
    if message_class and not is_mail(message_class):
        return NotMail(node_id, message_class)
    mail = Mail(node_id, message_class, attachments=attachments, flaws=flaws)
    mail.subject = _plain_subject(properties.text(SUBJECT, "subject"))
    mail.submitted_at = properties.time(SUBMIT_TIME, "submitted_at")
    mail.delivered_at = properties.time(DELIVERY_TIME, "delivered_at")
    mail.html, mail.text = properties.bodies()
    read_participants(item, properties, mail)
    return mail


def _counted(stated: int | None) -> int | None:
    """A number of messages, at most what its type (PtypInteger32) can hold, so that sums fit into a table."""
    return None if stated is None else min(stated, 0xFFFFFFFF)


def folder_facts(file: Any) -> dict[int, tuple[str | None, int | None]]:
    """Name and stated number of messages (PidTagContentCount) of each folder at the top of an open file.

    Folders that libpff cannot read are left out.
    """
    facts: dict[int, tuple[str | None, int | None]] = {}
    top = file.root_item
    for index in range(top.number_of_sub_items if top is not None else 0):
        try:
            item = top.get_sub_item(index)
            if item.number_of_record_sets:
                properties = Properties(item.get_record_set(0), [])
                facts[item.identifier] = (
                    properties.text(NAME, "name"),
                    _counted(properties.integer(CONTENT_COUNT, "count")),
                )
        except (OSError, MemoryError):
            continue
    return facts
