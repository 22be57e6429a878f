"""The rows of JSON files, with bounded memory."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from data.errors import InputError
from tasks.rows.forms import json_records
from tasks.rows.forms.json_kind import json_kind
from tasks.rows.forms.json_records import records

ROWS = [{"id": number, "note": 'a "quoted" }]\n' * number} for number in range(20)]
TEXTS = [{"id": str(row["id"]), "note": row["note"]} for row in ROWS]


def found_in(text: str, **given: Any) -> list[Any]:
    kind = json_kind(text)
    assert kind is not None
    return list(records(io.BytesIO(text.encode()), "a", kind, **given))


@pytest.mark.parametrize("chunk", [1, 10, 1 << 20])
@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, ROWS)),
        "\r\n\r\n".join(map(json.dumps, ROWS)) + "\n\n",
        "".join("\x1e" + json.dumps(row) + "\n" for row in ROWS),
        "\n".join(json.dumps(row, indent=2) for row in ROWS),
        json.dumps(ROWS),
        json.dumps(ROWS, indent=1),
        json.dumps({"meta": {"a": [1, 2]}, "tags": [], "n": [1, "x"], "data": ROWS, "more": [[1], {}]}),
    ],
    ids=["lines", "blank lines", "sequence", "indented values", "array", "indented array", "in an object"],
)
def test_rows_are_the_same_in_every_form_whatever_the_pieces(
    text: str, chunk: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(json_records, "_CHUNK", chunk)
    assert found_in(text) == TEXTS


def test_numbers_stay_as_they_are_written():
    text = '{"id": 9007199254740993, "x": 1e300, "y": -0.10, "z": NaN, "big": ' + "7" * 5000 + "}"
    assert found_in(text) == [
        {"id": "9007199254740993", "x": "1e300", "y": "-0.10", "z": None, "big": "7" * 5000}
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "FeatureCollection", "crs": {"a": [1]}, "features": [%s], "bbox": [1, 2]}',
        '{"features": [%s], "crs": {"a": [1]}, "bbox": [1, 2], "type": "FeatureCollection"}',
    ],
)
def test_a_collection_of_features_gives_them_and_tells_of_its_members(text: str):
    feature = {"type": "Feature", "properties": {"id": "1"}, "geometry": None}
    seen: dict[str, Any] = {}
    found = found_in(text % ",".join([json.dumps(feature)] * 3), on_member=seen.__setitem__)
    assert found == [feature] * 3
    assert seen["crs"] == {"a": ["1"]}
    assert found_in("\n".join([json.dumps(feature)] * 3)) == [feature] * 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"id": 1}\n{"id": 2', "row 2: cannot be read as JSON (it ends in the middle)"),
        ('[{"id": 1}, {"id": 2}', "row 3: cannot be read as JSON (it ends in the middle)"),
        ('{"id": 1}\n{"id": }', "row 2: cannot be read as JSON (Expecting value)"),
        ('{"id": 1}\n7', "row 2: cannot be read as JSON (it is neither an object nor an array)"),
        ('[{"id": 1} {"id": 2}]', "row 2: cannot be read as JSON ('{' stands where ',' or ']' should)"),
        ('{"id": ' + "[" * 100_000, "row 1: cannot be read as JSON (it is nested too deeply)"),
        ('{"id": 1}\n{"id": "' + "x" * (3 << 20), "a row after row 1 is longer than 2 MB"),
        ('[{"id": "' + "x" * (3 << 20), "a row after row 0 is longer than 2 MB"),
    ],
)
def test_what_is_wrong_is_one_line_that_names_the_row(text: str, said: str):
    with pytest.raises(InputError) as error:
        found_in(text)
    assert str(error.value).startswith(f"a: {said}")


def test_bytes_that_are_not_utf8_are_reported():
    with pytest.raises(InputError, match="a: is not UTF-8 text"):
        list(records(io.BytesIO(b'{"id": "\xff\xff"}'), "a", "json lines"))


COLUMNS = ["id", "note"]
FIELDS = [{"type": "text", "id": name} for name in COLUMNS]
ARRAYS = [list(row.values()) for row in ROWS]
VIEW = {"columns": [{"id": -1, "name": "sid", "fieldName": ":sid"}]}
VIEW["columns"] += [
    {"id": number, "name": name, "fieldName": name.lower()} for number, name in enumerate(COLUMNS)
]


@pytest.mark.parametrize("indent", [None, 1])
def test_what_portals_put_around_their_rows_is_passed_over(indent: int | None):
    ckan = {"help": "x", "success": True, "result": {"fields": FIELDS, "records": ROWS, "total": 20}, "n": {}}
    assert found_in(json.dumps(ckan, indent=indent)) == TEXTS
    esri = {"geometryType": "x", "fields": [{"name": "id", "type": "x"}], "features": ROWS}
    assert found_in(json.dumps(esri, indent=indent)) == TEXTS
    arrays = [list(row.values()) for row in TEXTS]
    dump = {"fields": FIELDS, "records": ARRAYS}
    assert found_in(json.dumps(dump, indent=indent)) == [COLUMNS, *arrays]
    socrata = {"meta": {"view": VIEW}, "data": [["row-1", *row] for row in ARRAYS]}
    found = found_in(json.dumps(socrata, indent=indent))
    assert found == [[":sid", *COLUMNS], *(["row-1", *row] for row in arrays)]


def test_a_result_that_holds_no_rows_is_a_member_however_deep_it_is():
    odd = {"result": {"result": {"rows": [{"a": 1}]}}, "rows": ROWS}
    assert found_in(json.dumps(odd)) == TEXTS
    with pytest.raises(InputError):
        found_in('{"rows": [{"a": 1}], "b": ' + '{"result": ' * 200_000)
    with pytest.raises(InputError):
        found_in('{"result": ' * 200_000)
