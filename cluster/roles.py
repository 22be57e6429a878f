"""The roles of a cluster's processes; each role has its own certificate."""

from collections.abc import Sequence
from typing import Final, Literal

Role = Literal["scheduler", "worker", "client"]

ROLES: Final[Sequence[Role]] = ("scheduler", "worker", "client")
