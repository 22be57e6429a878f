"""Before a run publishes, small counts are left out of its public tables, if the settings say so."""

from __future__ import annotations

from data.errors import InputError
from data.published import all_parts
from flows.run.part import Job
from flows.run.step import step
from flows.run.watched import run_log


def leave_out(job: Job, *, whole: bool) -> tuple[str, ...]:
    """Leave small counts out of the public tables (method 12.6), once all parts have closed their ledgers.

    Args:
        job: The job; its tables are all written, and whole.
        whole: Whether all parts were run, so that tables of earlier runs are of no account.

    Returns:
        A note on how many were left out; none where the settings leave out nothing.

    Raises:
        InputError: A table of another part is damaged.
    """
    from tasks.audit.task import leave_out as leave_out_small

    investigation = job.given.investigation
    least = investigation.config.public.least_count
    if not least and not (investigation.out / "private").is_dir():
        return ()
    try:
        found = step(leave_out_small)(job.out, investigation.out, least, whole=whole)
    except ValueError as error:
        raise InputError(str(error) if whole else all_parts(error)) from error
    if not least:
        return ()
    counts = f"{sum(found.values()):,} counts below {least:,}, or that would tell one,"
    note = f"{counts} are left out of the public tables; the whole ones are in out/private/unsuppressed"
    run_log().info("%s", note)
    return (note,)
