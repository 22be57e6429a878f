"""The rules of the method as ``docs/method.md`` states them, taken apart; and the glossary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

METHOD: Final = Path(__file__).with_name("method.md")
"""``docs/method.md`` itself: a link in a checkout and in the image, a copy in an installed package."""

GLOSSARY: Final = Path(__file__).with_name("glossary.md")
"""``docs/glossary.md``, likewise."""

_CHAPTER: Final = re.compile(r"^## (?=\S)", re.MULTILINE)
_RULE: Final = re.compile(r"^### (?=\S)", re.MULTILINE)
_NUMBERED: Final = re.compile(r'(?:<a id="[^"]*"></a>)?(?:([\d.]+) )?(.*)')


@dataclass(frozen=True)
class Rule:
    """A rule of the method.

    Attributes:
        number: As "7.6".
        title: Its heading, without the number.
        markdown: What it says.
    """

    number: str
    title: str
    markdown: str


@dataclass(frozen=True)
class Chapter:
    """A section of the method.

    Attributes:
        number: As "7"; "" for what comes after the rules, as the references.
        title: Its heading, without the number.
        markdown: What stands before its first rule.
        rules: Its rules.
    """

    number: str
    title: str
    markdown: str
    rules: tuple[Rule, ...]


def chapters(text: str | None = None) -> tuple[Chapter, ...]:
    """The sections of the method, in order.

    Args:
        text: The page; by default that of the program.
    """
    page = METHOD.read_text(encoding="utf-8") if text is None else text
    return tuple(_chapter(part) for part in _CHAPTER.split(page)[1:])


def preamble(text: str | None = None) -> str:
    """What the method says before its first section, without its heading and its list of sections.

    Args:
        text: The page; by default that of the program.
    """
    page = METHOD.read_text(encoding="utf-8") if text is None else text
    before = _CHAPTER.split(page)[0].split("\n| section |")[0]
    return re.sub(r"^# .*\n", "", before).strip()


def glossary() -> str:
    """The words of the program and their meaning, without its heading; its sections are of the last level."""
    page = GLOSSARY.read_text(encoding="utf-8")
    return re.sub(r"^#+ (.*)$", r"**\1**", re.sub(r"^# .*\n", "", page), flags=re.MULTILINE).strip()


def _chapter(part: str) -> Chapter:
    head, *rules = _RULE.split(part)
    number, title, markdown = _taken_apart(head)
    return Chapter(number, title, markdown, tuple(Rule(*_taken_apart(rule)) for rule in rules))


def _taken_apart(part: str) -> tuple[str, str, str]:
    heading, _, markdown = part.partition("\n")
    found = _NUMBERED.fullmatch(heading.strip())
    number, title = found.groups() if found else (None, heading)
    return number or "", title or "", markdown.strip()
