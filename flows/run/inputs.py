"""The input of an investigation, each thing looked at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from data.catalog import Investigation

T = TypeVar("T")


class Inputs:
    """The input of one investigation: each thing is looked at when it is first asked for, and then kept.

    Every look raises an InputError where a file, a column, a value or a setting is missing or wrong; it names
    that, and the fix.

    Attributes:
        investigation: The investigation.
    """

    def __init__(self, investigation: Investigation) -> None:
        self.investigation = investigation
        self._seen: dict[Callable[[Inputs], Any], Any] = {}

    def once(self, look: Callable[[Inputs], T]) -> T:
        """What a function finds in this input; it is called once, whoever asks.

        Args:
            look: The function; parts that share something name the same one.
        """
        if look not in self._seen:
            self._seen[look] = look(self)
        return cast(T, self._seen[look])
