"""What comes back from Label Studio: its exports *JSON* and *JSON-MIN* (method 5.3).

An export holds the tasks that were imported, each with the annotations that people submitted. Those that
were skipped, drafts and predictions of a model are nobody's answers. Where somebody answered a task more than
once, the last answer counts, by Label Studio's own clock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.codebook import Codebook
from data.errors import InputError
from data.printable import printable, shortened
from tasks.coding.results import Fault, Item, Returned, Review
from tasks.coding.sample.draw import Alert

NUMBER: Final = "sample_no"
ALERT: Final = "alert_id"
AGENCY: Final = "agency"
DATE: Final = "alert_date"
TITLE: Final = "title"
DESCRIPTION: Final = "description"
READER: Final = "reader"
VERSION: Final = "codebook"
TEXT: Final = "text"
"""The fields of a task. In JSON-MIN they stand beside the answers: none begins like one."""
CONTROL: Final = "question_"
"""How the name of a question begins in Label Studio."""

MOST_BYTES: Final = 100_000_000
"""Of an export; one of 1,000 alerts has about 5 MB. Parsed, a byte may take twenty."""
_JOINER: Final = "\N{WORD JOINER}"
_EXPORT: Final = "export the project from Label Studio as JSON, and hand that in"


@dataclass(frozen=True)
class _Annotation:
    """What one person submitted for one task.

    Attributes:
        row: The task, from 1.
        who: Who, as far as the export tells: a number, or an address and names.
        when: When it was last changed, and its number: the later one is greater.
        answers: By the name of the control.
    """

    row: int
    who: tuple[str, ...]
    when: tuple[str, int]
    answers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Task:
    """A task and what was submitted for it."""

    row: int
    data: Mapping[str, Any]
    annotations: tuple[_Annotation, ...]


def mark(title: str, description: str) -> str:
    """What tells whether the texts of a task are still those that were handed out, masked or not.

    Args:
        title: As in the task.
        description: Likewise.
    """
    return hashlib.sha256(f"{title}\0{description}".encode()).hexdigest()[:16]


def shown(text: str) -> str:
    r"""A text as it stands in a task: no controls, and what is no text of its own replaced.

    Example:
        >>> shown("a\r\nb\x1b[1m")
        'a\nb�[1m'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join(map(printable, lines))


def read(path: Path, label: str, codebook: Codebook, items: Sequence[Item]) -> Returned:
    """Read an export of Label Studio.

    Args:
        path: The file, JSON or JSON-MIN.
        label: How it is named in a line, as ``coding/returned/anna.json``.
        codebook: What was asked; an answer that is not in it is given as it is, for the tally to name.
        items: The alerts of the sample, to see whether their texts were changed.

    Returns:
        One review for each task that was answered, and what is wrong with others.

    Raises:
        InputError: The file is too large, no JSON, or no export of Label Studio.
    """
    tasks = list(_tasks(_parsed(path, label), label))
    ours = [task for task in tasks if _filled(task.data.get(ALERT))]
    if not ours:
        what = f"its tasks are of another project (no {ALERT!r})" if tasks else "holds no task"
        raise InputError(
            f"{label}: {what}; export the one into which tasks-<reader>.json was imported, as JSON"
        )
    by_alert = {(item.alert[0], name): item for item in items for name in item.names}
    reviews: list[Review] = []
    faults: list[Fault] = []
    for task in tasks:
        found = _review(task, label, codebook, by_alert)
        if isinstance(found, Review):
            reviews.append(found)
        elif found is not None:
            faults.append(found)
    return Returned(tuple(reviews), tuple(faults))


def _parsed(path: Path, label: str) -> Any:
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise InputError(
            f"{label}: has {size:,} bytes, and is no export of a sample; hand in an export of at most "
            f"{MOST_BYTES:,} bytes"
        )
    try:
        return json.loads(path.read_bytes())
    except RecursionError as error:
        raise InputError(f"{label}: is nested too deeply for an export; {_EXPORT}") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, column {error.colno:,}"
        cut = " (it may be cut off)" if error.pos >= len(error.doc.rstrip()) else ""
        raise InputError(f"{label}: is no JSON from {where} on{cut}; {_EXPORT}") from error
    except ValueError as error:
        raise InputError(f"{label}: is no JSON in UTF-8; {_EXPORT}") from error


def _tasks(content: Any, label: str) -> Iterator[_Task]:
    """The tasks of an export, each once."""
    if isinstance(content, dict):
        content = content["tasks"] if isinstance(content.get("tasks"), list) else [content]
    if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
        raise InputError(f"{label}: is no list of tasks; {_EXPORT}")
    if any(isinstance(one.get("data"), dict) for one in content):
        if not any("annotations" in one or "completions" in one for one in content):
            raise InputError(f"{label}: has tasks and no annotations, as what was handed out; {_EXPORT}")
        for row, one in enumerate(content, 1):
            data = one.get("data")
            yield _Task(row, data if isinstance(data, dict) else {}, tuple(_annotations(row, one)))
        return
    yield from _of_json_min(content)


def _annotations(row: int, task: Mapping[str, Any]) -> Iterator[_Annotation]:
    """The annotations of a task of the export *JSON*: those that were submitted, and not skipped."""
    for one in _listed(task.get("annotations")) or _listed(task.get("completions")):
        if isinstance(one, dict) and not (one.get("was_cancelled") or one.get("skipped")):
            answers: dict[str, tuple[str, ...]] = {}
            for result in _listed(one.get("result")):
                value = result.get("value") if isinstance(result, dict) else None
                if isinstance(value, dict) and isinstance(name := result.get("from_name"), str):
                    given = value.get("choices", value.get("text"))
                    answers[name] = answers.get(name, ()) + _texts(given)
            yield _Annotation(row, _who(one.get("completed_by")), _when(one, one.get("id")), answers)


