"""The sample for Label Studio: what it shows and asks, and each reader's tasks (method 5.3).

``labels.xml`` is the labeling configuration of a project, ``tasks-<reader>.json`` is imported into it; what
is exported from it is read by :mod:`tasks.coding.sheets.read_label_studio`. Each reader has a project of
their own: in a common one everybody would see what the others have answered.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from data.codebook import Answer, Codebook, Question
from data.writing import make_folder, replacing
from tasks.coding.results import Item
from tasks.coding.sample.draw import order_for
from tasks.coding.sheets.read_label_studio import (
    AGENCY,
    ALERT,
    CONTROL,
    DATE,
    DESCRIPTION,
    NUMBER,
    READER,
    TEXT,
    TITLE,
    VERSION,
    mark,
    read,
    shown,
)

__all__ = ["LABELS", "labels", "read", "tasks_of", "write_label_studio"]

LABELS: Final = "labels.xml"

_TITLE_TAG: Final = "Title"
_TEXT_TAG: Final = "Description"
"""The tags of the alert. They begin with capitals, as no question's key does."""
_NOTHING: Final = "(no description)"
_PLAIN: Final = "font-size: 1rem; line-height: 1.4; font-weight: 400; margin: 0 0 0.5em"
"""A heading that looks like a text: no tag of Label Studio shows a text that is not the task's."""
_JOINER: Final = "\N{WORD JOINER}"


def write_label_studio(
    folder: Path, reader: str, items: Sequence[Item], codebook: Codebook, seed: int | None = None
) -> None:
    """Write ``labels.xml`` and ``tasks-<reader>.json``: the same bytes for the same alerts and codebook.

    Args:
        folder: Where; made if need be.
        reader: The reader's name.
        items: The alerts that the reader codes.
        codebook: What is asked of each.
        seed: ``[coding] seed``, of the order in which this reader sees the alerts; without one they stay in
            the order of ``items``.

    Raises:
        OSError: They cannot be written.
    """
    if seed is not None:
        by_alert = {item.alert: item for item in items}
        items = [by_alert[alert] for alert in order_for(reader, by_alert, seed)]
    make_folder(folder)
    tasks = [tasks_of(item, reader, codebook) for item in items]
    for name, text in (
        (LABELS, labels(codebook)),
        (f"tasks-{reader}.json", json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"),
    ):
        with replacing(folder / name) as beside:
            beside.write_text(text, encoding="utf-8", newline="\n")


def tasks_of(item: Item, reader: str, codebook: Codebook) -> dict[str, dict[str, str | int]]:
    """One alert as a task: what readers see, and what names it when it comes back.

    Args:
        item: The alert; neither who sent it nor who got it is in it.
        reader: Who codes it.
        codebook: What is asked.
    """
    title, description = shown(item.title), shown(item.description) or _NOTHING
    data: dict[str, str | int] = {
        NUMBER: item.number,
        AGENCY: item.alert[0],
        ALERT: item.sheet_id,
        DATE: item.alert_date.isoformat() if item.alert_date else "",
        TITLE: title,
        DESCRIPTION: description,
        READER: reader,
        VERSION: codebook.version,
        TEXT: mark(title, description),
    }
    return {"data": data}


def labels(codebook: Codebook) -> str:
    """The labeling configuration, made from a codebook.

    Args:
        codebook: The codebook: its instructions and definitions are in panels that open at a click.

    Returns:
        XML with a heading, the alert, and for each question a ``Choices`` or a ``TextArea`` named
        ``question_<key>``; the alias of a choice is the answer's key, which is what comes back.
    """
    root = ET.Element("View")
    _add(root, "Header", value=_text(f"{codebook.title} (codebook {codebook.version})"), size="5")
    if codebook.instructions:
        _panel(root, "What to know before you begin", [codebook.instructions])
    # A text in a heading would be shown without its line ends.
    _add(_add(root, "View", style="font-weight: 700"), "Text", name=_TITLE_TAG, value=f"${TITLE}")
    _add(root, "Text", name=_TEXT_TAG, value=f"${DESCRIPTION}")
    for question in codebook.questions:
        _ask(root, question)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _ask(root: ET.Element, question: Question) -> None:
    _add(root, "Header", value=_text(question.text), size="5")
    helps = [question.help, *(help_of(answer) for answer in question.answers)]
    if any(helps):
        _panel(root, f"Help: {question.text}", [one for one in helps if one])
    name = CONTROL + question.key
    if question.kind == "text":
        _add(root, "TextArea", name=name, toName=_TEXT_TAG, rows="2", maxSubmissions="1", editable="true")
        return
    how = {"choice": "single-radio" if question.kind == "one" else "multiple", "showInline": "false"}
    if question.kind == "one":
        how |= {"required": "true", "requiredMessage": _text(f"Choose an answer: {question.text}")}
    choices = _add(root, "Choices", name=name, toName=_TEXT_TAG, **how)
    for answer in question.answers:
        hint = {"hint": _text(help_of(answer, named=False))} if help_of(answer, named=False) else {}
        _add(choices, "Choice", value=_text(answer.text), alias=answer.key, **hint)


def help_of(answer: Answer, *, named: bool = True) -> str:
    """What the codebook says of an answer, in a line; "" where it says nothing.

    Args:
        answer: The answer.
        named: Whether its own text stands before it.
    """
    parts = [
        answer.definition,
        f"Examples: {'; '.join(f'“{one}”' for one in answer.examples)}." if answer.examples else "",
        f"Law: {', '.join(answer.codes)}." if answer.codes else "",
    ]
    said = " ".join(part for part in parts if part)
    return f"{answer.text}: {said}" if said and named else said


def _panel(root: ET.Element, title: str, lines: Sequence[str]) -> None:
    panel = _add(_add(root, "Collapse", open="false"), "Panel", value=_text(title))
    for line in lines:
        _add(panel, "Header", value=_text(line), size="6", style=_PLAIN)


def _add(above: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(above, tag, attributes)


def _text(text: str) -> str:
    """A text of the codebook as an attribute: on one line, and as it is.

    Label Studio takes ``$950`` for the field ``950`` of the task, and shows nothing in its place: a joiner,
    which has no width, keeps the two apart. XML knows no controls.
    """
    line = " ".join(text.split())
    line = "".join(char for char in line if unicodedata.category(char) not in {"Cc", "Cs"})
    return re.sub(r"\$(?=[\w\[{])", f"${_JOINER}", line)
