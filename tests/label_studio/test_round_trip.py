"""A real Label Studio: what is handed out is imported, answered and exported, and read back.

It runs where `make test-label-studio` has installed it; what it exports is recorded for the ordinary tests
(tests/tasks/coding/recorded), which TEST_RECORD=1 makes anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.coding.sample.draw import order_for
from tasks.coding.sheets.label_studio import LABELS, read, write_label_studio
from tests.label_studio.server import START, LabelStudio
from tests.tasks.coding.alerts_to_code import BOOK, alerts

PROGRAM = os.environ.get("TEST_LABEL_STUDIO", "")
RECORDED = Path(__file__).parents[1] / "tasks/coding/recorded"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(2 * START),
    pytest.mark.skipif(
        not PROGRAM, reason="Label Studio is installed and started by: make test-label-studio"
    ),
]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelStudio]:
    server = LabelStudio(Path(PROGRAM).resolve(), tmp_path_factory.mktemp("studio"))
    yield server
    server.stop()


def said(note: str = "", **answers: str) -> list[dict[str, Any]]:
    """Answers as its interface takes them."""
    of = lambda key, kind, value: {  # noqa: E731
        "from_name": f"question_{key}", "to_name": "Description", "type": kind, "value": value
    }  # fmt: skip
    notes = [of("note", "textarea", {"text": [note]})] if note else []
    return [of(key, "choices", {"choices": [value]}) for key, value in answers.items()] + notes


def test_what_is_imported_is_answered_and_exported_and_comes_back(studio: LabelStudio, tmp_path: Path):
    items = alerts()
    write_label_studio(tmp_path, "anna", items, BOOK, 1)
    labels = (tmp_path / LABELS).read_text(encoding="utf-8")
    project = studio.ask("projects", {"title": "Anna", "label_config": labels})["id"]
    imported = studio.ask(f"projects/{project}/import", (tmp_path / "tasks-anna.json").read_text("utf-8"))
    assert imported["task_count"] == len(items)
    tasks = studio.ask(f"tasks?project={project}&fields=all")["tasks"]
    wanted = order_for("anna", [item.alert for item in items], 1)
    assert [(task["data"]["agency"], task["data"]["alert_id"]) for task in tasks] == wanted

    first, skipped, twice, drafted, guessed, odd, _ = (task["id"] for task in tasks)
    whole = {"criminal_act": "yes", "subject_area": "theft"}
    studio.ask(f"tasks/{first}/annotations", {"result": said("“fine”\n2 lines", **whole)})
    studio.ask(f"tasks/{skipped}/annotations", {"result": said(criminal_act="no"), "was_cancelled": True})
    earlier = studio.ask(f"tasks/{twice}/annotations", {"result": said(**whole)})["id"]
    studio.ask(f"tasks/{twice}/annotations", {"result": said(criminal_act="no", subject_area="damage")})
    mended = {"result": said(criminal_act="unclear", subject_area="traffic")}
    studio.ask(f"annotations/{earlier}", mended, "PATCH")
    studio.ask(f"tasks/{drafted}/drafts", {"result": said(**whole)})
    studio.ask("predictions", {"task": guessed, "result": said(**whole), "model_version": "m"})
    # Neither the alias nor the text of an answer; and a text where the alias is meant.
    studio.ask(f"tasks/{odd}/annotations", {"result": said(criminal_act="Cannot tell", subject_area="x")})

    for kind in ("JSON", "JSON_MIN"):
        export = studio.ask(f"projects/{project}/export?exportType={kind}&download_all_tasks=true")
        path = tmp_path / f"{kind}.json"
        path.write_text(json.dumps(export, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        found = read(path, "x.json", BOOK, items)
        assert not found.faults
        assert {review.alert: dict(review.answers) for review in found.reviews} == {
            wanted[0]: {"criminal_act": ("yes",), "subject_area": ("theft",), "note": ("“fine”\n2 lines",)},
            wanted[2]: {"criminal_act": ("unclear",), "subject_area": ("traffic",)},
            wanted[5]: {"criminal_act": ("unclear",), "subject_area": ("x",)},
        }
        if "TEST_RECORD" in os.environ:
            RECORDED.joinpath(f"label_studio_{kind.lower()}.json").write_bytes(path.read_bytes())
