"""Under which licence the public tables may be used: what the settings say, never what the program thinks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """The licence of the data.

    Attributes:
        spdx: Its id in the SPDX License List, as "CC-BY-4.0"; "" where none was chosen.
    """

    spdx: str

    @property
    def link(self) -> str:
        """Where its text is; "" where none was chosen, or where it is one of the user's own."""
        own = self.spdx.startswith("LicenseRef-")
        return f"https://spdx.org/licenses/{self.spdx}.html" if self.spdx and not own else ""

    @property
    def words(self) -> str:
        """A sentence for people.

        Example:
            >>> Licence("CC-BY-4.0").words
            'The data may be used under the licence CC-BY-4.0.'
        """
        if self.spdx:
            return f"The data may be used under the licence {self.spdx}."
        return (
            "No licence has been chosen for the data, so nobody but its owner may pass it on. Whoever "
            'publishes it chooses one in investigation.toml, as license = "CC-BY-4.0" in the section '
            "[public], and runs again."
        )

    @property
    def for_datasette(self) -> dict[str, str]:
        """What Datasette shows of it."""
        if not self.spdx:
            return {}
        return {"license": self.spdx, **({"license_url": self.link} if self.link else {})}

    @property
    def for_package(self) -> list[dict[str, str]]:
        """The property ``licenses`` of a Data Package; empty where none was chosen."""
        if not self.spdx:
            return []
        return [{"name": self.spdx, **({"path": self.link} if self.link else {})}]
