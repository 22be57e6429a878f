"""What is checked of the crosswalk before a run."""

import pytest

from data.crosswalk import Crosswalk, Row, read_crosswalk
from data.errors import InputError
from tasks.alerts.look import check_templates


def test_the_program_s_own_crosswalk_passes():
    check_templates(read_crosswalk())


@pytest.mark.parametrize(("own", "file"), [(1, "mine.csv"), (0, "subjects.csv")])
def test_a_template_without_a_scraper_names_the_file_that_has_it(own: int, file: str):
    rows = (Row("X\x1b", "exact", "crime alert", "neu"),)
    with pytest.raises(
        InputError, match=f"^{file}: pattern 'X\ufffd', column template: 'neu' has no scraper"
    ):
        check_templates(Crosswalk(rows, own), "mine.csv")
