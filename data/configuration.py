"""Read ``investigation.toml`` and ``agency.toml``, and check every key before any work starts (README.md).

A mistake becomes one line of :class:`~data.errors.InputError`: the file, the key, what is wrong, and the most
similar key that exists.
"""

from __future__ import annotations

import codecs
import json
import os
import re
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import ValidationError

from data.errors import InputError
from data.lfs import is_lfs_pointer, lfs_pointer
from data.opening import regular
from data.printable import escaped, shortened
from data.record_names import shown_path
from data.settings import FILE, Agency, Config, Section
from data.text import nearest

_Model = TypeVar("_Model", bound=Section)

MOST_BYTES: Final = 16 << 20
"""A file of settings that a person writes is smaller; so is one of ten thousand agencies."""

_PART: Final = rb"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_DEEP_KEY: Final = re.compile(rb"(?<![\w-])" + _PART + rb"(?:[ \t]*+\.[ \t]*+" + _PART + rb"){20}")
"""A dotted key, of which ``tomllib`` keeps every beginning: memory grows with the square of its parts."""


def read_config(folder: Path) -> Config:
    """Read ``investigation.toml`` of an investigation folder.

    Args:
        folder: The investigation folder.

    Returns:
        The configuration with its defaults. Agencies that have their own ``agency.toml`` are not in it yet
        (:meth:`data.catalog.Investigation.open` adds them).

    Raises:
        InputError: There is no such file, it is not TOML, or a key is unknown, missing or wrong.
    """
    path = folder / FILE
    if not os.path.lexists(path):
        raise InputError(
            f"{shown_path(folder)}: no {FILE} in it, so it is no investigation folder; {_suggestion(folder)}"
        )
    return checked(Config, parse_toml(read_settings(path, FILE), FILE), FILE)


def read_by_agency(folder: Path) -> tuple[Config, dict[str, str]]:
    """Read ``investigation.toml``; a mistake in the section of one agency is that agency's alone.

    Args:
        folder: The investigation folder.

    Returns:
        The configuration without the agencies whose sections are wrong, and for each of them what is wrong.

    Raises:
        InputError: As :func:`read_config`, but for mistakes inside ``[agencies.<agency>]``.
    """
    try:
        return read_config(folder), {}
    except InputError:
        values = parse_toml(read_settings(folder / FILE, FILE), FILE)
        sections = values.get("agencies")
        if not isinstance(sections, dict):
            raise
        faults = {name: line for name, own in sections.items() if (line := _fault_of(name, own))}
        if not faults:
            raise
    right = {name: own for name, own in sections.items() if name not in faults}
    return checked(Config, {**values, "agencies": right}, FILE), faults


def _fault_of(name: str, section: object) -> str:
    """What is wrong with the section of an agency; empty where nothing is."""
    try:
        checked(Config, {"name": FILE, "agencies": {name: section}}, FILE)
    except InputError as error:
        return str(error)
    return ""


def read_settings(path: Path, label: str) -> bytes:
    """The content of a file of settings.

    Args:
        path: The file.
        label: How it is named in an error.

    Raises:
        InputError: It is not a regular file, cannot be read, or is longer than a person writes.
    """
    try:
        with regular(path, label).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{label}: cannot be read ({error.strerror}); check its permissions") from error
    check_size(len(content), label)
    return content


def check_size(size: int, label: str) -> None:
    """Check that a file of settings is not larger than a person writes.

    Raises:
        InputError: It is.
    """
    if size > MOST_BYTES:
        raise InputError(
            f"{label}: is larger than {MOST_BYTES >> 20} MB, so it is no file of settings; write a new one"
        )


