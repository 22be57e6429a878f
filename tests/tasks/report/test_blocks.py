import pytest

from tasks.report.blocks import Group, Section, Text, flat
from tasks.report.sections import sections
from tests.tasks.report.stories import STORIES, one_agency


@pytest.mark.parametrize("made", STORIES)
def test_every_section_can_tell_of_every_kind_of_run(made, tmp_path):
    told = made(tmp_path)
    assert any(section.blocks(told) for section in sections())


def test_what_is_in_a_group_comes_after_it():
    inner = Text(("b",))
    group = Group("a-city", "A city", (inner,))
    assert list(flat([group, Text(("c",))])) == [group, inner, Text(("c",))]


def test_an_empty_section_says_why(tmp_path):
    empty = Section("x", "X", lambda story: (), "Nothing was read.")
    assert list(empty.blocks(one_agency(tmp_path))) == [Text(("Nothing was read.",))]
