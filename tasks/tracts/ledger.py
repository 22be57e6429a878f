"""The ledger of the tracts: each listed one of a city is used, or left out for one reason (method 6.15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from data.errors import LedgerError
from data.schema.tracts import USED as TABLE
from data.tables import read_table
from tasks.ledger.accounts import Account, close_part
from tasks.ledger.identities import Identity, Ledger
from tasks.ledger.results import PartClosed
from tasks.step import Step
from tasks.tracts.status import FEW_PEOPLE, NO_CENSUS_ROW, NO_INCOME, NO_PEOPLE, NO_POLYGON, USED

LISTED: Final = "tracts listed"
LINES: Final[Mapping[str, str]] = {
    USED: "tracts used",
    NO_POLYGON: "without polygon",
    NO_CENSUS_ROW: "without Census row",
    NO_PEOPLE: "without people",
    NO_INCOME: "without income",
    FEW_PEOPLE: "with few people",
}
"""The line of each status."""

TRACTS: Final = (Identity("tracts", LISTED, tuple(LINES.values()), "tracts"),)
"""What must add up, in each city and over all. Posts and crimes share it: whichever runs closes it."""


def close_tracts(cities: pa.Table, tested: Mapping[str, Sequence[int]], *, out: Path) -> PartClosed:
    """Check that each listed tract has one status, and enter the tracts into the ledger.

    The tracts listed are counted in the lists of the cities, the others in public/tracts_used as it was
    written, and the used ones again by the tests.

    Args:
        cities: city and GEOID of the lists, each pair once.
        tested: By city, how many tracts each of its tests was made over.
        out: The folder of the tables.

    Returns:
        The rows.

    Raises:
        LedgerError: An identity does not hold, or a test was made over other tracts; nothing is written.
    """
    listed = Counter(cities["city"].to_pylist())
    table = read_table(TABLE, out)
    found = Counter(zip(table["city"].to_pylist(), table["status"].to_pylist(), strict=True))
    accounts = [
        Account("tracts", city, f"census/city_tracts, {city}", _lines(listed[city], found, city))
        for city in sorted(listed)
    ]
    for city, numbers in tested.items():
        used = found[city, USED]
        for number in numbers:
            if number != used:
                raise LedgerError(
                    f"census/city_tracts, {city}: tested over {number} tracts, but {used} are used"
                )
    lines = [LISTED, *LINES.values()]
    total = {line: sum(int(account.lines[line] or 0) for account in accounts) for line in lines}
    return close_part(
        [*accounts, Account("tracts", "", "census/city_tracts", total)], Ledger(TRACTS), (), out
    )


def _lines(listed: int, found: Mapping[tuple[str, str], int], city: str) -> dict[str, int]:
    return {LISTED: listed, **{line: found.get((city, status), 0) for status, line in LINES.items()}}


close: Final = Step("close the ledger of the tracts", close_tracts)
