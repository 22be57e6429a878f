"""Figures call agencies by their names, and no two agencies become one."""

from pathlib import Path

import pytest

from tasks.figures.figure import Figure
from tasks.report.agencies import with_names
from tasks.report.sections import alerts, kinds, officers
from tests.tasks.report.stories import mail, story

ZONE = {"timezone": "America/Los_Angeles"}


def names(folder: Path, **given: str) -> list[str]:
    """The agencies of the kinds, in order of rows, for folders whose names are given."""
    config = {"agencies": {key: {"name": name, **ZONE} for key, name in given.items()}}
    table = with_names(story(folder, mail(["a", "b", "c"]), config=config), "kinds")
    assert table is not None
    return table.column("agency").to_pylist()


def test_an_agency_has_its_name_and_one_without_has_its_folder(tmp_path: Path):
    assert names(tmp_path, a="Alder Police", c="Cedar Sheriff") == [
        *("Alder Police", "Alder Police", "b", "b", "Cedar Sheriff", "Cedar Sheriff"),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"a": "Police", "b": "Police"}, ["Police (a)", "Police (b)", "c"]),
        ({"a": "b", "b": "Police"}, ["b", "Police", "c"]),
        ({"a": "c"}, ["c (a)", "b", "c"]),
        ({"a": "Police", "b": "Police", "c": "Police (a)"}, ["a", "b", "c"]),
    ],
)
def test_no_two_agencies_become_one(tmp_path: Path, given: dict[str, str], expected: list[str]):
    assert list(dict.fromkeys(names(tmp_path, **given))) == expected


def test_a_table_that_no_part_wrote_has_no_figure(tmp_path: Path):
    assert with_names(story(tmp_path, {}), "kinds") is None


def test_the_figures_of_the_mail_have_the_names(tmp_path: Path):
    config = {
        "agencies": {"a-pd": {"name": "Alder Police", **ZONE}, "b-pd": {"name": "Birch Police", **ZONE}}
    }
    made = story(tmp_path, mail(["a-pd", "b-pd"]), config=config)
    figures = [
        each
        for section in (kinds, alerts, officers)
        for each in section.blocks(made)
        if isinstance(each, Figure)
    ]
    of_agencies = [figure for figure in figures if figure.key.endswith("by-agency")]
    assert [figure.key for figure in of_agencies] == [
        "kinds-by-agency",
        "alerts-by-agency",
        "officers-by-agency",
    ]
    for figure in of_agencies:
        assert set(figure.table.column("agency").to_pylist()) == {"Alder Police", "Birch Police"}
        assert "Alder Police" in figure.alt
        assert "a-pd" not in figure.alt
