"""Numbers, structures and checksums of the PST format, Unicode version 23.

Everything here is a fact of Microsoft's open specification [MS-PST]; each group names its section. The other
modules of this package take their constants only from here. All integers are little-endian.
"""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime
from typing import Final

# --- where things are in the file (2.2.2.6, 2.2.2.7) --------------------------------------------------------
PAGE: Final = 512
SLOT: Final = 64  # bytes of file per bit of an allocation map
MAP_BYTES: Final = 496  # bytes of a page before its trailer
# 253,952 bytes: what one allocation map (AMap) covers, its own page included
SECTION: Final = MAP_BYTES * 8 * SLOT
DLIST_AT: Final = 0x4200
FIRST_AMAP: Final = 0x4400
PMAP_EVERY: Final = 8  # sections; a page map follows every eighth AMap
FMAP_FIRST: Final = 128  # sections; the free map of those before is in the header
FMAP_EVERY: Final = MAP_BYTES
FPMAP_FIRST: Final = 128 * 64
FPMAP_EVERY: Final = MAP_BYTES * 64
# The free page map's distance from the AMap, whether or not there is a free map between them
FPMAP_SHIFT: Final = 3 * PAGE

PAGE_BBT: Final = 0x80
PAGE_NBT: Final = 0x81
PAGE_FMAP: Final = 0x82
PAGE_PMAP: Final = 0x83
PAGE_AMAP: Final = 0x84
PAGE_FPMAP: Final = 0x85
PAGE_DLIST: Final = 0x86
# These have no signature, and their offset as id (2.2.2.7.1)
MAP_PAGES: Final = frozenset({PAGE_FMAP, PAGE_PMAP, PAGE_AMAP, PAGE_FPMAP})

PAGE_TRAILER: Final = struct.Struct("<BBHIQ")  # type, type again, signature, CRC, id
# Entries, most entries, bytes per entry, level: at byte 488 of a B-tree page (2.2.2.7.7.1)
TREE_FOOT: Final = struct.Struct("<BBBB4x")
TREE_BYTES: Final = 488
TREE_ENTRY: Final = struct.Struct("<QQQ")  # key, page id, offset
NBT_ENTRY: Final = struct.Struct("<QQQII")  # node id, data block, subnode block, parent node
BBT_ENTRY: Final = struct.Struct("<QQHHI")  # block id, offset, bytes, references

# --- header (2.2.2.6) ---------------------------------------------------------------------------------------
HEADER_BYTES: Final = 564
MAGIC: Final = 0x4E444221  # "!BDN"
MAGIC_CLIENT: Final = 0x4D53  # "SM"
VERSION: Final = 23
VERSION_CLIENT: Final = 19
AMAP_VALID: Final = 2
CRYPT: Final = {"none": 0, "permute": 1}
# Magic, CRC, client magic, version, client version, platforms, reserved
HEADER_HEAD: Final = struct.Struct("<IIHHHBBII")
HEADER_IDS: Final = struct.Struct("<QQI32I")  # unused, next page id, unique, node counters by type
HEADER_ROOT: Final = struct.Struct("<QIQQQQQQQQBBH")  # 2.2.2.5, after eight unused bytes
# Align, free map, free page map, sentinel, crypt, reserved, next block id
HEADER_TAIL: Final = struct.Struct("<I128s128sBBHQ")

# --- blocks (2.2.2.8) ---------------------------------------------------------------------------------------
BLOCK_DATA: Final = 8176  # most payload bytes of a block: 8,192 less the trailer
BLOCK_TRAILER: Final = struct.Struct("<HHIQ")  # payload bytes, signature, CRC, id
INTERNAL: Final = 2  # bit of a block id (2.2.2.2): this block refers to others, and is never encoded
# Type, level, entries, and total bytes (data trees) or padding (subnode trees)
TREE_HEAD: Final = struct.Struct("<BBHI")
XBLOCK: Final = 1
SLBLOCK: Final = 2
XBLOCK_MOST: Final = (BLOCK_DATA - 8) // 8  # 1,021 block ids
SL_ENTRY: Final = struct.Struct("<QQQ")  # node id, data block, subnode block
SI_ENTRY: Final = struct.Struct("<QQ")  # first node id, SLBLOCK
SL_MOST: Final = (BLOCK_DATA - 8) // 24  # 340
SI_MOST: Final = (BLOCK_DATA - 8) // 16  # 510

# --- heaps, B-trees and tables on a node (2.3) --------------------------------------------------------------
HEAP_SIGNATURE: Final = 0xEC
HEAP_PROPERTIES: Final = 0xBC
HEAP_TABLE: Final = 0x7C
HEAP_ITEM_MOST: Final = 3580
BTH_TYPE: Final = 0xB5
HEAP_HEAD: Final = struct.Struct("<HBBI4s")  # offset of the page map, signature, client, root, fill levels
BTH_HEAD: Final = struct.Struct("<BBBBI")  # type, key bytes, value bytes, levels, root
PROPERTY: Final = struct.Struct("<HHI")  # id, type, value or reference
# Type, columns, ends of 8/4-, 2-, 1-byte cells and of the row, index, rows, 0
TABLE_HEAD: Final = struct.Struct("<BBHHHHIII")
COLUMN: Final = struct.Struct("<IHBB")  # tag, offset, bytes, existence bit
ROW_INDEX: Final = struct.Struct("<II")  # row id, row number

