"""The public tables of this run and of earlier ones."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from data.published import Published
from data.schema import TABLES
from data.tables import write_table

KINDS = TABLES["public/kinds"]


def test_a_table_of_another_version_is_one_line_with_the_fix(tmp_path: Path) -> None:
    write_table(KINDS.arrow.empty_table(), KINDS, tmp_path)
    path = tmp_path / "public/kinds.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["share"]), path)
    with pytest.raises(
        InputError, match=r"are not those of public/kinds; run all parts again, without --only"
    ):
        Published(tmp_path / "stage", tmp_path, KINDS.files).get("public/kinds")
