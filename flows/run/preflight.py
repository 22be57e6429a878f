"""What is checked before a run: its input, each thing once, and which parts have theirs.

The caller of a run checks its input first and passes on what was read (:func:`using`); the flows start from
that (:func:`inputs`). The code of a part is imported when its input is checked, so that a run of the mail
loads nothing of the others.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from data.catalog import Investigation
from data.errors import InputError, NoMailboxError
from data.record_names import is_mailbox
from data.records import RecordFile
from data.text import nearest
from flows import parts as registry
from flows.run.inputs import Inputs
from flows.run.part import Part
from tasks.rows.results import Recognised


def look_at(given: Inputs, part: str) -> Any:
    """What a part starts from; it is looked at once."""
    return given.once(registry.get(part).look)


def check(given: Inputs, parts: Collection[str]) -> None:
    """Look at all that some parts of a run start from.

    Args:
        given: The input.
        parts: The parts that will run.

    Raises:
        InputError: Something is missing or wrong.
    """
    for part in parts:
        look_at(given, part)


def recognised(given: Inputs, parts: Collection[str]) -> dict[str, tuple[Recognised, ...]]:
    """What the files of some parts were recognised as, by part, in their order.

    Args:
        given: The input.
        parts: The parts that will run.

    Raises:
        InputError: Something is missing or wrong.
    """
    own = {name: registry.get(name) for name in parts}
    return {name: (*part.recognised(given), *part.recognised_shared(given)) for name, part in own.items()}


def lines_of(found: Mapping[str, Sequence[Recognised]]) -> list[str]:
    """The same as lines, each file once."""
    return list(dict.fromkeys(str(each) for own in found.values() for each in own))


_CURRENT: ContextVar[Inputs] = ContextVar("inputs")


@contextmanager
def using(looked_at: Inputs) -> Iterator[None]:
    """Let flows called within the block start from this input.

    It is not a flow's argument because Prefect writes those into its database.
    """
    token = _CURRENT.set(looked_at)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def inputs(folder: Path, agencies: Collection[str] | None = None) -> Inputs:
    """The input that the caller has checked; a new one where none was passed on.

    Args:
        folder: The investigation folder.
        agencies: The agencies that must have their settings, as for :meth:`Investigation.open`.

    Raises:
        InputError: The folder or its configuration is missing or wrong.
    """
    current = _CURRENT.get(None)
    if current is not None and current.investigation.folder == folder.absolute():
        return current
    return Inputs(Investigation.open(folder, agencies))


def mailboxes_of(investigation: Investigation, agencies: Collection[str] | None = None) -> list[RecordFile]:
    """Every mailbox, as :meth:`Investigation.records`.

    Args:
        investigation: The investigation.
        agencies: The agencies; None for all.

    Raises:
        InputError: There is none; the message says in which forms there is mail, if there is any.
    """
    try:
        return investigation.records(agencies)
    except NoMailboxError as error:
        forms = _forms_there(investigation, agencies)
        if forms:
            raise InputError(f"{investigation.place}: no mailbox that can be read; {forms}") from error
        if _all_accepted(investigation):
            raise NoMailboxError(
                f"{investigation.place}: no mailbox is left in it, as accepted.csv confirms, and a run "
                "without any publishes nothing; to take their rows out, move the investigation's out/ away"
            ) from error
        raise


def _all_accepted(investigation: Investigation) -> bool:
    """Whether a person has confirmed of every published mailbox that it is gone."""
    from tasks.mail.look import known_mailboxes, read_accepted

    known = {(each.agency, each.sha256) for each in known_mailboxes(investigation.out) if each.published}
    return bool(known) and known <= {(row.agency, row.sha256) for row in read_accepted(investigation.folder)}


def _forms_there(investigation: Investigation, agencies: Collection[str] | None) -> str:
    """The forms in which files of the records hold mail, with what to do about each; usually none."""
    from tasks.mail.look import find_other_files, forms_found

    others = find_other_files(investigation.place, agencies)
    return ". ".join(map(str, forms_found((each.file, each.form, each.fix) for each in others)))


def check_agency(investigation: Investigation, agency: str) -> None:
    """Check that an agency has mail to read.

    Raises:
        InputError: It has no mailbox; the message names the agencies that have.
    """
    if not investigation.place.mailboxes(agency):
        if forms := _forms_there(investigation, [agency]):
            raise InputError(f"records/{agency}: no mailbox that can be read; {forms}")
        there = sorted({one.agency for one in investigation.place.scan().seen if one.mailbox})
        raise InputError(
            f"records/{agency}: agency {agency!r} has no mailbox (*.pst, *.ost); "
            f"name one of: {', '.join(there)}"
        )


def skipped(investigation: Investigation) -> dict[str, str]:
    """The parts whose input is not there, or that a later version brings, each with its reason."""
    reasons = {part.name: _lacking(investigation, part) for part in registry.load()}
    for name, patterns in registry.PLANNED.items():
        reasons[name] = _missing(investigation, patterns) or f"this version does not analyse {name} yet"
    # Mail that an earlier run published is missed, not skipped.
    if any(not why for part, why in reasons.items() if part in registry.PARTS and part != "mail"):
        published = (
            investigation.out / file for table in registry.get("mail").tables for file in table.files
        )
        if _no_records(investigation) and not any(file.exists() for file in published):
            reasons["mail"] = "no mailbox in records/"
    return {name: reason for name, reason in reasons.items() if reason}


def _lacking(investigation: Investigation, part: Part) -> str:
    """Which files a part lacks, and why those that are there are not what it needs; empty if it has all."""
    missing = [
        pattern
        for pattern in part.patterns
        if not _any(investigation, pattern) and not part.found_otherwise(investigation, pattern)
    ]
    if not missing:
        return ""
    unknown = "".join(f" ({line})" for line in part.unknown(investigation)[:1])
    return f"no {', '.join(missing)}{unknown}{f'; {part.hint}' if part.hint else ''}"


def _missing(investigation: Investigation, patterns: Sequence[str]) -> str:
    missing = [pattern for pattern in patterns if not _any(investigation, pattern)]
    return f"no {', '.join(missing)}" if missing else ""


def _no_records(investigation: Investigation) -> bool:
    """Whether there is no file in ``records/``, or no such folder, and the settings name no other place."""
    if investigation.config.records is not None:
        return False
    for parent, folders, files in os.walk(investigation.folder / "records"):
        links = any(Path(parent, name).is_symlink() for name in folders)
        if links or any(is_mailbox(name) or not name.startswith(".") for name in files):
            return False
    return True


def _any(investigation: Investigation, pattern: str) -> bool:
    # A link to nothing counts: it is named when it is looked at, and not passed over.
    if "*" not in pattern:
        return os.path.lexists(investigation.folder / pattern)
    return any(True for _ in investigation.folder.glob(pattern))


def agencies_needed(only: Collection[str] | None) -> list[str] | None:
    """The agencies that must have their settings, as for :meth:`Investigation.open`: none without the mail.

    Args:
        only: The parts asked for; None for all.
    """
    return [] if only and "mail" not in only else None


def parts_to_run(investigation: Investigation, only: Sequence[str] | None = None) -> tuple[str, ...]:
    """The parts that a run consists of: all that have their input, or those that are asked for.

    Args:
        investigation: The investigation.
        only: The parts asked for; None for all.

    Raises:
        InputError: A part that is asked for has no input, or none has. Mail need not be there where it is not
            asked for, or where ``records/`` is empty and another part has its input.
    """
    left_out = skipped(investigation)
    if only is None and "mail" not in left_out:
        try:
            mailboxes_of(investigation)
        except NoMailboxError as error:
            raise _nothing_to_run(investigation, left_out, error) from error
    for part in only or ():
        if part not in {*registry.PARTS, *registry.PLANNED}:
            near = nearest(part, registry.PARTS)
            fix = f"did you mean {near!r}?" if near else f"name one of: {', '.join(registry.PARTS)}"
            raise InputError(f"only: {part!r} is no part of a run; {fix}")
        if part in left_out:
            # Where a part says how its files are made, nobody is to put them there.
            hint = registry.get(part).hint if part in registry.PARTS else ""
            fix = "" if hint else "; put it there, or leave --only out"
            raise InputError(f"{investigation.folder}: --only {part}: {left_out[part]}{fix}")
        if part == "mail":
            mailboxes_of(investigation)
    asked = registry.PARTS if only is None else only
    return tuple(part for part in registry.PARTS if part in asked and part not in left_out)


def _nothing_to_run(
    investigation: Investigation, left_out: Mapping[str, str], error: InputError
) -> InputError:
    """What to say where there is no mailbox: what the parts lack whose own files are there, if any are."""
    begun = [part for part in left_out if part in registry.PARTS and _begun(investigation, part)]
    if len(left_out) < len({*registry.PARTS, *registry.PLANNED} - {"mail"}) or not begun:
        return error
    lacking = "; ".join(f"{part} cannot run: {left_out[part]}" for part in begun)
    return InputError(
        f"{investigation.folder}: {lacking}; put it there. There is no mailbox in records/ either"
    )


def notes(
    investigation: Investigation, only: Sequence[str] | None = None, *, brief: bool = True
) -> list[str]:
    """What a person should know before the run: which files are not read, and what is left out.

    Args:
        investigation: The investigation.
        only: The parts asked for; None for all.
        brief: Whether skipped parts without any files share one line.
    """
    rest = [part for part in registry.PARTS if only and part not in only]
    lines = [f"left out: {', '.join(rest)} (--only {' --only '.join(only or ())})"] if rest else []
    left_out = skipped(investigation) if only is None else {}
    own = [
        line
        for part in registry.load()
        if part.name not in left_out and part.name not in rest
        for line in (*part.notes(investigation), *part.unknown(investigation))
    ]
    absent = [part for part in left_out if brief and not _begun(investigation, part)]
    return list(dict.fromkeys(own)) + lines + _notes_on(left_out, absent if len(absent) > 1 else [])


def _begun(investigation: Investigation, part: str) -> bool:
    """Whether the part has files that no other part uses."""
    patterns = registry.PLANNED[part] if part in registry.PLANNED else registry.get(part).patterns
    own = [pattern for pattern in patterns if not pattern.startswith("census/")]
    return not patterns or any(_any(investigation, pattern) for pattern in own)


def _notes_on(left_out: Mapping[str, str], together: Collection[str]) -> list[str]:
    """A line for each skipped part with its reason, and one for those that share it."""
    lines = [f"skipped: {part} ({why})" for part, why in left_out.items() if part not in together]
    if together:
        lines.append(f"skipped: {', '.join(together)} (no input; nwatch plan shows which files each needs)")
    return lines