# --- node ids (2.2.2.1, 2.4.1): 27 bits of index over 5 bits of type ----------------------------------------
T_INTERNAL: Final = 0x01
T_FOLDER: Final = 0x02
T_SEARCH_FOLDER: Final = 0x03
T_MESSAGE: Final = 0x04
T_ATTACHMENT: Final = 0x05
T_ASSOCIATED: Final = 0x08
T_HIERARCHY: Final = 0x0D
T_CONTENTS: Final = 0x0E
T_ASSOCIATED_CONTENTS: Final = 0x0F
T_LTP: Final = 0x1F

NID_STORE: Final = 0x21
NID_NAMES: Final = 0x61
NID_ROOT: Final = 0x122
NID_SEARCH_QUEUE: Final = 0x1E1
NID_SEARCH_ACTIVITY: Final = 0x201
NID_SEARCH_DOMAIN: Final = 0x261
NID_HIERARCHY_TEMPLATE: Final = 0x60D
NID_CONTENTS_TEMPLATE: Final = 0x60E
NID_ASSOCIATED_TEMPLATE: Final = 0x60F
NID_SEARCH_TEMPLATE: Final = 0x610
NID_ATTACHMENTS: Final = 0x671
NID_RECIPIENTS: Final = 0x692
NID_SPAM_SEARCH: Final = 0x2223
NID_SPAM_QUEUE: Final = 0x2226
NID_SPAM_CRITERIA: Final = 0x2227
NID_SPAM_CONTENTS: Final = 0x2230
NID_TOP: Final = 0x8022  # the IPM subtree, which holds the user's folders
NID_SEARCH_ROOT: Final = 0x8042
NID_DELETED: Final = 0x8062
FIRST_FOLDER: Final = 0x404  # index; 0x401 to 0x403 are the three above
FIRST_MESSAGE: Final = 0x10001  # index

# --- property types (2.1.2, [MS-OXCDATA] 2.11.1) ------------------------------------------------------------
CELL_BYTES: Final = {
    0x0002: 2,
    0x0003: 4,
    0x000B: 1,
    0x0014: 8,
    0x0040: 8,
}  # any other type takes a 4-byte reference

# --- encoding (5.1): a fixed substitution of bytes, which Outlook calls "compressible" ----------------------
ENCODE: Final = bytes.fromhex(
    "41361362a8216ebbf416cc047f64e85d1ef2cb2a74c55e35d295479e962d9a88"
    "4c7d843fdbac31b6485ff6c4d8398be7233b388ec8c1df25b120a546604e9cfb"
    "aad35651457c550007c92b9d859b09a08fadb30f63ab894bd7a7155a716642bf"
    "264a6b98faea7753b270052cfd593a867ece06eb827857c78d43afb41cd45bcd"
    "e2e9274fc3087280cfb0eff5286dbe304d3492d50e3c2232e5e4f99fc2d10a81"
    "12e1ee918376e397e6618a1779a4b7dc907a5c8c02a6ca69de501a1193b95287"
    "58fced1d37491b6ae0293399bd6cd994f340546ff0c673b8d63e6518441fdd67"
    "10f10c19ecae03a1147ba90bfff8a3c0a201f72ebc2468750dfeba2fb5d0da3d"
)
DECODE: Final = bytes(ENCODE.index(value) for value in range(256))

_MASK: Final = 0xFFFFFFFF
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)


def crc(data: bytes | bytearray | memoryview) -> int:
    """Compute the checksum of pages and blocks ([MS-PST] 5.3).

    It is the usual reflected CRC-32, but it starts at 0 and is not inverted at the end. ``zlib`` starts with
    all bits set and inverts the result, so both are undone here.

    Example:
        >>> hex(crc(bytes.fromhex("00ff")))
        '0x2d02ef8d'
    """
    return zlib.crc32(data, _MASK) ^ _MASK


def signature(offset: int, identifier: int) -> int:
    """Compute the 16-bit signature of a page or block ([MS-PST] 5.5) from its offset in the file and its id.

    It shows a reader that it found the block that it was looking for, and not another one or an older copy.

    Example:
        >>> hex(signature(0x4C00, 4))
        '0x4c04'
    """
    mixed = offset ^ identifier
    return ((mixed >> 16) ^ mixed) & 0xFFFF


def node_id(kind: int, index: int) -> int:
    """Join a node's 5-bit type and 27-bit index ([MS-PST] 2.2.2.1).

    Example:
        >>> hex(node_id(T_MESSAGE, FIRST_MESSAGE))
        '0x200024'
    """
    return index << 5 | kind


def filetime(moment: datetime) -> bytes:
    """A time as PtypTime: 100-nanosecond steps since 1601, eight bytes. A naive time is taken as UTC.

    Example:
        >>> filetime(datetime(1601, 1, 1, 0, 0, 1)).hex()
        '8096980000000000'
    """
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    passed = aware - _EPOCH
    return struct.pack("<q", (passed.days * 86_400 + passed.seconds) * 10_000_000 + passed.microseconds * 10)


def map_pages(section: int) -> list[tuple[int, int]]:
    """List the map pages at the start of a section as (page type, offset in the section), the AMap first.

    Example:
        >>> [hex(kind) for kind, _ in map_pages(0)], [hex(kind) for kind, _ in map_pages(1)]
        (['0x84', '0x83'], ['0x84'])
    """
    pages = [(PAGE_AMAP, 0)]
    if section % PMAP_EVERY == 0:
        pages.append((PAGE_PMAP, PAGE))
    if section >= FMAP_FIRST and (section - FMAP_FIRST) % FMAP_EVERY == 0:
        pages.append((PAGE_FMAP, 2 * PAGE))
    if section >= FPMAP_FIRST and (section - FPMAP_FIRST) % FPMAP_EVERY == 0:
        pages.append((PAGE_FPMAP, FPMAP_SHIFT))
    return pages
