"""Whether the crime records hold the cases that the method must get right.

That the tables of truth are right is proven elsewhere: ``tests/whole/test_truth.py`` compares each with the
program's own, row by row.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest

from data.synthetic.public_records import PublicRecords
from data.synthetic.public_records.figures import ALDERFALL

SORTS = ("duplicates", "other years", "other types", "no location", "outside", "counted")


@pytest.mark.parametrize(("city", "sorts"), [("alderfall", SORTS), ("thornquill", SORTS[1:])])
def test_every_line_of_the_ledger_counts_something(
    lines: Callable[[str, str], dict[str, int]], city: str, sorts: tuple[str, ...]
) -> None:
    found = lines("crime", city)
    assert min(found[sort] for sort in sorts) >= 18
    assert found["in tracts without"] > 0


def test_choosing_the_last_row_of_a_record_would_show(public_records: tuple[Path, PublicRecords]) -> None:
    files = sorted((public_records[0] / "crime" / "alderfall").iterdir())
    rows = pd.concat([pd.read_csv(file) for file in files], ignore_index=True)
    types = [each.name for each in ALDERFALL.examined]

    def analysed(keep: Literal["first", "last"]) -> int:
        kept = rows.drop_duplicates("DR_NO", keep=keep)
        return int(((kept["DATE OCC"].str[6:10] == "2019") & kept["Crm Cd Desc"].isin(types)).sum())

    assert analysed("first") != analysed("last")
