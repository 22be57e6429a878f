"""Whether the settings are those that the tables were made with; each agency's by itself (method 12.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tasks.audit.now import Now

PROGRAM: Final = "neighborhood-watch"


def settings_that_differ(then: Mapping[str, Any], now: Now, *, own: bool) -> Iterator[str]:
    """What is not as it was, one line each.

    Args:
        then: The provenance.
        now: The folder.
        own: Whether a part is of the run itself, and not kept from an earlier one.
    """
    known = then["configuration"]
    yield from (f"settings: {line}" for line in now.faults.values())
    agencies = known.get("agencies")
    if agencies is None:
        if own and not now.faults and known["sha256"] not in {now.configuration, now.earlier}:
            yield f"settings: {_why(then, now, 'investigation.toml, or an agency.toml,')}"
        return
    shared = known.get("shared") != now.shared
    if own and shared:
        yield f"settings: {_why(then, now, 'investigation.toml')}"
    if shared and _other_program(then, now):
        return  # those of the agencies need not be named one by one
    rows, names = _with_rows(then), {*agencies, *now.agencies} - {*now.faults, *now.unlisted}
    for name in sorted(names):
        if name not in now.agencies:
            yield f"settings: those of the agency {name!r} are gone"
        elif name in agencies and agencies[name] != now.agencies[name]:
            yield f"settings: those of the agency {name!r} are not those that its rows were made with"
        elif name not in agencies and name not in rows:
            yield f"settings: those of the agency {name!r} are new"


def settings_unknown(then: Mapping[str, Any], now: Now) -> Iterator[str]:
    """The agencies of which nobody can tell what their rows were made with, one line each.

    Args:
        then: The provenance.
        now: The folder.
    """
    agencies = then["configuration"].get("agencies")
    if agencies is not None:
        for name in sorted(_with_rows(then) - set(agencies) - {*now.faults, *now.unlisted}):
            yield f"the rows of the agency {name!r} are of an earlier run; with which settings is not known"


def agencies_of(then: Mapping[str, Any]) -> set[str]:
    """The agencies that a provenance names.

    Args:
        then: The provenance.
    """
    return _with_rows(then) | set(then["configuration"].get("agencies") or ())


def _with_rows(then: Mapping[str, Any]) -> set[str]:
    return {each["agency"] for each in then.get("sources", ())}


def _other_program(then: Mapping[str, Any], now: Now) -> bool:
    return bool(then["versions"].get(PROGRAM) != now.versions.get(PROGRAM))


def _why(then: Mapping[str, Any], now: Now, files: str) -> str:
    """Why the settings are not those of the run; another version has others, with the same files."""
    if _other_program(then, now):
        return "they are not those of the run; of the same files, another version may read others"
    return f"{files} was changed since the run"
