import pytest

from tasks.report.make import make_report
from tests.tasks.report.stories import everything


@pytest.mark.long
def test_a_report_and_its_figures_are_the_same_bytes_in_any_folder(tmp_path):
    story = everything(tmp_path / "in")
    first, second = (make_report(story, tmp_path / out) for out in ("a", "b"))
    assert first == second
    assert "report.html" in first
    assert {name.rpartition(".")[2] for name in first} >= {"html", "svg", "png", "csv"}
    for name in first:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
