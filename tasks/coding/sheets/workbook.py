"""A reader's workbook: the alerts with a list of answers beside each, and the codebook (method 5.3).

It has no sender and no recipient, and holds no time: the same alerts give the same bytes. Every text is
written as a text: none becomes a formula, a link or a number, whatever it begins with.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from data.codebook import Codebook
from data.writing import make_folder, replacing
from tasks.coding.results import Item
from tasks.coding.sample.draw import order_for
from tasks.coding.sheets.form import (
    ABOUT,
    AGENCY,
    ALERT,
    ALERTS,
    CHOSEN,
    CODEBOOK,
    DATE,
    DESCRIPTION,
    HIDDEN,
    LISTS,
    NUMBER,
    READER,
    SHOWN,
    TEXT,
    TITLE,
    VERSION,
    QuestionColumn,
    edition,
    fingerprints,
    question_columns,
    shown,
)

if TYPE_CHECKING:
    from xlsxwriter import Workbook

KEYS_ROW: Final = 0
HEADER_ROW: Final = 1
"""The row that readers see first; the hidden one above it has the names of the columns for the program."""
FIRST_ROW: Final = 2

_NO_TIME: Final = datetime(2000, 1, 1)
_WIDTHS: Final = MappingProxyType({NUMBER: 7, DATE: 11, TITLE: 28, DESCRIPTION: 62})
_EXPLAINED: Final = (26, 54, 54, 32)
"""The widths of the columns of the codebook."""
_FREE_TEXT: Final = 34
_NARROWEST: Final = 14
_WIDEST: Final = 30
_MOST_IN_MESSAGE: Final = 255
_HIGHEST: Final = 409.0
"""Points of a row."""
_LINE: Final = "#BFBFBF"
_ALLOWED: Final = MappingProxyType(
    {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True}
)
"""What the protection allows; it has no password, and is there so that nobody changes an alert by chance."""
_HOW: Final = (
    "How: open the sheet 'alerts', choose an answer from the list in each yellow cell, and save the file "
    "as it is (.xlsx). You may stop and go on at any time, and filter the rows. Alerts cannot be changed; "
    "to sort them or to add a column, take off the protection first (it has no password)."
)


@dataclass(frozen=True)
class _Styles:
    """The formats of the cells.

    Attributes:
        alert: A text of the alert: cannot be changed.
        answer: A cell for an answer: text, so that ``1/2`` stays what it is.
        header: A header of the alert.
        question: A header of an answer.
        todo: How a cell looks that still lacks its answer.
        plain: Other text.
        bold: Other text that stands out.
        title: The first line.
    """

    alert: Any
    answer: Any
    header: Any
    question: Any
    todo: Any
    plain: Any
    bold: Any
    title: Any


def write_workbook(path: Path, reader: str, items: Iterable[Item], codebook: Codebook, seed: int) -> None:
    """Write the workbook of one reader.

    Args:
        path: The file.
        reader: The reader's name.
        items: The alerts that the reader codes, in any order: each reader sees them in another one.
        codebook: What is asked of each.
        seed: ``[coding] seed``, of the order.

    Raises:
        OSError: It cannot be written.
    """
    from xlsxwriter import Workbook

    by_alert = {item.alert: item for item in items}
    ordered = [by_alert[alert] for alert in order_for(reader, by_alert, seed)]
    make_folder(path.parent)
    # What XlsxWriter puts down meanwhile is as private as the workbook, and gone with it.
    with replacing(path) as beside, tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as place:
        workbook = Workbook(str(beside), {"tmpdir": place})
        about = {
            READER: reader,
            VERSION: codebook.version,
            "edition": edition(codebook),
            "sha256": codebook.sha256,
            "seed": str(seed),
            "alerts": str(len(ordered)),
        }
        _properties(workbook, codebook, about)
        sheets = {name: workbook.add_worksheet(name) for name in (ALERTS, CODEBOOK, LISTS, ABOUT)}
        styles = _styles(workbook)
        _alerts(sheets[ALERTS], styles, reader, ordered, codebook)
        _codebook(sheets[CODEBOOK], styles, codebook)
        _hidden(sheets[LISTS], [("question", "answer", "text"), *_answers(codebook)])
        _hidden(sheets[ABOUT], list(about.items()))
        sheets[ALERTS].activate()
        workbook.close()


def _styles(workbook: Workbook) -> _Styles:
    wrapped = {"text_wrap": True, "valign": "top"}
    lined = {**wrapped, "border": 1, "border_color": _LINE}
    header = {**lined, "valign": "vcenter", "bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF"}
    return _Styles(
        alert=workbook.add_format({**lined, "bg_color": "#F7F7F7", "align": "left"}),
        answer=workbook.add_format({**lined, "num_format": "@", "locked": False}),
        header=workbook.add_format(header),
        question=workbook.add_format({**header, "bg_color": "#7F4A00"}),
        todo=workbook.add_format({"bg_color": "#FFF6CC"}),
        plain=workbook.add_format(wrapped),
        bold=workbook.add_format({**wrapped, "bold": True, "bg_color": "#E8EDF5"}),
        title=workbook.add_format({"bold": True, "font_size": 14}),
    )


def _properties(workbook: Workbook, codebook: Codebook, about: Mapping[str, str]) -> None:
    workbook.set_properties({"created": _NO_TIME, "title": _one_line(codebook.title)})
    for name, value in about.items():
        workbook.set_custom_property(f"nwatch {name}", _one_line(value), "text")


def _one_line(text: str) -> str:
    return re.sub(r"\s", " ", shown(text))[:_MOST_IN_MESSAGE]


def _answers(codebook: Codebook) -> list[tuple[str, str, str]]:
    """The answers of all questions: key of the question, key and text of the answer."""
    return [
        (question.key, answer.key, answer.text)
        for question in codebook.questions
        for answer in question.answers
    ]


def _alerts(sheet: Any, styles: _Styles, reader: str, items: Sequence[Item], codebook: Codebook) -> None:
    """The sheet to code in: the alert on the left, the answers beside it, what names the row behind them."""
    columns = list(question_columns(codebook))
    first_answer = len(SHOWN)
    first_hidden = first_answer + len(columns)
    keys = [*SHOWN, *(column.key for column in columns), *HIDDEN]
    headers = [*SHOWN.values(), *(column.header for column in columns), *HIDDEN]
    for place, (key, header) in enumerate(zip(keys, headers, strict=True)):
        is_answer = first_answer <= place < first_hidden
        _write(sheet, KEYS_ROW, place, key, styles.plain)
        _write(sheet, HEADER_ROW, place, header, styles.question if is_answer else styles.header)
    sheet.set_row(KEYS_ROW, None, None, {"hidden": True})
    sheet.set_row(HEADER_ROW, _height((column.header, _width(column)) for column in columns))
    for row, item in enumerate(items, FIRST_ROW):
        values = _of_alert(item, reader, codebook)
        for place, key in enumerate(keys):
            if first_answer <= place < first_hidden:
                sheet.write_blank(row, place, None, styles.answer)
            elif key == NUMBER:
                sheet.write_number(row, place, item.number, styles.alert)
            else:
                _write(sheet, row, place, values[key], styles.alert)
        sheet.set_row(row, _height((values[key], _WIDTHS[key]) for key in (TITLE, DESCRIPTION)))
    for place, width in enumerate(_WIDTHS.values()):
        sheet.set_column(place, place, width)
    sheet.set_column(first_hidden, len(keys) - 1, 12, None, {"hidden": True})
    last = FIRST_ROW + len(items) - 1
    for place, column in enumerate(columns, first_answer):
        sheet.set_column(place, place, _width(column))
        if items:
            _offer(sheet, styles, (FIRST_ROW, place, last, place), column, codebook)
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.autofilter(HEADER_ROW, 0, max(last, HEADER_ROW), len(keys) - 1)
    sheet.protect("", dict(_ALLOWED))
    _on_paper(sheet, f"{reader}: {codebook.title}, version {codebook.version}")
    sheet.repeat_rows(HEADER_ROW)
    sheet.print_area(HEADER_ROW, 0, max(last, HEADER_ROW), first_hidden - 1)


def _of_alert(item: Item, reader: str, codebook: Codebook) -> dict[str, str]:
    """What a row says of its alert, by the names of the columns."""
    title, description = shown(item.title), shown(item.description)
    return {
        DATE: "" if item.alert_date is None else item.alert_date.isoformat(),
        TITLE: title,
        DESCRIPTION: description,
        ALERT: item.sheet_id,
        AGENCY: item.alert[0],
        READER: reader,
        VERSION: edition(codebook),
        TEXT: fingerprints(title, description),
    }


def _width(column: QuestionColumn) -> int:
    """The width of a column for answers, in letters: its longest answer, and the arrow of the list."""
    if column.question.kind == "text":
        return _FREE_TEXT
    texts = [answer.text for answer in column.question.answers] if column.answer is None else [CHOSEN]
    return max(_NARROWEST, min(_WIDEST, max(map(len, texts)) + 4))


def _offer(
    sheet: Any,
    styles: _Styles,
    cells: tuple[int, int, int, int],
    column: QuestionColumn,
    codebook: Codebook,
) -> None:
    """Give cells their list of answers; nothing else can be typed into them."""
    if column.question.kind == "text":
        return
    rule: dict[str, Any] = {
        "validate": "list",
        "error_title": "Not in the list",
        "error_message": "Choose an answer from the list. The sheet 'codebook' says what each means.",
    }
    if column.answer is None:
        own = [place for place, answer in enumerate(_answers(codebook)) if answer[0] == column.question.key]
        # From a sheet: a list inside the rule may have 255 letters at most, and no comma in an answer.
        rule["source"] = f"={LISTS}!$C${own[0] + 2}:$C${own[-1] + 2}"
        sheet.conditional_format(*cells, {"type": "blanks", "format": styles.todo})
    else:
        rule["source"] = [CHOSEN]
    sheet.data_validation(*cells, rule)


def _on_paper(sheet: Any, footer: str) -> None:
    sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    # In a footer & begins a command.
    sheet.set_footer(f"&L{_one_line(footer)[:100].replace('&', '&&')}&R&P / &N")


def _codebook(sheet: Any, styles: _Styles, codebook: Codebook) -> None:
    """The sheet that explains: what to bear in mind, and when each answer is the right one."""
    for place, width in enumerate(_EXPLAINED):
        sheet.set_column(place, place, width)
    _write(sheet, 0, 0, f"{codebook.title} (version {codebook.version})", styles.title)
    row = 1
    for text in (codebook.instructions, _HOW):
        row = _paragraph(sheet, row, text, styles.plain)
    for question in codebook.questions:
        row = _paragraph(sheet, row + 1, question.text, styles.bold)
        row = _paragraph(sheet, row, question.help, styles.plain)
        if not question.answers:
            continue
        for place, header in enumerate(("Answer", "When it is right", "Examples", "Sections of law")):
            _write(sheet, row, place, header, styles.header)
        for answer in question.answers:
            row += 1
            examples = "\n".join(f"“{example}”" for example in answer.examples)
            texts = (answer.text, answer.definition, examples, "\n".join(answer.codes))
            for place, text in enumerate(texts):
                _write(sheet, row, place, text, styles.alert)
            sheet.set_row(row, _height(zip(texts, _EXPLAINED, strict=True)))
        row += 1
    sheet.protect("", dict(_ALLOWED))
    _on_paper(sheet, f"{codebook.title}, version {codebook.version}")


def _paragraph(sheet: Any, row: int, text: str, style: Any) -> int:
    """Write a text over the whole width; the next free row."""
    if not text:
        return row
    sheet.merge_range(row, 0, row, 3, "", style)
    _write(sheet, row, 0, text, style)
    sheet.set_row(row, _height([(text, sum(_EXPLAINED))]))
    return row + 1


def _height(cells: Iterable[tuple[str, int]]) -> float:
    """The height of a row in points: of its texts, each with the width of its column in letters.

    Not every spreadsheet finds the height of a row by itself when it opens a file.
    """
    lines = [sum(max(1, ceil(len(line) / (width - 1))) for line in text.split("\n")) for text, width in cells]
    return min(_HIGHEST, 15.0 * max(lines, default=1) + 3)


def _hidden(sheet: Any, rows: Sequence[Sequence[str]]) -> None:
    """A sheet for the program."""
    for row, texts in enumerate(rows):
        for place, text in enumerate(texts):
            _write(sheet, row, place, text, None)
    sheet.protect("")
    sheet.hide()


def _write(sheet: Any, row: int, place: int, text: str, style: Any) -> None:
    """Write a text as a text."""
    if text:
        sheet.write_string(row, place, shown(text), style)
    else:
        sheet.write_blank(row, place, None, style)
