"""How the mail is read: the few knobs, each with the reason for its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

READER_VERSION: Final = 1
"""Part of the key under which read mail is kept: raise it whenever a message would be read differently."""


@dataclass(frozen=True)
class MailSettings:
    """Knobs of the reading; none of them changes a byte of a table.

    Attributes:
        partition: messages a Dask partition. A thousand take about half a second: long enough that
            scheduling costs nothing beside it, short enough that a lost worker loses little and progress is
            seen.
        extract: messages a copied-out file (`tasks.mail.extract`): its trees stay two levels deep.
        extract_bytes: a copied-out file is closed at this size, which bounds a worker's memory.
        watchdog_seconds: a worker that spends longer on one copied-out file is hanging in the C library and
            ends itself, which frees the partition for `tasks.mail.isolate`.
        deaths: how often a reader must die on one single message before that is held against the message.
    """

    partition: int = 1000
    extract: int = 50
    extract_bytes: int = 16 << 20
    watchdog_seconds: float = 120.0
    deaths: int = 2

    def __post_init__(self) -> None:
        """Refuse what can never work.

        Raises:
            ValueError: a knob is not positive.
        """
        for name in ("partition", "extract", "extract_bytes", "watchdog_seconds", "deaths"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, not {getattr(self, name)}")
