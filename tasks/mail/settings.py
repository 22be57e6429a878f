"""How the mail is read: the few settings, each with the reason for its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

READER_VERSION: Final = 3
"""Part of the key under which read mail is kept: raise it whenever a message would be read differently."""


@dataclass(frozen=True)
class MailSettings:
    """Settings of the reading; none of them but ``code_pages`` changes a byte of a table.

    Attributes:
        partition: Messages per partition. A thousand take about half a second: long enough that scheduling
            costs nothing in comparison, short enough that a lost worker loses little and progress can be
            seen.
        extract: Messages per extract (``tasks.mail.extract``): so few that its trees stay two levels deep.
        extract_bytes: An extract is closed at this size, which limits a worker's memory.
        watchdog_seconds: A worker that spends longer on one extract hangs in the C library and ends itself;
            the partition is then read in child processes (``tasks.mail.spans``).
        deaths: How often a reader must die on one single message before the message is quarantined.
        code_pages: The codec of the setting ``code_page`` of each agency that has one. Mail is read again
            where it has changed.
        open_attached: Whether messages attached to messages are opened; not while it is found out which of
            them crashes libpff (``tasks.mail.spans``).
    """

    partition: int = 1000
    extract: int = 50
    extract_bytes: int = 16 << 20
    watchdog_seconds: float = 120.0
    deaths: int = 2
    code_pages: Mapping[str, str] = field(default_factory=dict)
    open_attached: bool = True

    def __post_init__(self) -> None:
        """Refuse what can never work.

        Raises:
            ValueError: A setting is not positive.
        """
        for name in ("partition", "extract", "extract_bytes", "watchdog_seconds", "deaths"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, not {getattr(self, name)}")
