"""Which of the forms of JSON a text has, by its beginning."""

from __future__ import annotations

import json
import re
from typing import Final, Literal

JsonKind = Literal["json lines", "json", "geojson"]
"""A value on each line; one array or object that holds the rows; GeoJSON, as a collection or as features."""

SEPARATOR: Final = "\x1e"
"""What RFC 8142 puts before each text of a GeoJSON sequence."""

_BLANKS: Final = " \t\r\n" + SEPARATOR
_COLLECTION: Final = re.compile(r'"type"\s*:\s*"FeatureCollection"|"features"\s*:\s*\[')


def json_kind(head: str) -> JsonKind | None:
    """Which form of JSON a text has; None where it is none.

    Args:
        head: Its beginning; the last value may be cut off.

    Example:
        >>> [json_kind(head) for head in ('{"id": 1}', '[{"id": 1}', '{"type": "FeatureCollection",', "id,a")]
        ['json lines', 'json', 'geojson', None]
    """
    text = head.lstrip(_BLANKS)
    if text.startswith("["):
        return "json" if text[1:].lstrip()[:1] in {"{", "[", "]", ""} else None
    if not text.startswith("{") or text[1:].lstrip()[:1] not in {'"', "}", ""}:
        return None
    try:
        first, end = json.JSONDecoder(parse_int=str).raw_decode(text)
    except (ValueError, RecursionError):
        # Cut off, or wrong; who reads it says where.
        if _COLLECTION.search(text[: 1 << 16]):
            return "geojson"
        return "json lines" if re.search(r"\}\s*\n\s*\{", text) else "json"
    if first.get("type") in {"FeatureCollection", "Feature"}:
        return "geojson"
    alone = not text[end:].strip(_BLANKS)
    holds_rows = any(
        isinstance(value, list) and value and isinstance(value[0], dict) for value in first.values()
    )
    return "json" if alone and holds_rows else "json lines"
