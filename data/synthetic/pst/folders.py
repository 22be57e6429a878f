"""The store, its folders and the nodes that every PST must have ([MS-PST] 2.4.3, 2.4.4, 2.4.7, 2.7)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from data.synthetic.pst import layout
from data.synthetic.pst.ltp import Columns, Subnodes, Table, Value, property_context
from data.synthetic.pst.messaging import ATTACHMENT_COLUMNS, RECIPIENT_COLUMNS, wide
from data.synthetic.pst.ndb import NodeDatabase

# The columns of the templates of 2.4.4.4 to 2.4.4.6 and 2.4.8.6. Empty tables have all of them too, for old
# programs.
HIERARCHY_COLUMNS = Columns(
    0x0E300102, 0x0E330014, 0x0E340102, 0x0E380003, 0x3001001F, 0x36020003, 0x36030003, 0x360A000B,
    0x3613001F, 0x66350003, 0x66360003,
)  # fmt: skip
CONTENTS_COLUMNS = Columns(
    0x00170003, 0x001A001F, 0x00360003, 0x0037001F, 0x00390040, 0x0042001F, 0x0057000B, 0x0058000B,
    0x0070001F, 0x00710102, 0x0E03001F, 0x0E04001F, 0x0E060040, 0x0E070003, 0x0E080003, 0x0E170003,
    0x0E300102, 0x0E330014, 0x0E340102, 0x0E380003, 0x0E3C0102, 0x0E3D0102, 0x10970003, 0x30080040,
    0x30130102, 0x65C60003,
)  # fmt: skip
ASSOCIATED_COLUMNS = Columns(
    0x001A001F, 0x0E070003, 0x0E170003, 0x3001001F, 0x6800001F, 0x6803000B, 0x68051003, 0x682F001F,
    0x70030003, 0x70040102, 0x70050102, 0x7006001F, 0x70070003,
)  # fmt: skip
SEARCH_COLUMNS = Columns(
    0x00170003, 0x001A001F, 0x00360003, 0x0037001F, 0x0042001F, 0x0057000B, 0x0058000B, 0x0E03001F,
    0x0E04001F, 0x0E05001F, 0x0E060040, 0x0E070003, 0x0E080003, 0x0E170003, 0x0E2A000B, 0x30080040,
    0x67F10003,
)  # fmt: skip

_COMMON = bytes.fromhex("0820060000000000c000000000000046")  # PSETID_Common
_NAMES = (0x8503, 0x8506, 0x8510, 0x8554)  # named properties that Outlook looks for in every store
_BUCKETS = 251
_NORMAL = "IPF.Note"


@dataclass
class Folder:
    """A folder that is being filled.

    Attributes:
        node: Its node id.
        name: Display name.
        parent: Node id of the folder that holds it; the root is its own parent.
        container: Container class; empty for folders that hold no items of the user.
        contents: The contents table; None until there is a message.
        folders: The folders directly in it.
    """

    node: int
    name: str
    parent: int
    container: str = ""
    contents: Table | None = None
    folders: list[Folder] = field(default_factory=list)

    @property
    def messages(self) -> int:
        """How many messages are directly in it."""
        return self.contents.count if self.contents else 0

    def table(self, kind: int) -> int:
        """The node id of one of its tables: the same index with another type."""
        return self.node & ~0x1F | kind


class Furniture:
    """Writes the store and the folders.

    As in Outlook's files, all empty tables of a kind share one block: that of their template.
    """

    def __init__(self, database: NodeDatabase) -> None:
        self._database = database
        self._templates: dict[int, int] = {}

    def _template(self, node: int, columns: Columns) -> None:
        data, subnodes = Table(self._database, columns).close()
        self._templates[node] = data
        self._database.node(node, data, subnodes)

    def _empty(self, node: int, template: int) -> None:
        self._database.node(node, self._database.share(self._templates[template]))

    def _properties(self, node: int, properties: dict[int, Value], parent: int = 0) -> None:
        subnodes = Subnodes(self._database)
        data = property_context(self._database, properties, subnodes)
        self._database.node(node, data, subnodes.close(), parent)

    def templates(self) -> None:
        """Write the templates of tables, the name map and the search queues."""
        self._template(layout.NID_HIERARCHY_TEMPLATE, HIERARCHY_COLUMNS)
        self._template(layout.NID_CONTENTS_TEMPLATE, CONTENTS_COLUMNS)
        self._template(layout.NID_ASSOCIATED_TEMPLATE, ASSOCIATED_COLUMNS)
        self._template(layout.NID_SEARCH_TEMPLATE, SEARCH_COLUMNS)
        self._template(layout.NID_ATTACHMENTS, ATTACHMENT_COLUMNS)
        self._template(layout.NID_RECIPIENTS, RECIPIENT_COLUMNS)
        for node in (layout.NID_SEARCH_QUEUE, layout.NID_SEARCH_ACTIVITY, layout.NID_SEARCH_DOMAIN):
            self._database.node(node, 0)
        self._properties(layout.NID_NAMES, _name_map())

    def store(self, name: str, key: bytes) -> None:
        """Write the store's own properties, with its 16-byte key, which is also part of its folders' ids."""

        def entry(node: int) -> bytes:
            return bytes(4) + key + node.to_bytes(4, "little")  # [MS-PST] 2.4.3.2

        self._properties(
            layout.NID_STORE,
            {
                0x0E340102: b"\1\0\0\0" + key + b"\1\0\0\0",
                0x0E380003: 0,
                0x0FF90102: key,
                0x3001001F: wide(name),
                0x35DF0003: 0x89,  # which of the entry ids below exist
                0x35E00102: entry(layout.NID_TOP),
                0x35E30102: entry(layout.NID_DELETED),
                0x35E70102: entry(layout.NID_SEARCH_ROOT),
                0x6633000B: True,
                0x66FA0003: 0x000E000D,
                0x67FF0003: 0,  # no password
            },
        )

    def folder(self, folder: Folder) -> None:
        """Write a folder's properties and its three tables: of folders, of messages, of associated items."""
        self._properties(folder.node, _folder_properties(folder), folder.parent)
        if folder.folders:
            table = Table(self._database, HIERARCHY_COLUMNS)
            for child in sorted(folder.folders, key=lambda f: f.node):
                table.add(child.node, _folder_properties(child))
            self._database.node(folder.table(layout.T_HIERARCHY), *table.close())
        else:
            self._empty(folder.table(layout.T_HIERARCHY), layout.NID_HIERARCHY_TEMPLATE)
        if folder.contents:
            self._database.node(folder.table(layout.T_CONTENTS), *folder.contents.close())
        else:
            self._empty(folder.table(layout.T_CONTENTS), layout.NID_CONTENTS_TEMPLATE)
        self._empty(folder.table(layout.T_ASSOCIATED_CONTENTS), layout.NID_ASSOCIATED_TEMPLATE)

    def spam_search(self, folder: Folder) -> None:
        """Write the search folder that every store has, empty."""
        self._properties(folder.node, _folder_properties(folder), folder.parent)
        self._database.node(layout.NID_SPAM_QUEUE, 0)
        self._properties(layout.NID_SPAM_CRITERIA, {0x660B0003: 0})
        self._empty(layout.NID_SPAM_CONTENTS, layout.NID_SEARCH_TEMPLATE)


