"""Tasks, labels and exports of Label Studio; `tests/label_studio` does the same with a real one."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest

from data.errors import InputError
from tasks.coding.results import Returned
from tasks.coding.sample.draw import order_for
from tasks.coding.sheets.label_studio import LABELS, labels, read, write_label_studio
from tests.tasks.coding.alerts_to_code import BOOK, HOSTILE, alerts, book

RECORDED: Final = Path(__file__).parents[1] / "recorded"
FORMS: Final = ("json", "json_min")
ORDER: Final = order_for("anna", [item.alert for item in alerts()], 1)
WHOLE: Final = {"criminal_act": ("yes",), "subject_area": ("theft",), "note": ("“fine”\n2 lines",)}


def back(tmp_path: Path, content: Any) -> Returned:
    """What an export gives."""
    path = tmp_path / "anna.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read(path, "anna.json", BOOK, alerts())


def recorded(form: str = "json") -> list[dict[str, Any]]:
    """What a real Label Studio exported: the first answered, the second skipped, the third answered twice."""
    found = json.loads((RECORDED / f"label_studio_{form}.json").read_text(encoding="utf-8"))
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("form", FORMS)
def test_what_a_real_label_studio_exported_is_read(form: str):
    found = read(RECORDED / f"label_studio_{form}.json", "x", BOOK, alerts())
    assert not found.faults
    assert {review.alert: dict(review.answers) for review in found.reviews} == {
        ORDER[0]: WHOLE,
        ORDER[2]: {
            "criminal_act": ("unclear",),
            "subject_area": ("traffic",),
        },  # changed later than the other
        ORDER[5]: {"criminal_act": ("unclear",), "subject_area": ("x",)},  # for the tally to name
    }
    assert {(review.reader, review.codebook, review.sheet) for review in found.reviews} == {
        ("anna", "1", "x")
    }
    assert [review.row for review in found.reviews][:2] == [1, 3]


def test_the_same_alerts_give_the_same_bytes_without_anybody_but_the_reader(tmp_path: Path):
    write_label_studio(tmp_path / "a", "anna", alerts(), BOOK, 1)
    write_label_studio(tmp_path / "b", "anna", alerts()[::-1], BOOK, 1)
    for name in (LABELS, "tasks-anna.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    tasks = [task["data"] for task in json.loads((tmp_path / "a/tasks-anna.json").read_text("utf-8"))]
    assert [(task["agency"], task["alert_id"]) for task in tasks] == ORDER
    wanted = [
        "sample_no",
        "agency",
        "alert_id",
        "alert_date",
        "title",
        "description",
        "reader",
        "codebook",
        "text",
    ]
    assert {tuple(task) for task in tasks} == {tuple(wanted)}
    write_label_studio(tmp_path / "c", "ben", alerts(), BOOK, 1)
    others = json.loads((tmp_path / "c/tasks-ben.json").read_text("utf-8"))
    assert [task["data"]["sample_no"] for task in others] != [task["sample_no"] for task in tasks]
    write_label_studio(tmp_path / "d", "ben", alerts(), BOOK)
    others = json.loads((tmp_path / "d/tasks-ben.json").read_text("utf-8"))
    assert [task["data"]["sample_no"] for task in others] == [1, 2, 3, 4, 5, 6, 7]


def test_the_labels_have_every_question_answer_and_definition_of_the_codebook():
    root = ET.fromstring(labels(BOOK))
    choices = {one.get("name"): [each.get("alias") for each in one] for one in root.iter("Choices")}
    assert choices == {
        f"question_{one.key}": list(one.answer_keys) for one in BOOK.questions if one.kind != "text"
    }
    assert [one.get("name") for one in root.iter("TextArea")] == ["question_note"]
    assert [one.get("value") for one in root.iter("Text")] == ["$title", "$description"]
    said = " ".join(one.get("value", "") for one in root.iter("Header"))
    for question in BOOK.questions:
        for answer in question.answers:
            assert all(text in said for text in (answer.definition, *answer.examples, *answer.codes))
    kinds = {one.get("choice") for one in ET.fromstring(labels(book("several"))).iter("Choices")}
    assert kinds == {"single-radio", "multiple"}


def test_a_sum_of_dollars_is_not_taken_for_a_field_of_the_task():
    text = labels(book())
    assert "$950" not in text
    assert "$\N{WORD JOINER}950" in text


def test_what_controls_a_terminal_or_is_half_a_character_stays_out_of_the_tasks(tmp_path: Path):
    write_label_studio(tmp_path, "anna", alerts(), BOOK, 1)
    text = (tmp_path / "tasks-anna.json").read_text(encoding="utf-8")
    assert "\\u001b" not in text
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text
    assert "\\u001b" in json.dumps(HOSTILE)


def changed(change: Callable[[dict[str, Any]], Any]) -> list[dict[str, Any]]:
    """The recorded export, with its first task changed."""
    tasks = recorded()
    change(tasks[0])
    return tasks


def by(*people: str) -> Callable[[dict[str, Any]], None]:
    """Let the first task be answered by several people."""

    def change(task: dict[str, Any]) -> None:
        (one,) = task["annotations"]
        task["annotations"] = [
            {**one, "id": place, "completed_by": {"id": place, "email": f"{person}@example.org"}}
            for place, person in enumerate(people, 1)
        ]

    return change


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda task: task["data"].update(title="Another"), "the text is not that of the alert; import"),
        (lambda task: task["data"].pop("description"), "the text is not that of the alert; import"),
        (lambda task: task["data"].pop("alert_id"), "the task has no 'alert_id'; import"),
        (lambda task: task["data"].update(reader=7), "the task has no 'reader'; import"),
        (lambda task: task.pop("data"), "the task has no 'agency'; import"),
        (by("ben", "carla"), "2 people answered a task of anna, and none has that name; give each reader"),
    ],
)
def test_a_task_that_is_not_as_it_was_handed_out_is_named_with_the_fix(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], wrong: str
):
    found = back(tmp_path, changed(change))
    assert [(str(fault).startswith(f"anna.json, row 1: {wrong}"), fault.lost) for fault in found.faults] == [
        (True, 1)
    ]
    assert [review.alert for review in found.reviews] == [ORDER[2], ORDER[5]]


@pytest.mark.parametrize(
    "change",
    [
        by("ben", "anna"),
        lambda task: task.update(drafts=[{"result": "x"}], predictions=[{}], unknown=[[[]]]),
        lambda task: task["annotations"].append({"was_cancelled": True, "result": None, "updated_at": "9"}),
        lambda task: task["annotations"].append({"result": [], "updated_at": "9999"}),
        lambda task: task["annotations"].extend([None, {"result": [None, {"value": 1}, {"from_name": 1}]}]),
    ],
)
def test_what_does_not_matter_changes_nothing(tmp_path: Path, change: Callable[[dict[str, Any]], Any]):
    found = back(tmp_path, changed(change))
    assert not found.faults
    assert (found.reviews[0].alert, dict(found.reviews[0].answers)) == (ORDER[0], WHOLE)


@pytest.mark.parametrize("odd", [None, True, 5, "x", {}, [[]], "\ud800"])
@pytest.mark.parametrize("where", ["annotations", "result", "title", "codebook", "reader", "alert_id"])
def test_whatever_stands_in_a_field_no_export_ends_the_reading(tmp_path: Path, where: str, odd: object):
    def change(task: dict[str, Any]) -> None:
        owner = task if where == "annotations" else task["data"]
        (task["annotations"][0] if where == "result" else owner)[where] = odd

    found = back(tmp_path, changed(change))
    assert [review.alert for review in found.reviews][-2:] == [ORDER[2], ORDER[5]]
    for text in (*map(str, found.faults), *(review.codebook + review.reader for review in found.reviews)):
        text.encode()


def test_a_masked_text_is_the_one_that_was_handed_out(tmp_path: Path):
    items = alerts()
    masked = [replace(item, title="Masked", description="[phone]") for item in items]
    write_label_studio(tmp_path, "anna", masked, BOOK, 1)
    tasks = json.loads((tmp_path / "tasks-anna.json").read_text("utf-8"))
    answered = [{**task, "annotations": recorded()[0]["annotations"]} for task in tasks]
    assert len(back(tmp_path, answered).reviews) == len(items)


def test_half_a_character_in_a_note_becomes_a_question_mark(tmp_path: Path):
    text = json.dumps(recorded()).replace("2 lines", "2 \\ud800 lines")
    assert back(tmp_path, text).reviews[0].answers["note"] == ("“fine”\n2 ? lines",)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("", r"is no JSON from line 1, column 1 on \(it may be cut off\); export"),
        ('[{"data": {"alert_id": "', "is no JSON from line 1"),
        ("id,title\n1,x\n", "is no JSON from line 1, column 1 on; export"),
        ("[" * 100_000, "is nested too deeply for an export|is no JSON"),
        ("3", "is no list of tasks; export"),
        ("[1, 2]", "is no list of tasks; export"),
        ("[]", "holds no task; export the one into which"),
        ("{}", "its tasks are of another project"),
        ('[{"data": {"image": "x"}, "annotations": []}]', "its tasks are of another project"),
        ('[{"image": "x", "annotation_id": 1, "choice": "a"}]', "its tasks are of another project"),
        ('[{"data": {"alert_id": "x"}}]', "has tasks and no annotations, as what was handed out; export"),
        ("[" + "1" * 5000 + "]", "is no JSON|is no list of tasks"),
    ],
)
def test_a_file_that_is_no_export_ends_in_one_line_with_the_fix(tmp_path: Path, content: str, wrong: str):
    with pytest.raises(InputError, match=rf"anna\.json: ({wrong})") as error:
        back(tmp_path, content)
    assert "\n" not in str(error.value)


def test_a_huge_file_and_one_that_is_not_utf_8_end_in_one_line(tmp_path: Path):
    path = tmp_path / "anna.json"
    path.write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(InputError, match="is no JSON in UTF-8"):
        read(path, "anna.json", BOOK, ())
    with path.open("wb") as file:
        file.truncate(600_000_000)
    with pytest.raises(InputError, match="has 600,000,000 bytes, and is no export of a sample"):
        read(path, "anna.json", BOOK, ())
