"""What the steps of the coding give: the sample, the reviews that came back, what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from tasks.coding.sample.draw import Alert, Drawn, Stratum

if TYPE_CHECKING:
    from data.codebook import Codebook

FOLDER: Final = "coding"
"""The folder of the investigation: ``coding/codebook.toml`` (optional), ``coding/sample.csv`` (what was
drawn, and is being read), ``coding/sheets/`` (to hand out), ``coding/masked.parquet`` (what is
masked in them, where it is), ``coding/returned/`` (what came back) and ``coding/to_decide.csv``
(ties, and their decisions)."""

SAMPLE: Final = "sample.csv"
DRAWN_FROM: Final = "drawn_from.parquet"
SHEETS: Final = "sheets"
RETURNED: Final = "returned"
IN_WORK: Final = ".jsonl"
"""The form that grows while a reader works: what is not in it is still to come, and not missing."""


@dataclass(frozen=True)
class Mask:
    """What readers see of an alert of which numbers and the like are masked.

    Attributes:
        sheet_id: What names it in sheets: its own id tells the text to whoever tries all numbers.
        title: Its title, masked.
        description: Its description, masked.
    """

    sheet_id: str
    title: str
    description: str


@dataclass(frozen=True)
class Item:
    """An alert of the sample, as a reader sees it.

    Attributes:
        number: Its number in the sample, from 1.
        alert: What names it.
        kind: Its kind.
        alert_date: Its date; None where it has none.
        title: Its title.
        description: Its description; may be empty.
        gone: Whether it is no longer among the alerts: nobody knows its texts.
        mask: What stands in sheets of it where texts are masked; None where they are not.
    """

    number: int
    alert: Alert
    kind: str
    alert_date: date | None
    title: str
    description: str
    gone: bool = False
    mask: Mask | None = None

    @property
    def sheet_id(self) -> str:
        """What names it in sheets: its id, or another one where its text is masked."""
        return self.alert[1] if self.mask is None else self.mask.sheet_id

    @property
    def names(self) -> tuple[str, ...]:
        """What may name it in a sheet that came back: sheets that were made before are not masked."""
        return tuple(dict.fromkeys((self.alert[1], self.sheet_id)))

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Titles and descriptions that readers may have seen of it."""
        own = (self.title, self.description)
        return (own,) if self.mask is None else (own, (self.mask.title, self.mask.description))


@dataclass(frozen=True)
class Review:
    """What one reader answered about one alert.

    Attributes:
        alert: What names the alert.
        reader: The reader.
        answers: By question: the keys of the answers in the order of the codebook (one for a single choice),
            or the one text of a free text; a question without an answer is not there.
        codebook: The version of the codebook.
        sheet: The file, as ``coding/returned/anna.xlsx``.
        row: The row or task in it, from 1.
    """

    alert: Alert
    reader: str
    answers: Mapping[str, tuple[str, ...]]
    codebook: str
    sheet: str
    row: int


@dataclass(frozen=True)
class Fault:
    """What is wrong with a sheet: one line, with the fix.

    Attributes:
        sheet: The file.
        row: The row or task in it; None where it is of the whole sheet.
        what: What is wrong, and what to do, for a person.
        lost: How many reviews cannot be used because of it.
        of: The review that it is of, by its reader and its alert, where both are known: the tally then does
            not name it as missing, too.
    """

    sheet: str
    row: int | None
    what: str
    lost: int = 0
    of: tuple[str, Alert] | None = None

    def __str__(self) -> str:
        place = self.sheet if self.row is None else f"{self.sheet}, row {self.row:,}"
        return f"{place}: {self.what}"


@dataclass(frozen=True)
class Returned:
    """What came back in one file.

    Attributes:
        reviews: The reviews that can be used.
        faults: What is wrong with others.
    """

    reviews: tuple[Review, ...] = field(default=())
    faults: tuple[Fault, ...] = field(default=())


