"""The control words of RTF that matter for its text (Rich Text Format 1.9.1)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SIGNS: Final[Mapping[bytes, str]] = MappingProxyType(
    {
        b"tab": "\t", b"emdash": "\u2014", b"endash": "\u2013", b"emspace": "\u2003", b"enspace": "\u2002",
        b"qmspace": "\u2005", b"bullet": "\u2022", b"lquote": "\u2018", b"rquote": "\u2019",
        b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"zwj": "\u200d", b"zwnj": "\u200c",
        b"zwbo": "\u200b", b"zwnbo": "\u2060", b"ltrmark": "\u200e", b"rtlmark": "\u200f",
    }
)  # fmt: skip
"""Words that stand for a character."""

SYMBOLS: Final[Mapping[bytes, str]] = MappingProxyType(
    {b"~": "\u00a0", b"_": "\u2011", b"-": "\u00ad", b"\t": "\t"}
)
"""Control symbols that stand for a character."""

BREAKS: Final = frozenset({b"par", b"line", b"page", b"sect", b"column", b"softline", b"softpage"})
"""Words that end a line."""

CELLS: Final = frozenset({b"cell", b"row", b"nestcell", b"nestrow"})
"""Words that end a cell or row of a table, and with it a line, as in HTML (method 3.2)."""

SKIPPED: Final = frozenset(
    b"""
    aftncn aftnsep aftnsepc annotation atnauthor atndate atnicn atnid atnparent atnref atntime atrfend
    atrfstart author background bkmkend bkmkstart blipuid buptim category colorschememapping colortbl
    comment company creatim datafield datastore defchp defpap do doccomm docvar factoidname falt
    ffdeftext ffentrymcr ffexitmcr ffformat ffhelptext ffl ffname ffstattext file filetbl fldinst
    fldtype fname fontemb fontfile footer footerf footerl footerr formatconverter formfield ftncn ftnsep
    ftnsepc generator gridtbl header headerf headerl headerr hl hlfr hlinkbase hlloc hlsrc hsv htmltag info
    keycode keywords latentstyles levelnumbers leveltext lfolevel linkval list listlevel listname
    listoverride listoverridetable listpicture liststylename listtable listtext manager mhtmltag
    nesttableprops nextfile nonesttables nonshppict objalias objclass objdata objname objsect objtime
    oldcprops oldpprops oldsprops oldtprops oleclsid operator panose password passwordhash pgdsctbl pgp
    pgptbl picprop pict pn pnseclvl pntext pntxta pntxtb printim private propname protend protstart
    protusertbl pxe revtbl revtim rsidtbl rxe shprslt sn sp staticval stylesheet subject sv svb tc
    template themedata title txe upr userprops wgrffmtfilter windowcaption writereservation
    writereservhash xe xform xmlattrname xmlattrvalue xmlclose xmlname xmlnstbl xmlopen
    """.split()
)
"""Destinations whose text is not part of the body: tables, pictures, fields' instructions, list numbers."""

READ_THOUGH_STARRED: Final = frozenset({b"shpinst", b"shptxt", b"ud"})
r"""Destinations that are read although they begin with ``\*``: the text of shapes, and the Unicode half of a
text that is given twice (``\upr``)."""

CHARACTER_SETS: Final[Mapping[int, str]] = MappingProxyType(
    {
        2: "cp1252", 77: "mac_roman", 78: "cp932", 79: "cp949", 80: "gb18030", 81: "cp950", 83: "cp1255",
        84: "cp1256", 85: "mac_greek", 86: "mac_turkish", 87: "cp874", 88: "mac_latin2", 89: "mac_cyrillic",
        128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254",
        163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
        238: "cp1250", 254: "cp437", 255: "cp850",
    }
)  # fmt: skip
r"""The codec of a font by its ``\fcharset``. Not here: 0, which means Windows-1252 or the document's own
page, and 1, which means the latter."""

DOCUMENT_SETS: Final[Mapping[bytes, str]] = MappingProxyType(
    {b"ansi": "cp1252", b"mac": "mac_roman", b"pc": "cp437", b"pca": "cp850"}
)
r"""The codec of a document that has no ``\ansicpg``."""
