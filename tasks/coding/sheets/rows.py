"""The reviews in the rows of a sheet that came back, and what is wrong with others (method 5.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from data.codebook import Codebook
from data.printable import printable, shortened
from tasks.coding.results import Fault, Item, Returned, Review
from tasks.coding.sheets.cell_answers import Answered, Asked
from tasks.coding.sheets.cell_values import Value, whole_number
from tasks.coding.sheets.columns import Columns, Row, columns_in
from tasks.coding.sheets.form import (
    AGENCY,
    ALERT,
    DESCRIPTION,
    NUMBER,
    READER,
    TEXT,
    TITLE,
    VERSION,
    edition,
    essence,
    fingerprint,
    fingerprints,
    question_columns,
    shown,
)

_MOST_CHANGED: Final = 10
"""Lines about changed texts; of more, one says how many."""
_NOT_OURS: Final = (
    "has no columns of a sheet to code in; hand in the sheet of coding/sheets that was filled in, "
    "with its header"
)


@dataclass(frozen=True)
class Grid:
    """A sheet that came back.

    Attributes:
        label: The file, as ``coding/returned/anna.xlsx``.
        rows: Its rows.
        reader: Whose it is, where a row does not say it.
        edition: The codebook of which it was made, likewise; "" where nobody knows.
        own: By question, keys of answers by their texts, as the sheet itself lists them.
        merged: Cells that are one: first and last row from 1, first and last column from 0.
    """

    label: str
    rows: Sequence[Row]
    reader: str
    edition: str = ""
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    merged: Sequence[tuple[int, int, int, int]] = field(default=())


def reviews_in(grid: Grid, codebook: Codebook, items: Sequence[Item]) -> Returned:
    """Read the reviews in the rows of a sheet.

    An alert is known by its id, else by its number in the sample, never by its place. A text that was changed
    is named, and the answers count; where it is another alert's, nobody knows which one was read.

    Args:
        grid: The sheet.
        codebook: What is asked.
        items: The alerts of the sample.
    """
    sample = _Sample.of(items)
    columns = columns_in(grid.rows, codebook, sample.by_id.keys())
    if columns is None:
        return Returned(faults=(Fault(grid.label, None, _NOT_OURS),))
    reading = _Reading(grid, codebook, sample, columns, Asked.of(codebook, columns, grid.own))
    reading.read()
    return Returned(tuple(reading.reviews), tuple(reading.all_faults()))


@dataclass(frozen=True)
class _Sample:
    """The alerts of the sample by what may name them."""

    by_id: Mapping[str, Sequence[Item]]
    by_number: Mapping[int, Item]
    by_texts: Mapping[tuple[str, str], Sequence[Item]]

    @classmethod
    def of(cls, items: Sequence[Item]) -> _Sample:
        by_id: dict[str, list[Item]] = {}
        by_texts: dict[tuple[str, str], list[Item]] = {}
        for item in items:
            for name in item.names:
                by_id.setdefault(name.casefold(), []).append(item)
            for texts in () if item.gone else _texts(item):
                by_texts.setdefault(texts, []).append(item)
        return cls(by_id, {item.number: item for item in items}, by_texts)


def _texts(item: Item) -> list[tuple[str, str]]:
    """Titles and descriptions that may have been handed out: as they were found, and masked."""
    return [(essence(shown(title)), essence(shown(description))) for title, description in item.texts]


@dataclass
class _Reading:
    """The reading of one sheet.

    Attributes:
        grid: The sheet.
        codebook: What is asked.
        sample: The alerts.
        columns: Its columns.
        asked: What its cells are read for.
        reviews: What was read.
        faults: What is wrong with single rows.
        strangers: How many rows are of alerts that are not in the sample.
        unknown: Those of them that have answers.
        changed: Rows in which the text of the alert was changed.
        known: How many rows are of alerts of the sample.
        editions: Of how many rows the codebook was another one.
        handed_out: The alerts by the fingerprints of their texts as they were handed out, masked or not.
    """

    grid: Grid
    codebook: Codebook
    sample: _Sample
    columns: Columns
    asked: Asked
    reviews: list[Review] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    strangers: int = 0
    unknown: list[Fault] = field(default_factory=list)
    changed: list[Fault] = field(default_factory=list)
    known: int = 0
    editions: Counter[str] = field(default_factory=Counter)
    handed_out: dict[str, Item] = field(default_factory=dict)

    def read(self) -> None:
        """Read all rows."""
        for _, cells in self.grid.rows:
            if (prints := self.columns.text(cells, TEXT)) and (item := self._item(cells)):
                self.handed_out.setdefault(prints, item)
        for number, cells in self.grid.rows:
            if number not in self.columns.headers:
                self._row(number, cells)

    def _row(self, number: int, cells: Sequence[Value]) -> None:
        answered = self.asked.answers(cells)
        item = self._item(cells)
        if item is None:
            self._nobody_knows(number, cells, answered)
            return
        self.known += 1
        if not answered.given and not answered.wrong:
            return
        reader = self.columns.text(cells, READER) or self.grid.reader
        asked = (reader, item.alert)
        if mixed := self._mixed(cells, item):
            what = f"{mixed}; sort whole rows, and look at the answers again"
            self.faults.append(Fault(self.grid.label, number, what, 1, asked))
            return
        lost = 0 if answered.has_choice else 1
        for what in answered.wrong:
            self.faults.append(Fault(self.grid.label, number, what, lost, asked))
            lost = 0
        if words := self._changed(cells, item):
            what = f"the {words} of the alert was changed; the answers count all the same"
            self.changed.append(Fault(self.grid.label, number, what, 0, asked))
        if answered.given:
            version = self._version(cells)
            self.reviews.append(Review(item.alert, reader, answered.given, version, self.grid.label, number))

    def _item(self, cells: Sequence[Value]) -> Item | None:
        """The alert of a row."""
        alert_id = self.columns.text(cells, ALERT).removeprefix("'").casefold()
        by_number = self._numbered(cells)
        if not alert_id:
            return by_number
        known = self.sample.by_id.get(alert_id, ())
        if len(known) > 1:
            agency = self.columns.text(cells, AGENCY)
            known = [item for item in known if item.alert[0] == agency] or known
        if len(known) > 1:
            known = [item for item in known if item is by_number]
        if known:
            return known[0]
        # The id is not what it was. Its number may be that of an alert of another sample: the text decides.
        known_by_text = by_number is not None and not by_number.gone and self._has_text_of(cells, by_number)
        return by_number if known_by_text else None

    def _numbered(self, cells: Sequence[Value]) -> Item | None:
        """The alert whose number a row has."""
        number = whole_number(self.columns.value(cells, NUMBER))
        return None if number is None else self.sample.by_number.get(number)

    def _has_text_of(self, cells: Sequence[Value], item: Item, other: Item | None = None) -> bool:
        """Whether a row has the text of an alert, and not that of another one."""
        title, description = (essence(self.columns.text(cells, name)) for name in (TITLE, DESCRIPTION))
        has_text = bool(title or description) and not self._differs(cells, item)
        return has_text and (other is None or bool(self._differs(cells, other)))

    def _differs(self, cells: Sequence[Value], item: Item) -> list[str]:
        """The columns whose text is not the alert's, masked or not."""
        if item.gone:
            return []
        there = [
            (place, name, essence(self.columns.text(cells, name)))
            for place, name in enumerate((TITLE, DESCRIPTION))
            if name in self.columns.places
        ]
        forms = ([name for place, name, text in there if text != own[place]] for own in _texts(item))
        return min(forms, key=len)

    def _mixed(self, cells: Sequence[Value], item: Item) -> str:
        """What a row has of another alert; "" where it is of one."""
        if other := self._of_another(cells, item):
            return f"the row has the number of alert {item.number} and the text of alert {other.number}"
        by_number = self._numbered(cells)
        if by_number is None or by_number is item or self._has_text_of(cells, item, by_number):
            return ""
        return f"sample_no is that of alert {by_number.number} and alert_id that of alert {item.number}"

    def _of_another(self, cells: Sequence[Value], item: Item) -> Item | None:
        """The other alert whose text a row has."""
        if not self._differs(cells, item):
            return None
        texts = (essence(self.columns.text(cells, TITLE)), essence(self.columns.text(cells, DESCRIPTION)))
        if others := self.sample.by_texts.get(texts, ()):
            return others[0]
        masked = fingerprints(*(self.columns.text(cells, name) for name in (TITLE, DESCRIPTION)))
        other = self.handed_out.get(masked)
        return other if other is not item and masked != self.columns.text(cells, TEXT) else None

    def _changed(self, cells: Sequence[Value], item: Item) -> str:
        """Which text of a row is neither the alert's nor the one that was handed out (masked, it may be)."""
        prints = dict(zip((TITLE, DESCRIPTION), self.columns.text(cells, TEXT).split(), strict=False))
        changed = [
            name
            for name in self._differs(cells, item)
            if fingerprint(self.columns.text(cells, name)) != prints.get(name)
        ]
        return " and the ".join(changed)

    def _version(self, cells: Sequence[Value]) -> str:
        """The version of the codebook that the reader had."""
        said = self.columns.text(cells, VERSION) or self.grid.edition or edition(self.codebook)
        self.editions[said] += 1
        return said.rpartition(" #")[0] or said

    def _nobody_knows(self, number: int, cells: Sequence[Value], answered: Answered) -> None:
        """A row of no alert of the sample: a comment, or answers that are lost."""
        alert_id = self.columns.text(cells, ALERT) or self.columns.text(cells, NUMBER)
        lost = 1 if answered.has_choice else 0
        if alert_id:
            self.strangers += 1
        if not answered.given and not answered.wrong:
            return
        if alert_id:
            what = (
                f"alert {printable(shortened(alert_id, 80))!r} is not in the sample; "
                "put back its alert_id and sample_no, or remove the row"
            )
            self.unknown.append(Fault(self.grid.label, number, what, lost))
        elif lost:
            what = "has answers and names no alert; put back its alert_id or sample_no, or remove the row"
            self.faults.append(Fault(self.grid.label, number, what, lost))
        else:
            self.faults.append(Fault(self.grid.label, number, "names no alert and is left out"))

    def all_faults(self) -> list[Fault]:
        """What is wrong: first with the whole sheet, then row by row."""
        rows = [*self.faults, *self.changed[:_MOST_CHANGED]]
        whole = list(self._columns())
        if ALERT not in self.columns.places and NUMBER not in self.columns.places:
            what = "has neither a column alert_id nor a column sample_no; put one back"
            whole.insert(0, self._whole(what, sum(fault.lost for fault in rows)))
            rows = []
        elif self.strangers and not self.known:
            what = "none of its alerts is in the sample; hand it in with the investigation it was made for"
            whole.insert(0, self._whole(what, sum(fault.lost for fault in self.unknown)))
        else:
            rows += self.unknown
        if (more := len(self.changed) - _MOST_CHANGED) > 0:
            whole.append(
                self._whole(f"texts of alerts were changed in {more:,} more rows; the answers count")
            )
        rows += self._merged()
        return [*whole, *self._other_codebooks(), *sorted(rows, key=lambda fault: fault.row or 0)]

    def _whole(self, what: str, lost: int = 0) -> Fault:
        return Fault(self.grid.label, None, what, lost)

    def _columns(self) -> Iterator[Fault]:
        """Columns that are there twice, or not at all."""
        for name in self.columns.twice:
            yield self._whole(f"has two columns {name!r}, of which the first counts; remove the other one")
        for column in question_columns(self.codebook):
            if not {column.key, f"question:{column.question.key}"} & self.columns.places.keys():
                header = printable(shortened(column.header))
                yield self._whole(f"has no column for {header!r}: its answers are missing; put it back")

    def _other_codebooks(self) -> Iterator[Fault]:
        """How many rows were coded by another codebook than today's."""
        now = edition(self.codebook)
        for said, rows in sorted(self.editions.items()):
            version = said.rpartition(" #")[0] or said
            shown_version = repr(printable(shortened(version, 80)))
            if said != now and version == self.codebook.version:
                why = f"a codebook that is also version {shown_version}; give the changed one another version"
            elif said != now:
                why = (
                    f"codebook version {shown_version}, and it is {self.codebook.version!r} now; "
                    "the answers count: hand out new sheets if a question changed its meaning"
                )
            else:
                continue
            yield self._whole(f"{rows:,} rows were coded by {why}")

    def _merged(self) -> Iterator[Fault]:
        """Answers of several rows that were made one cell."""
        places = {place for name, place in self.columns.places.items() if name.startswith("question:")}
        for first, last, left, right in self.grid.merged:
            if last > first and any(left <= place <= right for place in places):
                what = f"its answer and those down to row {last:,} are one merged cell; split it, answer each"
                yield Fault(self.grid.label, first, what)
