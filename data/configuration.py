"""`investigation.toml` and `agency.toml`, read and checked key by key before any work is done (DESIGN 3).

A mistake becomes one line of :class:`~data.errors.InputError`: the file, the key, what is wrong, and the
nearest key that exists.
"""

from __future__ import annotations

import json
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import ValidationError

from data.errors import InputError
from data.settings import FILE, Agency, Config, Section
from data.text import nearest

_Model = TypeVar("_Model", bound=Section)


def read_config(folder: Path) -> Config:
    """Read ``investigation.toml`` of an investigation folder.

    Args:
        folder: The investigation folder.

    Returns:
        The configuration, defaults filled in. Agencies with an ``agency.toml`` of their own are not yet in it
        (:meth:`data.catalog.Investigation.open` adds them).

    Raises:
        InputError: There is no such file, it is no TOML, or a key is unknown, missing or wrong.
    """
    path = folder / FILE
    if not path.is_file():
        raise InputError(f"{folder}: no {FILE} in it, so it is no investigation folder; {_mend(folder)}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{FILE}: cannot be read ({error.strerror}); check its permissions") from error
    return _checked(Config, _parse(content, FILE), FILE)


def _mend(folder: Path) -> str:
    """What to do where a folder has no ``investigation.toml``."""
    likely = sorted(
        path.name
        for path in folder.iterdir()
        if path.is_file() and path.name.lower().startswith("investigation.")
    )
    if likely:
        return f"rename {likely[0]} to {FILE}"
    above = next((above for above in folder.resolve().parents if (above / FILE).is_file()), None)
    if above is not None:
        return f"did you mean {above}?"
    where = shlex.quote(str(folder)) if not any(folder.iterdir()) else "my-investigation"
    return f"make one with: nwatch new {where}"


def read_agency(content: bytes, label: str) -> Agency:
    r"""Read an ``agency.toml``, whose keys are those of ``[agencies.<agency>]``.

    Args:
        content: What stands in the file.
        label: How the file is called in an error, as ``records/lapd/agency.toml``.

    Raises:
        InputError: As :func:`read_config`.

    Example:
        >>> read_agency(b'name = "Police"\ntimezone = "UTC"', "records/lapd/agency.toml").name
        'Police'
    """
    return _checked(Agency, _parse(content, label), label)


def agency_lines(agency: str) -> str:
    """The lines that an agency without settings lacks, as they are to be written into ``investigation.toml``.

    Example:
        >>> print(agency_lines("lapd").splitlines()[0])
        [agencies.lapd]
    """
    return (
        f"[agencies.{toml_key(agency)}]\n"
        'name = "…"                            # as readers know it, e.g. "Los Angeles Police Department"\n'
        'city = "…"                            # e.g. "Los Angeles city, California"\n'
        'timezone = "America/Los_Angeles"      # the one in which its days begin'
    )


def toml_key(name: str) -> str:
    """A folder's name as it is written between the dots of a section's title: bare, or in quotation marks.

    Example:
        >>> toml_key("los-angeles"), toml_key("Candle Creek PD")
        ('los-angeles', '"Candle Creek PD"')
    """
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else json.dumps(name, ensure_ascii=False)


def _parse(content: bytes, label: str) -> dict[str, Any]:
    """TOML to a dictionary; a byte-order mark, which some editors leave, is passed over."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f'{label}: not valid TOML: {error}; text values stand in quotes, as name = "…"'
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{label}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def _checked(model: type[_Model], values: Mapping[str, Any], label: str) -> _Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError(_one_line(error, model, label)) from error


def _one_line(error: ValidationError, model: type[Section], label: str) -> str:
    """The first mistake in words, unknown keys before all, and how many more there are."""
    mistakes = sorted(
        error.errors(include_url=False), key=lambda mistake: mistake["type"] != "extra_forbidden"
    )
    first, others = mistakes[0], mistakes[1:]
    place = _dotted(first["loc"])
    if first["type"] == "extra_forbidden":
        known = _keys_at(model, first["loc"][:-1])
        near = nearest(str(first["loc"][-1]), known)
        # A mistyped key is one mistake, not two: the key that it meant is not counted as missing.
        others = [other for other in others if other["loc"] != (*first["loc"][:-1], near)]
        mend = f"did you mean {near!r}?" if near else f"remove it; known here: {', '.join(known)}"
        if model is Agency and first["loc"][0] == "agencies":
            others, mend = [], "leave the line with [agencies.…] out; here stand its keys alone"
        line = f"{label}: unknown key {place!r}; {mend}"
    elif first["type"] == "missing":
        line = f"{label}: the key {place!r} is missing; add it"
    elif first["type"] in {"model_type", "model_attributes_type", "dict_type"}:
        line = f"{label}: {place!r} must be a table; write it as [{place}] with its keys below"
    else:
        line = f"{label}: {place!r} is wrong: {_reason(first['msg'])}"
    return line + (f" (and {len(others)} more)" if others else "")


_MEANT: Final = {
    "a valid string": "text in quotes",
    "a valid integer": "a whole number, without quotes",
    "a valid number": "a number, without quotes",
    "a valid list": 'a list, as ["…", "…"]',
}
"""Pydantic's words for a type, and what they mean in TOML."""


def _reason(message: str) -> str:
    """Pydantic's words, as part of a sentence."""
    message = message.removeprefix("Value error, ").removeprefix("Input ").replace("should be", "must be", 1)
    for said, meant in _MEANT.items():
        message = message.replace(said, meant)
    return message


def _dotted(place: Sequence[str | int]) -> str:
    """``("posts", "exclude_users", 0)`` as ``posts.exclude_users[0]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def _keys_at(model: type[Section], place: Sequence[str | int]) -> list[str]:
    """The keys that the section at ``place`` knows; names between sections (an agency's) are stepped over."""
    for part in place:
        annotation = model.model_fields[str(part)].annotation if part in model.model_fields else model
        model = next((found for found in _sections(annotation)), model)
    return list(model.model_fields)


def _sections(annotation: Any) -> list[type[Section]]:
    """The section inside ``Agency``, ``Posts | None`` or ``dict[str, Agency]``."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return [annotation]
    return [found for part in get_args(annotation) for found in _sections(part)]