def _folder_properties(folder: Folder) -> dict[int, Value]:
    properties: dict[int, Value] = {
        0x3001001F: wide(folder.name),
        0x36020003: folder.messages,
        0x36030003: 0,  # unread
        0x360A000B: bool(folder.folders),
    }
    if folder.container:
        properties[0x3613001F] = wide(folder.container)
    return properties


def _name_map() -> dict[int, Value]:
    # The name map ([MS-PST] 2.4.7). Each entry has the property's number, the index of its set (3 for the
    # first of the GUID stream) above a bit that marks names in letters, and the entry's index. Its bucket is
    # the remainder of a hash of the first two.
    entries = [struct.pack("<IHH", number, 3 << 1, index) for index, number in enumerate(_NAMES)]
    buckets: dict[int, bytes] = {}
    for number, entry in zip(_NAMES, entries, strict=True):
        bucket = 0x1000 + (number ^ 3 << 1) % _BUCKETS
        buckets[bucket] = buckets.get(bucket, b"") + entry
    found: dict[int, Value] = {
        0x00010003: _BUCKETS,
        0x00020102: _COMMON,
        0x00030102: b"".join(entries),
        0x00040102: b"",  # names in letters: none
    }
    found.update((bucket << 16 | 0x0102, value) for bucket, value in buckets.items())
    return found
