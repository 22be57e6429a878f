"""Results as JSON and back, and what two inputs must share to count as the same.

What a step returns is a dataclass of numbers, texts, paths, tables and other dataclasses. It is kept as JSON,
not as a pickle: to read it runs nothing that is in the file.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

_OURS: Final = ("data.", "tasks.")
"""Where the dataclasses of results are: no other is made from a file."""


def encode(value: Any, work: Path) -> Any:
    """A result as JSON can hold it.

    Args:
        value: The result.
        work: The work folder; paths below it are kept as relative to it, as an investigation may move.

    Raises:
        TypeError: It holds something that cannot be kept.

    Example:
        >>> encode((1, Path("w/a")), Path("w"))
        {'tuple': [1, {'path': 'a'}]}
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Path):
        return {"path": value.relative_to(work).as_posix()}
    if isinstance(value, pa.Table):
        return {"table": base64.b64encode(_ipc(value)).decode("ascii")}
    if isinstance(value, list):
        return [encode(each, work) for each in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(each, work) for each in value]}
    if isinstance(value, Mapping):
        return {"dict": [[encode(key, work), encode(each, work)] for key, each in value.items()]}
    kind = type(value)
    if dataclasses.is_dataclass(value) and kind.__module__.startswith(_OURS):
        names = [field.name for field in dataclasses.fields(value)]
        fields = {name: encode(getattr(value, name), work) for name in names}
        return {"of": f"{kind.__module__}:{kind.__qualname__}", "fields": fields}
    raise TypeError(f"{kind.__module__}.{kind.__qualname__} cannot be kept")


def decode(value: Any, work: Path) -> Any:
    """A result from what :func:`encode` made of it.

    Args:
        value: The JSON.
        work: The work folder.

    Raises:
        ValueError: It is not what this version encodes.

    Example:
        >>> decode({"tuple": [1, {"path": "a"}]}, Path("w"))
        (1, PosixPath('w/a'))
    """
    if isinstance(value, list):
        return [decode(each, work) for each in value]
    if not isinstance(value, dict):
        return value
    if "path" in value:
        return work / value["path"]
    if "table" in value:
        return pa.ipc.open_stream(base64.b64decode(value["table"])).read_all()
    if "tuple" in value:
        return tuple(decode(each, work) for each in value["tuple"])
    if "dict" in value:
        return {decode(key, work): decode(each, work) for key, each in value["dict"]}
    module, _, name = str(value.get("of")).partition(":")
    if not module.startswith(_OURS):
        raise ValueError(f"{module}:{name} is no result")
    try:
        kind: Any = getattr(import_module(module), name)
        if not hasattr(kind, "__dataclass_fields__"):
            raise ValueError(f"{module}:{name} is no result")
        return kind(**{name: decode(each, work) for name, each in value["fields"].items()})
    except (ImportError, AttributeError, TypeError) as error:
        raise ValueError(f"{module}:{name} is of another version") from error


def fingerprint(*values: Any) -> str:
    """SHA-256 of values: equal for equal ones, whatever the order of keys.

    Args:
        values: Settings, results, tables, or lists and mappings of these.

    Raises:
        TypeError: There is no fingerprint of such a value.

    Example:
        >>> fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
        True
        >>> fingerprint([1]) == fingerprint(["1"])
        False
    """
    return hashlib.sha256(json.dumps(_plain(values), sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A value as JSON that tells apart what differs."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, pa.Table):
        return {"table": hashlib.sha256(_ipc(value)).hexdigest()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {"dict": sorted(([_plain(key), _plain(each)] for key, each in value.items()), key=repr)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {type(value).__qualname__: {name: _plain(each) for name, each in fields.items()}}
    if hasattr(value, "model_dump"):  # a section of the settings
        return {type(value).__qualname__: value.model_dump(mode="json")}
    raise TypeError(f"{type(value).__qualname__} has no fingerprint")


def _ipc(table: pa.Table) -> pa.Buffer:
    """The bytes of a table: the same for the same rows and types, however they are chunked."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(_fresh(table))
    return sink.getvalue()


def _fresh(table: pa.Table) -> pa.Table:
    """The same table without what its memory holds besides: offsets of slices, masks of no gaps."""
    if not table.num_rows:
        return table.schema.empty_table()
    return table.take(pa.array(np.arange(table.num_rows))).combine_chunks()
