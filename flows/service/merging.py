"""What a person changed on the server, and what to do about it when the same thing is deployed again.

Three values of each field are compared: what is to be deployed, what the server has, and what it had when it
was deployed last, of which a hash is remembered on the server. A field that the server has as it was deployed
follows the program; one that a person changed since stays, and is told.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import VariableCreate, VariableUpdate

from data.printable import printable
from flows.run.on_server import slug_of

Fields = Mapping[str, Any]
"""Values as JSON has them, by the words for the field that a person reads."""

_LONGEST: Final = 120
"""Characters of a value that a line shows."""


@dataclass(frozen=True)
class Merged:
    """What is to be on the server.

    Attributes:
        values: Each field's value.
        kept: The fields that a person changed and that stay, each with a line that says so.
        changed: Whether anything on the server becomes different.
    """

    values: dict[str, Any]
    kept: Mapping[str, str] = field(default_factory=dict)
    changed: bool = True


@dataclass(frozen=True)
class Deployed:
    """One thing on the server.

    Attributes:
        name: How it is called there.
        does: What it does, in words.
        now: What became of it: "created", "updated", "unchanged" or "removed".
        kept: A line for each field that a person changed and that stays.
    """

    name: str
    does: str
    now: str
    kept: tuple[str, ...] = ()


def merge(what: str, ours: Fields, theirs: Fields | None, before: Mapping[str, str], reset: bool) -> Merged:
    """Decide field by field.

    Args:
        what: How the thing is called, for the lines.
        ours: What is to be deployed.
        theirs: What the server has; None if it has nothing.
        before: The hashes of what was deployed last, by field; a field without one counts as changed by a
            person where it differs.
        reset: Whether what a person changed is replaced.

    Example:
        >>> ours, theirs, before = {"hour": 3}, {"hour": 4}, {"hour": digest(2)}
        >>> merge("night", ours, theirs, before, False).kept["hour"]
        'night: the hour is kept as it was changed on the server: 4; it would be: 3'
        >>> merge("night", ours, theirs, before, True).values
        {'hour': 3}
    """
    if theirs is None or reset:
        return Merged(dict(ours), changed=theirs is None or _differ(ours, theirs))
    values: dict[str, Any] = {}
    kept: dict[str, str] = {}
    for name, own in ours.items():
        there = theirs[name]
        follows = digest(there) in {before.get(name), digest(own)}
        values[name] = own if follows else there
        if not follows:
            kept[name] = (
                f"{what}: the {name} is kept as it was changed on the server: {_shown(there)}; "
                f"it would be: {_shown(own)}"
            )
    return Merged(values, kept, _differ(values, theirs))


def _differ(ours: Fields, theirs: Fields) -> bool:
    return any(digest(value) != digest(theirs[name]) for name, value in ours.items())


def _shown(value: Any) -> str:
    if isinstance(value, dict) and "cron" in value:
        return printable(night_of(value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = printable(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def night_of(schedule: Mapping[str, Any]) -> str:
    """When a schedule starts a run, in words.

    Args:
        schedule: Its values, as JSON has them.

    Example:
        >>> night_of({"cron": "5 2 * * *", "timezone": "UTC", "active": False})
        'every night at 02:05, UTC, switched off'
    """
    off = "" if schedule.get("active", True) else ", switched off"
    zone = f", {schedule['timezone']}" if schedule.get("timezone") else ""
    daily = re.fullmatch(r"(\d+) (\d+) \* \* \*", str(schedule.get("cron")))
    if daily:
        return f"every night at {int(daily[2]):02}:{int(daily[1]):02}{zone}{off}"
    when = {name: schedule[name] for name in ("cron", "interval", "rrule") if name in schedule}
    return ", ".join(f"{name} {value}" for name, value in when.items()) + zone + off


def digest(value: Any) -> str:
    """A short hash of a value, whatever the order of keys and of the words in a list.

    Example:
        >>> digest(["b", "a"]) == digest(["a", "b"])
        True
    """
    text = json.dumps(_sorted(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(inner) for name, inner in value.items()}
    if isinstance(value, list):
        # What Prefect has as a set comes in any order.
        inner = [_sorted(one) for one in value]
        return sorted(inner) if all(isinstance(one, str) for one in inner) else inner
    return value


@dataclass
class Memory:
    """What was deployed last for one investigation: a variable of the server.

    Attributes:
        name: The variable's name.
        hashes: By thing and field, the hash of its value when it was deployed.
        ids: The server's ids of things that a person can rename.
    """

    name: str
    hashes: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def note(self, what: str, merged: Merged, theirs: Fields) -> None:
        """Note what was deployed, as the server has it now; what a person changed counts as changed still.

        Args:
            what: The thing.
            merged: What was to be deployed.
            theirs: What the server has after it.
        """
        before = self.hashes.get(what, {})
        ours = {name: digest(value) for name, value in theirs.items() if name not in merged.kept}
        self.hashes[what] = {**{name: before[name] for name in merged.kept if name in before}, **ours}


@dataclass(frozen=True)
class Target:
    """The server's side of one investigation.

    Attributes:
        client: A client of the server.
        name: The investigation's name there.
        memory: What was deployed last; noted anew as things are deployed.
        reset: Whether what a person changed is replaced.
    """

    client: SyncPrefectClient
    name: str
    memory: Memory
    reset: bool = False


@contextmanager
def on_server(name: str, reset: bool = False) -> Iterator[Target]:
    """Open the server's side of an investigation, and keep there what was deployed.

    Args:
        name: The investigation's name on the server.
        reset: Whether what a person changed is replaced.
    """
    with get_client(sync_client=True) as client:
        target = Target(client, name, recall(client, name), reset)
        yield target
        remember(client, target.memory)


def recall(client: SyncPrefectClient, investigation: str) -> Memory:
    """What was deployed last; nothing if nothing was, or if a person deleted or changed the variable.

    Args:
        client: A client of the server.
        investigation: The investigation's name there.
    """
    memory = Memory(slug_of(investigation))
    found = client.read_variable_by_name(memory.name)
    if found is not None and isinstance(found.value, dict):
        hashes, ids = found.value.get("hashes"), found.value.get("ids")
        if isinstance(hashes, dict) and all(isinstance(one, dict) for one in hashes.values()):
            memory.hashes = {str(what): dict(one) for what, one in hashes.items() if isinstance(one, dict)}
        if isinstance(ids, dict):
            memory.ids = {str(what): str(one) for what, one in ids.items()}
    return memory


def remember(client: SyncPrefectClient, memory: Memory) -> None:
    """Keep on the server what was deployed.

    Args:
        client: A client of the server.
        memory: What to keep.
    """
    value: dict[str, Any] = {"hashes": memory.hashes, "ids": memory.ids}
    if client.read_variable_by_name(memory.name) is None:
        client.create_variable(VariableCreate(name=memory.name, value=value, tags=["nwatch"]))
    else:
        client.update_variable(VariableUpdate(name=memory.name, value=value))
