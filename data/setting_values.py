"""What a text in ``investigation.toml`` may be: one that can be shown, of a length that a person writes.

Settings are shown in tables, lines and logs, and some of them name folders. A text that could control a
terminal, end a line or lead out of a folder is refused where it is read.
"""

from __future__ import annotations

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from data.printable import escaped, is_shown

LONGEST: Final = 1000
"""Characters of a text; the longest that people write are names of cities and types of crime."""

_LONGEST_NAME: Final = 255
"""Bytes of the name of a file or folder (POSIX ``NAME_MAX`` on Linux)."""


def can_be_shown(text: str) -> str:
    r"""The text, if it has no control character and no mark that turns the direction of what follows.

    Raises:
        ValueError: It has one.

    Example:
        >>> can_be_shown("Los Angeles")
        'Los Angeles'
        >>> can_be_shown("Los\x1b[31m Angeles")
        Traceback (most recent call last):
        ValueError: holds the character '\x1b', which cannot be shown; write it without
    """
    for char in text:
        if not is_shown(char):
            raise ValueError(
                f"holds the character '{escaped(char)}', which cannot be shown; write it without"
            )
    return text


def names_a_folder(name: str) -> str:
    """The text, if a folder beside others can have it as its name.

    Raises:
        ValueError: It leads elsewhere, or is too long.

    Example:
        >>> names_a_folder("../../lapd")
        Traceback (most recent call last):
        ValueError: names no folder; write the folder's own name, such as 'lapd'
    """
    if "/" in name or name in {".", ".."} or not name.strip() or len(name.encode()) > _LONGEST_NAME:
        raise ValueError("names no folder; write the folder's own name, such as 'lapd'")
    return name


def is_web_address(address: str) -> str:
    """The text, if it is where pages are served.

    Raises:
        ValueError: It is not.

    Example:
        >>> is_web_address("https://example.org/out/")
        'https://example.org/out/'
        >>> is_web_address("out/report.html")
        Traceback (most recent call last):
        ValueError: is no web address; write it as 'https://example.org/out/'
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or " " in address:
        raise ValueError("is no web address; write it as 'https://example.org/out/'")
    return address


def is_licence_id(name: str) -> str:
    """The text, if it may be the id of a licence, or empty.

    Raises:
        ValueError: It may not.

    Example:
        >>> is_licence_id("CC-BY-4.0")
        'CC-BY-4.0'
        >>> is_licence_id("CC BY 4.0")
        Traceback (most recent call last):
        ValueError: is no id of the SPDX License List; write it as 'CC-BY-4.0'
    """
    if name and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", name) is None:
        raise ValueError("is no id of the SPDX License List; write it as 'CC-BY-4.0'")
    return name


Text = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(can_be_shown)]
"""A text that can be shown, of 1 to 1,000 characters."""

Suffix = Annotated[str, Field(max_length=100), AfterValidator(can_be_shown)]
"""The end of a column's name; may be empty."""

FolderName = Annotated[Text, AfterValidator(names_a_folder)]
"""The name of a folder of ``records/`` or ``crime/``."""

LicenceId = Annotated[str, Field(max_length=100), AfterValidator(is_licence_id)]
"""The id of a licence of the SPDX License List; may be empty."""

WebAddress = Annotated[Text, AfterValidator(is_web_address)]
"""Where pages are served."""
