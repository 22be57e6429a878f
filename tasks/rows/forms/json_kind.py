"""Which of the forms of JSON a text has, by its beginning."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Literal

JsonKind = Literal["json lines", "json", "geojson"]
"""A value on each line; one array or object that holds the rows; GeoJSON, as a collection or as features."""

SEPARATOR: Final = "\x1e"
"""What RFC 8142 puts before each text of a GeoJSON sequence."""

FIELDS: Final = "fields"
"""Where CKAN and ArcGIS describe the columns: an array of objects, and no rows."""

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
    return "json" if alone and (_holds_rows(first) or _holds_rows(first.get("result"))) else "json lines"


def _holds_rows(value: Any) -> bool:
    """Whether an object holds rows in an array: objects; or arrays, beside what names their columns."""
    if not isinstance(value, dict):
        return False
    kinds = (list, dict) if names_of(value) else (dict,)
    return any(isinstance(each, list) and each and isinstance(each[0], kinds) for each in value.values())


def names_of(members: Mapping[str, Any]) -> list[str]:
    """The columns of rows that are arrays, as CKAN and Socrata name them beside these; empty if they do not.

    Args:
        members: Of the object that holds the rows. CKAN has ``fields``, Socrata ``meta.view.columns``, in
            which the portal's own columns (``:id``) have another name than the city's.

    Example:
        >>> names_of({"fields": [{"id": "_id", "type": "int"}, {"id": "DATE"}]}), names_of({"meta": {}})
        (['_id', 'DATE'], [])
    """
    meta = members.get("meta")
    view = meta.get("view") if isinstance(meta, dict) else None
    fields = view.get("columns") if isinstance(view, dict) else members.get(FIELDS)
    if not isinstance(fields, list) or not all(isinstance(each, dict) for each in fields):
        return []
    own = [str(each.get("fieldName", "")) for each in fields]
    given = [str(each.get("name") or each.get("id") or "") for each in fields]
    if view is None:
        given = [str(each.get("id") or each.get("name") or "") for each in fields]
    return [mine if mine.startswith(":") else name for mine, name in zip(own, given, strict=True)]