def _suggestion(folder: Path) -> str:
    """What to do if a folder has no ``investigation.toml``."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        return f"it cannot be listed ({error.strerror}); check its permissions"
    likely = [
        name for name in names if name.lower().startswith("investigation.") and (folder / name).is_file()
    ]
    if likely:
        return f"rename {escaped(likely[0])} to {FILE}"
    above = next((above for above in folder.resolve().parents if (above / FILE).is_file()), None)
    if above is not None:
        return f"did you mean {shown_path(above)}?"
    where = shlex.quote(shown_path(folder)) if not names else "my-investigation"
    return f"make one with: nwatch new {where}"


def read_agency(content: bytes, label: str) -> Agency:
    r"""Read an ``agency.toml``, whose keys are those of ``[agencies.<agency>]``.

    Args:
        content: The content of the file.
        label: The file's name in an error message, such as ``records/lapd/agency.toml``.

    Raises:
        InputError: As in :func:`read_config`.

    Example:
        >>> read_agency(b'name = "Police"\ntimezone = "UTC"', "records/lapd/agency.toml").name
        'Police'
    """
    return checked(Agency, parse_toml(content, label), label)


def agency_lines(agency: str) -> str:
    """The lines that an agency without settings needs, ready to be copied into ``investigation.toml``.

    Example:
        >>> print(agency_lines("lapd").splitlines()[0])
        [agencies.lapd]
    """
    return (
        f"[agencies.{toml_key(agency)}]\n"
        'name = "…"                            # as readers know it, e.g. "Los Angeles Police Department"\n'
        'city = "…"                            # e.g. "Los Angeles city, California"\n'
        'timezone = "America/Los_Angeles"      # decides when its days begin'
    )


def toml_key(name: str) -> str:
    """A folder's name as a key in a section's title: bare, or in quotation marks where TOML needs them.

    Example:
        >>> toml_key("los-angeles"), toml_key("Candle Creek PD")
        ('los-angeles', '"Candle Creek PD"')
    """
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else json.dumps(name, ensure_ascii=False)


def parse_toml(content: bytes, label: str) -> dict[str, Any]:
    """Parse TOML; a byte-order mark, which some editors write, is ignored.

    Args:
        content: The content of the file.
        label: How it is named in an error.

    Raises:
        InputError: It is not TOML, or not as a person writes it.
    """
    if is_lfs_pointer(content):
        raise lfs_pointer(label)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise InputError(f"{label}: not UTF-8 text (it is UTF-16, or no text); save it as UTF-8")
    if _DEEP_KEY.search(content):
        raise InputError(f"{label}: a key has more than 20 parts with points between them; no setting has")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{label}: not valid TOML: {_shown(str(error))}; "
            'put text values in quotes, as in name = "…", and write each key once'
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{label}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except (ValueError, OverflowError) as error:  # a number of thousands of digits
        raise InputError(f"{label}: a number in it is too long; write a shorter one") from error
    except RecursionError as error:
        raise InputError(f"{label}: brackets are nested too deep; no setting needs more than two") from error


def checked(model: type[_Model], values: Mapping[str, Any], label: str) -> _Model:
    """Values as the model has them.

    Args:
        model: What they must be.
        values: From :func:`parse_toml`.
        label: How the file is named in an error.

    Raises:
        InputError: A key is unknown, missing or wrong.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError(_one_line(error, model, label)) from error


def _one_line(error: ValidationError, model: type[Section], label: str) -> str:
    """The first mistake in words (unknown keys come first), and how many more there are."""
    mistakes = sorted(
        error.errors(include_url=False), key=lambda mistake: mistake["type"] != "extra_forbidden"
    )
    first, others = mistakes[0], mistakes[1:]
    if not first["loc"]:  # of the whole file
        return f"{label}: {_shown(_reason(first['msg']), 400)}"
    dotted = _shown(_dotted(first["loc"]))
    if first["type"] == "extra_forbidden":
        known = _keys_at(model, first["loc"][:-1])
        near = nearest(shortened(str(first["loc"][-1])), known)
        # A mistyped key is one mistake, not two: do not count the key that was meant as missing.
        others = [other for other in others if other["loc"] != (*first["loc"][:-1], near)]
        fix = f"did you mean {near!r}?" if near else f"remove it; known here: {', '.join(known)}"
        if model is Agency and first["loc"][0] == "agencies":
            others, fix = [], "remove the line [agencies.…]; this file holds only the keys below it"
        line = f"{label}: unknown key '{dotted}'; {fix}"
    elif first["type"] == "missing":
        line = f"{label}: the key '{dotted}' is missing; add it"
    elif first["loc"][-1] == "[key]":  # of a mapping, as an agency's
        line = f"{label}: [{_shown(_dotted(first['loc'][:-1]))}]: {_shown(_reason(first['msg']), 400)}"
    elif first["type"] in {"model_type", "model_attributes_type", "dict_type"}:
        line = f"{label}: '{dotted}' must be a section; write it as [{dotted}] with its keys below"
    else:
        line = f"{label}: '{dotted}' is wrong: {_shown(_reason(first['msg']), 400)}"
    return line + (f" (and {len(others):,} more)" if others else "")


def _shown(text: str, most: int = 200) -> str:
    """What is said of a file's content, on one line and not too long to be read."""
    return escaped(shortened(text, most))


_MEANT: Final = {
    "a valid string": "text in quotes",
    "a valid integer": "a whole number, without quotes",
    "a valid number": "a number, without quotes",
    "a valid list": 'a list, such as ["…", "…"]',
}
"""Pydantic's names for types, and how to write them in TOML."""


def _reason(message: str) -> str:
    """Pydantic's message as part of a sentence."""
    message = message.removeprefix("Value error, ").removeprefix("Input ").replace("should be", "must be", 1)
    message = message.removeprefix("String ").replace("should have", "must have", 1)
    for said, meant in _MEANT.items():
        message = message.replace(said, meant)
    return message


def _dotted(path: Sequence[str | int]) -> str:
    """``("posts", "exclude_users", 0)`` as ``posts.exclude_users[0]``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def _keys_at(model: type[Section], path: Sequence[str | int]) -> list[str]:
    """The keys that the section at ``path`` knows. A name between sections (an agency's) is skipped."""
    for key in path:
        annotation = model.model_fields[str(key)].annotation if key in model.model_fields else model
        model = next((found for found in _sections(annotation)), model)
    return list(model.model_fields)


def _sections(annotation: Any) -> list[type[Section]]:
    """The section inside ``Agency``, ``Posts | None`` or ``dict[str, Agency]``."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return [annotation]
    return [found for inner in get_args(annotation) for found in _sections(inner)]
