"""Every alert that was drawn and every review that was asked for has become something."""

from dataclasses import replace
from pathlib import Path

import pytest

from data.codebook import read_codebook
from data.errors import LedgerError
from data.settings import Coding
from tasks.coding.ledger import close_coding
from tasks.coding.look import Given
from tasks.coding.results import Tally
from tasks.coding.sample.drawing import draw_sample
from tasks.coding.sample.sample_file import read_drawn_from
from tasks.coding.tables import write_sample_tables
from tests.tasks.coding.made_alerts import alerts


def test_the_ledger_of_the_coding(tmp_path: Path):
    settings, table = Coding(sample=20), alerts(30)
    found = draw_sample(table, settings, ["anna", "ben"], tmp_path)
    given = Given(tmp_path, read_codebook(tmp_path), found.rows, read_drawn_from(tmp_path))
    sample = write_sample_tables(given, table, settings, tmp_path)
    closed = close_coding(sample, 0, Tally(15, 2, 3, 30, 9, 1), out=tmp_path)
    assert {row[2]: row[3] for row in closed.rows} == {
        "alerts of the list": 20, "drawn": 20, "no longer among the alerts": 0,
        "decided": 15, "to decide": 2, "not yet reviewed": 3,
        "reviews asked": 40, "given": 30, "missing": 9, "not usable": 1,
    }  # fmt: skip
    for gone, tally in ((1, Tally(15, 2, 3, 30, 9, 1)), (0, replace(Tally.nothing(sample), given=1))):
        with pytest.raises(LedgerError, match=r"coding/sample.csv: .* does not hold"):
            close_coding(sample, gone, tally, out=tmp_path)
