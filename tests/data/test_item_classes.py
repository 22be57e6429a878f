"""What an item that is not mail is, and which classes may be published."""

from pathlib import Path

import pytest

from data import item_classes
from data.errors import InputError
from data.item_classes import OTHER, known_class


@pytest.mark.parametrize(
    ("stored", "name", "what"),
    [
        ("IPM.SkypeTeams.Message", "IPM.SkypeTeams.Message", "Teams message"),
        ("ipm.post", "IPM.Post", "post in a folder"),
        ("IPM.Schedule.Meeting.Request", "IPM.Schedule.Meeting.Request", "meeting request"),
        ("IPM.Schedule.Meeting.Resp.Pos", "IPM.Schedule.Meeting.Resp.Pos", "meeting accepted"),
        ("IPM.Contact.Jane-Doe", "IPM.Contact", "contact"),
        ("REPORT.IPM.Note.NDR", "REPORT.IPM.Note.NDR", "report that a message was not delivered"),
        ("REPORT.IPM.Note.NotSupportedICal.NDR", "REPORT", "report on a message"),
        ("IPM.TaskRequest", "IPM.TaskRequest", "task request"),
        ("IPM.Jane-Doe", *OTHER),
        ("IPM", *OTHER),
        ("IPM.Postcard", *OTHER),
        ("", *OTHER),
        ("\0\x1b[31m", *OTHER),
    ],
)
def test_a_class_is_published_as_far_as_the_list_knows_it(stored: str, name: str, what: str):
    assert known_class(stored) == (name, what)


@pytest.mark.parametrize("rows", ["IPM.Post,post\nipm.post,again", "IPM.Post,", ",post"])
def test_a_list_that_contradicts_itself_names_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str
):
    (tmp_path / "classes.csv").write_text(f"class,what\n{rows}\n")
    monkeypatch.setattr(item_classes, "CLASSES", tmp_path / "classes.csv")
    item_classes._known.cache_clear()
    with pytest.raises(InputError, match="row "):
        known_class("IPM.Post")
    item_classes._known.cache_clear()