def _of_json_min(content: Sequence[Mapping[str, Any]]) -> Iterator[_Task]:
    """The tasks of the export *JSON-MIN*, which has one object for each annotation."""
    tasks: dict[object, list[tuple[int, Mapping[str, Any]]]] = {}
    for row, one in enumerate(content, 1):
        number = one.get("id")
        tasks.setdefault(number if isinstance(number, int | str) else (row,), []).append((row, one))
    for many in tasks.values():
        annotations = [
            _Annotation(
                row,
                _who(one.get("annotator")),
                _when(one, one.get("annotation_id")),
                {name: _texts(value) for name, value in one.items() if name.startswith(CONTROL)},
            )
            for row, one in many
            if one.get("annotation_id") is not None
        ]
        yield _Task(many[0][0], many[0][1], tuple(annotations))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> tuple[str, ...]:
    """The answers of a control: one text, a list, or choices in an object of their own."""
    if isinstance(value, dict):
        value = value.get("choices", value.get("text"))
    values = value if isinstance(value, list) else [value]
    texts = (_whole(one) for one in values if isinstance(one, str))
    return tuple(text.replace(_JOINER, "").strip() for text in texts if text.strip())


def _whole(text: str) -> str:
    """A text that a table can hold: a lone surrogate can be written into JSON alone."""
    return text.encode("utf-8", "replace").decode()


def _who(person: Any) -> tuple[str, ...]:
    """What names a person: the number, the address, its beginning, the names."""
    if not isinstance(person, dict):
        return () if person is None else (str(person),)
    address = str(person.get("email") or "")
    first, last = (str(person.get(key) or "").strip() for key in ("first_name", "last_name"))
    names = (
        str(person.get("id") or ""),
        address,
        address.partition("@")[0],
        first,
        f"{first} {last}".strip(),
    )
    return tuple(dict.fromkeys(name for name in names if name))


def _when(annotation: Mapping[str, Any], number: Any) -> tuple[str, int]:
    time = annotation.get("updated_at") or annotation.get("created_at")
    return str(time or ""), number if isinstance(number, int) else 0


def _filled(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _review(
    task: _Task, label: str, codebook: Codebook, items: Mapping[Alert, Item]
) -> Review | Fault | None:
    """What a task says; None where nobody has answered it."""
    answered = [one for one in task.annotations if any(one.answers.values())]
    if not answered:
        return None
    lacks = [name for name in (AGENCY, ALERT, READER) if not _filled(task.data.get(name))]
    if lacks:
        what = f"the task has no {lacks[0]!r}; import tasks-<reader>.json as it is, and answer it there"
        return Fault(label, task.row, what, 1)
    agency, identity, reader = (_whole(task.data[name]).strip() for name in (AGENCY, ALERT, READER))
    item = items.get((agency, identity))
    alert = (agency, identity) if item is None else item.alert
    last = _last(answered, reader)
    if last is None:
        people = len({one.who for one in answered})
        what = (
            f"{people} people answered a task of {printable(shortened(reader, 60))}, and none has that name; "
            "give each reader a project of their own, or remove the annotations of the others"
        )
        return Fault(label, task.row, what, 1, (reader, alert))
    if item is not None and not item.gone and not _same_text(task.data, item):
        what = "the text is not that of the alert; import tasks-<reader>.json as it is, and answer it there"
        return Fault(label, last.row, what, 1, (reader, alert))
    version = task.data.get(VERSION)
    version = _whole(str(version)).strip() if isinstance(version, str | int) else ""
    return Review(alert, reader, dict(_keyed(last.answers, codebook)), version, label, last.row)


def _last(annotations: Iterable[_Annotation], reader: str) -> _Annotation | None:
    """The last answer of the reader; None where several people answered, and none of them has that name."""
    found = sorted(annotations, key=lambda one: one.when)
    if len({one.who for one in found}) > 1:
        found = [one for one in found if reader.casefold() in {name.casefold() for name in one.who}]
    return found[-1] if found else None


def _same_text(data: Mapping[str, Any], item: Item) -> bool:
    """Whether title and description are as handed out: those of the alert, or masked ones with their mark."""
    title, description = data.get(TITLE), data.get(DESCRIPTION)
    if not isinstance(title, str) or not isinstance(description, str):
        return False
    title, description = _whole(title), _whole(description)
    handed_out = any(
        title == shown(own) and description in {shown(text), "(no description)"} for own, text in item.texts
    )
    return handed_out or data.get(TEXT) == mark(title, description)


def _keyed(
    answers: Mapping[str, tuple[str, ...]], codebook: Codebook
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The answers by the keys of question and answer, in the codebook's order; unknown ones as they are."""
    for name, given in answers.items():
        question = codebook.question(name.removeprefix(CONTROL))
        if not given:
            continue
        if question is None:
            yield name.removeprefix(CONTROL), given
        elif question.kind == "text":
            yield question.key, ("\n".join(given),)
        else:
            keys = {one.text.casefold(): one.key for one in question.answers} | {
                key: key for key in question.answer_keys
            }
            found = dict.fromkeys(keys.get(one, keys.get(one.casefold(), one)) for one in given)
            order = {key: place for place, key in enumerate(question.answer_keys)}
            yield question.key, tuple(sorted(found, key=lambda key: order.get(key, len(order))))
