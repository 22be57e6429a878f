"""The whole synthetic investigation: configuration, records, truth."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from data.errors import InputError
from data.synthetic.mail.model import Plan
from data.synthetic.mail.planning import plan
from data.synthetic.mail.truth import write_truth
from data.synthetic.mail.write import Progress, Written, write_file


def create(
    folder: Path,
    scale: float,
    seed: int,
    progress: Progress | None = None,
    *,
    message_bytes: int | None = None,
    workers: int = 1,
    country: bool = True,
) -> Path:
    """Write an investigation folder, with the truth about it.

    The folder holds ``investigation.toml``, ``records/<agency>/**/*.pst``, ``posts/``, ``census/``,
    ``crime/``, ``atlas/``, ``requests.csv`` and ``truth/``. The tables in ``truth/`` have the names and
    columns of those in ``out/``, and every value that a faultless run writes there, except reasons in words.
    Equal arguments give equal bytes, whatever the number of workers.

    Args:
        folder: A folder that does not exist yet, or is empty.
        scale: Above 0. 1 is the published investigation: 202,552 e-mails in 32.89 GB; 0.01 gives about 2,026
            in 61 MB. Posts and crimes follow it too (:func:`data.synthetic.country.write_country`,
            :func:`data.synthetic.public_records.write_public_records`).
        seed: Decides every text, address, time, picture and location.
        progress: Called as ``progress(what, done, total)`` while mailboxes are written; ``what`` is the file.
        message_bytes: Bytes of file per message on average. None: 162,378 as published, 30,000 below scale
            0.1.
        workers: Processes that write mailboxes in parallel.
        country: Whether posts, tracts, Census, crimes, the Atlas and requests are written too, or only mail.

    Returns:
        ``folder``.

    Raises:
        InputError: The folder is not empty, or ``scale`` or ``message_bytes`` is not above 0.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: already exists and is not empty; name a new folder")
    try:
        planned = plan(scale, seed, message_bytes)
    except ValueError as error:
        raise InputError(f"synthetic investigation: {error}") from error
    folder.mkdir(parents=True, exist_ok=True)
    lines: tuple[tuple[str, str, str, int], ...] = ()
    settings = ""
    if country:
        # Imported here, because mailboxes alone need none of the geospatial libraries.
        from data.synthetic.country import make_country, posts_settings, write_country
        from data.synthetic.public_records import write_public_records

        made = make_country(scale, seed)
        records = write_public_records(folder, made, scale, seed)
        lines = (*write_country(folder, made, seed), *records.lines)
        settings = f"\n{posts_settings()}\n{records.settings}"
    written = sorted(_write_all(folder, planned, progress, workers), key=lambda each: each.plan.file)
    if country:
        from data.synthetic.public_records import write_requests

        lines += write_requests(folder, written)
    write_truth(planned, written, folder / "truth", lines)
    _write_settings(folder, planned, settings)
    return folder


def _write_all(folder: Path, planned: Plan, progress: Progress | None, workers: int) -> Iterator[Written]:
    """Write every mailbox. With several processes the largest comes first, so that none is left for last."""
    if workers <= 1:
        for each in planned.files:
            yield write_file(folder, each, planned.posts, planned.seed, progress)
        return
    with ProcessPoolExecutor(workers) as pool:
        largest_first = sorted(planned.files, key=lambda each: -each.bytes)
        tasks = [pool.submit(write_file, folder, each, planned.posts, planned.seed) for each in largest_first]
        for task in as_completed(tasks):
            written = task.result()
            if progress:
                total = len(written.nodes)
                progress(written.plan.file, total, total)
            yield written


def _write_settings(folder: Path, planned: Plan, more: str) -> None:
    """The configuration: the main agency and ``more`` in one file, the other agency in its own folder."""

    def lines(agency: int) -> str:
        each = planned.agencies[agency]
        return f'name = "{each.name}"\ncity = "{each.city}"\ntimezone = "{each.timezone}"\n'

    other = folder / "records" / planned.agencies[1].key
    (other / "agency.toml").write_text(
        "# An agency's settings may lie in its own folder, so that a new agency arrives whole.\n" + lines(1),
        encoding="utf-8",
    )
    (folder / "investigation.toml").write_text(
        f"# A synthetic investigation: scale {planned.scale:g}, seed {planned.seed}.\n"
        "# Everything in it is made up; what a faultless run finds lies in truth/.\n"
        f'name = "Synthetic investigation"\n\n[agencies.{planned.agencies[0].key}]\n{lines(0)}{more}',
        encoding="utf-8",
    )
