"""What `nwatch accept` does: a person confirms that mailboxes are gone (method 1.16)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.catalog import Investigation
from data.errors import InputError
from data.printable import printable, quoted
from flows.console.printing import command, console, number, print_table, shown
from flows.run.failures import line_of
from tasks.mail.look import ACCEPTED_FILE, Accepted, Known, gone_now, read_accepted, write_accepted


def accept(folder: Path, agency: str | None = None) -> None:
    """Confirm that mailboxes which earlier runs read are gone, and print which.

    Args:
        folder: The investigation folder.
        agency: The one agency whose mailboxes these are; None for all.

    Raises:
        InputError: The agency has no such mailbox; every mailbox is gone, as where a disk is not mounted; or
            a file cannot be read or written.
    """
    investigation = Investigation.unchecked(folder)
    confirmed = read_accepted(investigation.folder)
    try:
        gone, there = gone_now(investigation.place, investigation.out, investigation.work, confirmed)
    except OSError as error:
        raise _failed(error, investigation) from error
    own = [each for each in gone if agency is None or each.agency == agency]
    if agency is not None and not own:
        raise InputError(_none_of(agency, gone))
    if agency is None and own and not any(one.mailbox for one in there.seen):
        raise InputError(
            f"{investigation.place}: no mailbox is left in it; is the disk mounted? If all were removed on "
            f"purpose, name each agency: {command('nwatch accept', folder)} --agency {quoted(own[0].agency)}"
        )
    if not own:
        console().print("nothing to confirm: no mailbox that an earlier run read is gone")
        return
    rows = [Accepted(each.agency, each.files[0], each.bytes, each.sha256) for each in own]
    try:
        write_accepted(investigation.folder, [*confirmed, *rows])
    except OSError as error:
        raise _failed(error, investigation) from error
    _say(own, investigation, any(one.mailbox for one in there.seen))


def _say(own: Sequence[Known], investigation: Investigation, any_left: bool) -> None:
    """Print what was confirmed, and what comes of it: a run needs a mailbox."""
    to = console()
    lines = [(each.agency, each.files[0], each.messages_listed, each.source) for each in own]
    print_table(("agency", "mailbox that is gone", "messages", "source"), lines, to=to)
    many, agencies = len(own), len({each.agency for each in own})
    to.print(
        f"confirmed in {ACCEPTED_FILE}: {number(many)} mailbox{'es' * (many > 1)} of {number(agencies)} "
        f"agenc{'ies' if agencies > 1 else 'y'}; take a row out of it to undo this",
        markup=False,
    )
    then = (
        "the next run of all agencies takes their rows out of the tables, and provenance.json names them: "
        f"{command('nwatch run', investigation.folder)}"
        if any_left
        else "no mailbox is left, and a run without any publishes nothing: to take the rows of all out, move "
        f"{printable(shown(investigation.out))} away"
    )
    to.print(then, markup=False)


def _none_of(agency: str, gone: Sequence[Known]) -> str:
    others = sorted({each.agency for each in gone})
    fix = f"name one of: {', '.join(map(printable, others))}" if others else "there is nothing to confirm"
    return f"--agency {printable(agency)}: no mailbox of it that an earlier run read is gone; {fix}"


def _failed(error: OSError, investigation: Investigation) -> InputError:
    line = line_of(error, investigation.work if investigation.work.is_dir() else None)
    return InputError(line or f"{error.filename or investigation.folder}: {error.strerror}; check the disk")
