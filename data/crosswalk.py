"""The crosswalk: from a message's subject to its kind, as a CSV that a person can extend.

``data/reference/subjects.csv`` has the columns ``pattern, match, kind, template, note``: one row per form of
subject.

- ``match`` is ``exact`` (the whole subject) or ``prefix`` (how the subject begins). A prefix may end in a
  variable in angle brackets, as in ``Crime Alert: <title>``, which stands for any text, or none.
- Subject and pattern are compared in NFC, with white space trimmed and collapsed, ignoring letter case. White
  space between a prefix and its variable does not matter, so ``RE:hello`` is a reply.
- The first row that matches decides. ``RE:``, ``FW:`` and ``Fwd:`` come first: whatever follows them was
  written by a person. ``Crime Alert: RE: …`` does not begin with them, so it is a crime alert.
- A subject that no row knows is looked up again without the tags that mail gateways put in front, such as
  ``[EXTERNAL]`` (:mod:`data.subject_tags`). A row may name a tag, and then decides first.
- Nothing is guessed. A subject that matches no row, or is missing, is ``unclassified``.
- ``template`` names the layout of the body; only kinds that are alerts have one.
- An investigation may have a ``subjects.csv`` of its own with the same columns. Its rows come before the
  program's, so that they add to them and overrule them.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from data.errors import InputError
from data.printable import printable
from data.reference_table import read_rows
from data.subject_tags import without_tags
from data.text import collapse

CROSSWALK: Final = Path(__file__).parent / "reference" / "subjects.csv"
"""The crosswalk that comes with the program."""

UNCLASSIFIED: Final = "unclassified"
ALERT_KINDS: Final = ("crime alert", "safety alert")
"""The kinds whose bodies are parsed; only they have a template."""

COLUMNS: Final = ("pattern", "match", "kind", "template", "note")
MOST_ROWS: Final = 2_000
"""Each row is compared with all before it, and each subject with all rows."""

_MATCHES: Final = ("exact", "prefix")
_VARIABLE: Final = re.compile(r"<[^<>]+>$")


class Match(NamedTuple):
    """What the crosswalk says about a subject.

    Attributes:
        kind: The kind; :data:`UNCLASSIFIED` if no row matches.
        template: The layout of the body, for alerts.
        pattern: The row's pattern as written in the CSV; empty if no row matches.
        rest: The subject's text for the row's variable (collapsed); None if the row has no variable.
    """

    kind: str
    template: str | None
    pattern: str
    rest: str | None


_UNKNOWN: Final = Match(UNCLASSIFIED, None, "", None)


@dataclass(frozen=True)
class Row:
    """One row of the crosswalk, as read and checked."""

    pattern: str
    match: str
    kind: str
    template: str | None

    @property
    def has_rest(self) -> bool:
        """Whether the pattern ends in a variable."""
        return self.match == "prefix" and _VARIABLE.search(self.pattern) is not None

    @cached_property
    def literal(self) -> str:
        """What the subject must be or begin with: collapsed, without the variable, case folded."""
        return collapse(_VARIABLE.sub("", self.pattern)).casefold()

    def matched(self, subject: str) -> Match | None:
        """The match of a collapsed subject, or None."""
        size = len(self.literal)
        if (subject if self.match == "exact" else subject[:size]).casefold() != self.literal:
            return None
        return Match(
            self.kind, self.template, self.pattern, subject[size:].strip() if self.has_rest else None
        )

    def covers(self, other: Row) -> bool:
        """Whether every subject that matches ``other`` matches this row too."""
        if self.match == "prefix":
            return other.literal.startswith(self.literal)
        return other.match == "exact" and other.literal == self.literal


@dataclass(frozen=True)
class Crosswalk:
    """The checked rows, in order of precedence. Can be pickled, so workers get it as an argument.

    Attributes:
        rows: The rows.
        own: How many of them, the first, are the investigation's own.
        own_sha256: The hash of the file that has these, 64 hex digits; empty if there is none.
    """

    rows: tuple[Row, ...]
    own: int = 0
    own_sha256: str = ""

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what decides a kind (patterns, matches, kinds, templates, order): 64 hex digits."""
        text = repr([(row.pattern, row.match, row.kind, row.template) for row in self.rows])
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def classify(self, subject: str | None) -> Match:
        """Find the kind of one subject.

        Args:
            subject: The subject as found; None if the message has none.

        Returns:
            The match of the first row that fits, else the kind ``unclassified`` with an empty pattern.

        Example:
            >>> read_crosswalk().classify("Crime Alert: RE: two bikes")[:2]
            ('crime alert', 'alert-title')
            >>> read_crosswalk().classify("Fwd: RE: two bikes").kind
            'reply or forward'
            >>> read_crosswalk().classify("[EXTERNAL] New Crime Incident").kind
            'crime alert'
            >>> read_crosswalk().classify("Lunch?").kind
            'unclassified'
        """
        collapsed = collapse(subject or "")
        return self._match(collapsed) or self._match(without_tags(collapsed)) or _UNKNOWN

    def _match(self, collapsed: str) -> Match | None:
        return next((match for row in self.rows if (match := row.matched(collapsed)) is not None), None)