@dataclass(frozen=True)
class Listed:
    """A row of ``coding/sample.csv``.

    Attributes:
        drawn: The alert.
        draw: Which drawing it came from, from 1; each is handed out in sheets of its own.
        seed: The seed.
        strata: What the alerts were divided by; empty for a simple sample.
        readers: Who codes it; nobody as long as no reader is named.
    """

    drawn: Drawn
    draw: int
    seed: int
    strata: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()

    def read_by(self, readers: tuple[str, ...]) -> Listed:
        """The same row with other readers."""
        return replace(self, readers=readers)


@dataclass(frozen=True)
class Drawing:
    """What a drawing gave.

    Attributes:
        rows: ``coding/sample.csv`` as it is now.
        new: How many alerts were drawn now.
        readers: Readers who were not named before.
        population: Unique alerts of today.
        gone: Alerts of the sample that are no longer among them.
    """

    rows: tuple[Listed, ...]
    new: int
    readers: tuple[str, ...]
    population: int
    gone: int


@dataclass(frozen=True)
class HandedOut:
    """What was handed out.

    Attributes:
        written: The files that were written, as ``coding/sheets/anna.xlsx``.
        kept: Those that were there, and stay.
    """

    written: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class Sampled:
    """An alert of the sample that is among today's alerts.

    Attributes:
        item: The alert, as a reader sees it.
        stratum: What it was drawn from; empty for a simple sample.
        weight: Alerts of today that it stands for.
        emails: Messages that carry it.
        recipients: Distinct people whom it reached.
        readers: Who codes it, in the order in which they were named.
        draw: Which drawing it came from.
    """

    item: Item
    stratum: Stratum
    weight: float
    emails: int
    recipients: int
    readers: tuple[str, ...] = ()
    draw: int = 1


@dataclass(frozen=True)
class Sample:
    """The sample that is being read.

    Attributes:
        alerts: Its alerts, in the order of their numbers; those that are gone are not among them.
        codebook: What is asked of each.
        population: Unique alerts of today.
        listed: Alerts in ``coding/sample.csv``, those that are gone included.
        covered: Alerts of today that were there when it was drawn; None where nobody knows.
        unseen: Alerts of today for which no drawn alert stands: it has no weight for them.
        gone: The alerts of the list that are no longer there; what was answered to them does not count.
        sizes: By agency, the alerts of today for which those of the sample stand.
    """

    alerts: tuple[Sampled, ...]
    codebook: Codebook
    population: int
    listed: int
    covered: int | None = None
    unseen: int = 0
    gone: tuple[Item, ...] = field(default=())
    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def items(self) -> tuple[Item, ...]:
        """The alerts, as readers see them."""
        return tuple(each.item for each in self.alerts)

    @property
    def readers(self) -> tuple[str, ...]:
        """All readers, in the order in which they were named."""
        return tuple(dict.fromkeys(reader for each in self.alerts for reader in each.readers))

    @property
    def asked(self) -> int:
        """Reviews asked for: one of each reader of each alert."""
        return sum(len(each.readers) for each in self.alerts)


@dataclass(frozen=True)
class Tally:
    """What became of the sample.

    Of alerts, ``drawn = decided + to decide + not yet reviewed``; of reviews, each of one reader and one
    alert, ``asked = given + missing + not usable``.

    Attributes:
        decided: Alerts of which every question with a choice has an answer that counts.
        to_decide: Alerts with a tie that nobody has decided yet.
        not_reviewed: The other alerts: some reviews are still to come.
        given: Reviews that came back and count.
        missing: Reviews that did not come back.
        unusable: Reviews that came back and cannot be used.
        faults: What is wrong with what came back.
        files: The SHA-256 and the size in bytes of each file that came back, by its name.
        waiting: Readers of whom something is still to come: nothing came back, or they are at work in the
            terminal.
        other_versions: Reviews that count and have another version of the codebook than today's.
    """

    decided: int
    to_decide: int
    not_reviewed: int
    given: int
    missing: int
    unusable: int
    faults: tuple[Fault, ...] = field(default=())
    files: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    waiting: tuple[str, ...] = field(default=())
    other_versions: int = 0

    @classmethod
    def nothing(cls, sample: Sample) -> Tally:
        """Of a sample of which nothing has come back."""
        return cls(0, 0, len(sample.alerts), 0, sample.asked, 0, waiting=sample.readers)
