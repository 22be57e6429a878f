"""The records of an investigation without the agencies that a run leaves out (method 1.16)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from data.errors import InputError
from data.records import RecordFile, Records, Scan


@dataclass(frozen=True)
class WithoutAgencies:
    """Records in which some names below ``records/`` are not listed.

    What is asked for by name is still there, as a request may name the folder of an agency that is left out.

    Attributes:
        place: All records.
        hidden: Names of agencies, and of files beside their folders.
    """

    place: Records
    hidden: frozenset[str]

    def __str__(self) -> str:
        return str(self.place)

    def agencies(self, troubles: dict[str, str] | None = None) -> list[str]:
        """See :meth:`Records.agencies`."""
        wrong: dict[str, str] = {}
        found = self.place.agencies(wrong)
        for name, line in wrong.items():
            if name not in self.hidden and troubles is None:
                raise InputError(line)
        if troubles is not None:
            troubles.update((name, line) for name, line in wrong.items() if name not in self.hidden)
        return [name for name in found if name not in self.hidden]

    def mailboxes(self, agency: str) -> list[RecordFile]:
        """See :meth:`Records.mailboxes`; of a folder that is left out, as far as it can be listed."""
        try:
            return self.place.mailboxes(agency)
        except InputError:
            if agency.partition("/")[0] not in self.hidden:
                raise
            return []

    def is_folder(self, name: str) -> bool:
        """See :meth:`Records.is_folder`; what is left out is missed, and no mistake of whoever names it."""
        return name.partition("/")[0] in self.hidden or self.place.is_folder(name)

    def settings(self, agency: str) -> bytes | None:
        """See :meth:`Records.settings`."""
        return self.place.settings(agency)

    def others(self) -> list[str]:
        """See :meth:`Records.others`."""
        return [other.file for other in self.other_files()]

    def other_files(self, agencies: Collection[str] | None = None) -> list[RecordFile]:
        """See :meth:`Records.other_files`; beside folders of which one cannot be listed, no file is named."""
        if agencies is not None:
            return self.place.other_files([name for name in agencies if name not in self.hidden])
        try:
            return [each for each in self.place.other_files() if each.agency not in self.hidden]
        except InputError:
            return self.place.other_files(self.agencies())

    def scan(self) -> Scan:
        """See :meth:`Records.scan`."""
        found = self.place.scan()
        return Scan(
            tuple(one for one in found.seen if one.agency not in self.hidden),
            {name: line for name, line in found.troubles.items() if name not in self.hidden},
            found.passed_over,
        )