def read_crosswalks(own: tuple[str, Path]) -> Crosswalk:
    """Read the investigation's own rows, if it has any, and the program's after them.

    Args:
        own: The investigation's ``subjects.csv``: how it is named in an error, and where it is; it need not
            exist.

    Returns:
        The rows of both. A program's row that an own row leaves nothing to decide is overruled, and stays.

    Raises:
        InputError: As :func:`read_crosswalk`.
    """
    label, path = own
    program = read_crosswalk()
    if not os.path.lexists(path):
        return program
    mine = read_crosswalk(path, label)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Crosswalk(mine.rows + program.rows, len(mine.rows), digest)


def read_crosswalk(path: Path = CROSSWALK, label: str | None = None) -> Crosswalk:
    """Read a crosswalk and check every row of it.

    Args:
        path: A CSV (UTF-8, with or without byte order mark) with the columns ``pattern, match, kind,
            template, note``.
        label: How the file is named in an error; None for its path.

    Returns:
        The rows in their order.

    Raises:
        InputError: The file cannot be read, or a row is wrong; the message names file, row (the header is row
            1, as in a spreadsheet) and column, and says how to fix it.
    """
    rows: list[Row] = []
    numbers: list[int] = []
    given = read_rows(path, COLUMNS, label, handed_in=label is not None)
    label = str(path) if label is None else label
    if len(given) > MOST_ROWS:
        raise InputError(
            f"{label}: has {len(given):,} rows; keep the forms of subjects, {MOST_ROWS:,} at most"
        )
    for number, fields in given:
        try:
            row = _row(dict(zip(COLUMNS, fields, strict=True)))
            _check_against(zip(numbers, rows, strict=True), row)
        except _RowError as wrong:
            raise InputError(f"{label}: row {number}, column {wrong.column}: {wrong.fix}") from None
        numbers.append(number)
        rows.append(row)
    if not rows:
        raise InputError(f"{label}: no rows; copy the crosswalk that comes with the program and add to it")
    return Crosswalk(tuple(rows))


class _RowError(Exception):
    """A row is wrong: in which column, and what to do."""

    def __init__(self, column: str, fix: str) -> None:
        super().__init__(fix)
        self.column = column
        self.fix = printable(fix)


def _row(record: dict[str, str]) -> Row:
    """One record as a row, with each column checked by itself."""
    row = Row(record["pattern"], record["match"], record["kind"], record["template"] or None)
    if row.match not in _MATCHES:
        raise _RowError("match", f"'{row.match}' is unknown; write exact or prefix")
    if not row.literal:
        raise _RowError(
            "pattern", "there is no fixed text to look for; write the words that the subject begins with"
        )
    if row.match == "exact" and _VARIABLE.search(row.pattern):
        raise _RowError("pattern", f"'{row.pattern}' ends in a variable; set match to prefix")
    if row.kind != collapse(row.kind).lower() or not row.kind:
        raise _RowError(
            "kind", f"'{row.kind}' is not in lower case; write '{collapse(row.kind).lower() or 'a kind'}'"
        )
    if row.kind == UNCLASSIFIED:
        raise _RowError(
            "kind", "'unclassified' is for subjects that match no row; name a kind, or remove the row"
        )
    if row.kind in ALERT_KINDS and row.template is None:
        raise _RowError(
            "template", f"a {row.kind} needs the template of its body; write one, such as resident-posted"
        )
    if row.kind not in ALERT_KINDS and row.template is not None:
        raise _RowError("template", f"only {' and '.join(ALERT_KINDS)} have a template; leave it empty")
    return row


def _check_against(before: Iterable[tuple[int, Row]], row: Row) -> None:
    """No two rows with one pattern, and no row that an earlier one leaves nothing to decide."""
    for number, earlier in before:
        if collapse(earlier.pattern).casefold() == collapse(row.pattern).casefold():
            raise _RowError("pattern", f"'{row.pattern}' is in row {number} already; remove one of them")
        if earlier.covers(row):
            raise _RowError(
                "pattern", f"row {number} ('{earlier.pattern}') always decides first; move this row above it"
            )
