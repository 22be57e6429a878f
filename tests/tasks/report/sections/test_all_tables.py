from data.schema import TABLES
from tasks.report.blocks import Group, Rows, Text
from tasks.report.sections import tables
from tests.tasks.report.stories import everything, story


def test_each_public_table_has_its_rows_its_files_and_every_column(tmp_path):
    told = everything(tmp_path)
    groups = [block for block in tables.blocks(told) if isinstance(block, Group)]
    assert [group.title for group in groups] == [TABLES[name].stem for name in told.tables]
    for group in groups:
        spec = TABLES[f"public/{group.title}"]
        first, columns = (block for block in group.blocks if isinstance(block, Rows))
        assert first.file == f"public/{group.title}.csv"
        assert first.table.num_rows <= tables.FIRST
        assert columns.table.column("column").to_pylist() == [column.name for column in spec.columns]
        assert columns.table.column("meaning").to_pylist() == [column.meaning for column in spec.columns]


def test_a_run_without_a_public_table_says_so(tmp_path):
    assert list(tables.SECTION.blocks(story(tmp_path, {}))) == [Text(("This run has no public table.",))]
