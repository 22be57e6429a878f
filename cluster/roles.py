"""The processes of a cluster, each of which has a certificate of its own."""

from collections.abc import Sequence
from typing import Final, Literal

Role = Literal["scheduler", "worker", "client"]

ROLES: Final[Sequence[Role]] = ("scheduler", "worker", "client")
