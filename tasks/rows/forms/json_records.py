"""The rows of a JSON file, one after the other, with bounded memory: lines, arrays, GeoJSON.

Numbers come as the text that is written, so that an id of twenty digits stays exact, and a coordinate too.

A file may hold its rows as values one after the other (JSON lines; RFC 8142 sequences), as one array, or as
an array inside one object, as GeoJSON does and most interfaces of web services; CKAN has one object more
around it. Rows are objects; or arrays, whose columns the first names (the Census API), or other members of
the object (CKAN's dump, Socrata's rows.json): these then come first, as a row.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, Final

from data import file_faults
from data.errors import InputError
from data.printable import escaped
from tasks.rows.forms.encoding import Readable
from tasks.rows.forms.json_kind import FIELDS, SEPARATOR, JsonKind, names_of

LONGEST: Final = 2 << 20
"""Letters of a row at most."""

_RESULT: Final = "result"
"""The member under which CKAN puts the object that holds the rows."""

_CHUNK: Final = 1 << 20
_NOT_BLANK: Final = re.compile(f"[^ \t\r\n{SEPARATOR}]")

Row = dict[str, Any] | list[Any]
"""A row: an object, or an array whose columns the first row names."""


def _nothing(_: str) -> None:
    """NaN and infinity, which JSON does not have and some programs write, are missing."""


DECODER: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_nothing)


class _Text:
    """The text of a stream, from where it was read so far, growing at its end."""

    def __init__(self, stream: Readable, label: str, longest: int) -> None:
        self._stream, self._label, self._longest = stream, label, longest
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text, self._at = "", 0
        self.ended = False
        self.rows = 0

    def more(self) -> bool:
        """Read on; False at the end."""
        if self.ended:
            return False
        part = self._stream.read(_CHUNK)
        self.ended = not part
        try:
            text = self._decoder.decode(part, final=self.ended)
        except UnicodeDecodeError as error:
            raise file_faults.not_utf8(self._label) from error
        self._text, self._at = self._text[self._at :] + text, 0
        return True

    def peek(self) -> str:
        """The next character that is not blank; "" at the end."""
        while True:
            found = _NOT_BLANK.search(self._text, self._at)
            self._at = len(self._text) if found is None else found.start()
            if found is not None:
                return found[0]
            if not self.more():
                return ""

    def skip(self) -> None:
        """Pass over a character."""
        self._at += 1

    def value(self) -> Any:
        """The next value."""
        self.peek()
        while True:
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise self.wrong("it is nested too deeply") from error
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > self._longest:
                    raise file_faults.endless_value(self._label, self.rows, self._longest >> 20) from error
                if not self.more():
                    raise self.wrong("it ends in the middle" if self._cut(error) else error.msg) from error
                continue
            # A number that touches the end may go on behind it.
            if end == len(self._text) and not self.ended and self.more():
                continue
            self._at = end
            return found

    def _cut(self, error: json.JSONDecodeError) -> bool:
        return error.pos >= len(self._text.rstrip()) or "Unterminated string" in error.msg

    def wrong(self, reason: str) -> InputError:
        """The fault of the row that is read."""
        return file_faults.not_json(self._label, self.rows + 1, reason)


def records(
    stream: Readable,
    label: str,
    kind: JsonKind,
    *,
    longest: int = LONGEST,
    on_member: Callable[[str, Any], None] | None = None,
) -> Iterator[Row]:
    """The rows of a JSON file, one after the other.

    Args:
        stream: Its text in UTF-8.
        label: How it is named in an error.
        kind: Which form of JSON it has.
        longest: Letters of a row at most.
        on_member: Called with the name and value of each member of the object that holds the rows, other than
            these, as ``crs``.

    Yields:
        Objects, or arrays. Numbers are the text that is written.

    Raises:
        InputError: It is not JSON, ends too early, or holds something else than rows; the message names the
            row.
    """
    text = _Text(stream, label, longest)
    begin = text.peek()
    if kind != "json lines" and begin == "[":
        text.skip()
        yield from _array(text)
    elif kind != "json lines" and begin == "{":
        yield from _held(text, "features" if kind == "geojson" else "", on_member)
    while text.peek():
        yield _row(text, text.value())


def _array(text: _Text) -> Iterator[Row]:
    """The rows of an array whose bracket has been read."""
    if text.peek() == "]":
        text.skip()
        return
    while True:
        yield _row(text, text.value())
        if not _goes_on(text, "]"):
            return


def _goes_on(text: _Text, end: str) -> bool:
    """Pass over the comma between two values, or over the end of what holds them."""
    mark = text.peek()
    if mark not in {",", end}:
        seen = f"{escaped(mark)!r} stands where ',' or '{end}' should" if mark else "it ends in the middle"
        raise text.wrong(seen)
    text.skip()
    return mark == ","


def _row(text: _Text, value: Any) -> Row:
    if not isinstance(value, dict | list):
        raise text.wrong("it is neither an object nor an array")
    text.rows += 1
    return value


def _held(text: _Text, name: str, on_member: Callable[[str, Any], None] | None) -> Iterator[Row]:
    """The rows that an object holds in an array: that of a name, else its first of objects.

    Where it holds none, the object is itself a row: the first feature of a GeoJSON sequence.
    """
    found, members = yield from _members(text, name, on_member)
    if not found:
        yield _row(text, members)


def _members(
    text: _Text, name: str, on_member: Callable[[str, Any], None] | None, inside: str = _RESULT
) -> Generator[Row, None, tuple[bool, dict[str, Any]]]:
    """The rows that an object holds, or the object that it holds under the name ``inside``.

    Returns:
        Whether it holds any; and its other members.
    """
    members: dict[str, Any] = {}
    found = False
    text.skip()
    going = text.peek() != "}"
    if not going:
        text.skip()
    while going:
        member = text.value() if text.peek() == '"' else None
        if member is None or text.peek() != ":":
            raise text.wrong("a name in quotation marks, and a colon, should follow")
        text.skip()
        mark = text.peek()
        if mark == "[" and not found and name in {"", member} and (name or member != FIELDS):
            text.skip()
            found = yield from _found(text, name, members)
        elif mark == "{" and not found and not name and member == inside:
            found, members[member] = yield from _members(text, name, None, "")
        else:
            members[member] = text.value()
            if on_member is not None:
                on_member(member, members[member])
        going = _goes_on(text, "}")
    return found, members


def _found(text: _Text, name: str, members: Mapping[str, Any]) -> Generator[Row, None, bool]:
    """The rows of an array whose bracket has been read, if it holds rows; else it is passed over."""
    begins = text.peek()
    names = names_of(members) if begins == "[" and not name else []
    if not (name or begins == "{" or names):
        _pass_over(text)
        return False
    if names:
        yield list(names)
    yield from _array(text)
    return True


def _pass_over(text: _Text) -> None:
    """Read an array that holds no rows, and leave it."""
    if text.peek() == "]":
        text.skip()
        return
    while True:
        text.value()
        if not _goes_on(text, "]"):
            return


def flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A feature of GeoJSON as a row: its properties, its id, and its geometry.

    Args:
        row: An object; one that is no feature is given back as it is.

    Example:
        >>> flat({"type": "Feature", "id": "7", "properties": {"a": "1"}, "geometry": None})
        {'id': '7', 'a': '1', 'geometry': None}
    """
    if row.get("type") != "Feature" or "geometry" not in row:
        return row
    own = {"id": row["id"]} if "id" in row else {}
    properties = row.get("properties")
    return own | (properties if isinstance(properties, dict) else {}) | {"geometry": row["geometry"]}


def text_of(value: Any) -> str | None:
    """A value as text: null is missing, what is nested stays JSON.

    Example:
        >>> [text_of(value) for value in ("a", None, True, {"a": "1"})]
        ['a', None, 'true', '{"a": "1"}']
    """
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
