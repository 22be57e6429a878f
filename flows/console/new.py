"""What `nwatch new` does: create a folder to fill, or one full of made-up records."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from data.catalog import checked_path
from data.configuration import agency_lines
from data.errors import InputError
from data.settings import FILE
from flows.console.printing import console
from flows.run.progress import speaking

TEMPLATE: Final = f"""\
# What to analyse. Each folder of records/ is an agency and holds its mailboxes (*.pst, *.ost).
# They are only read, never changed.
name = "{{name}}"

# One section for each folder of records/. The same keys may be in records/<agency>/agency.toml instead.
#
# {agency_lines("lapd").replace(chr(10), chr(10) + "# ")}
#
# Before tables are published: counts of posts or crimes in a place below this are left out. 5 to 10 is usual.
# [public]
# least_count = 5
"""


def new(folder: Path, synthetic: bool, scale: float, seed: int) -> None:
    """Create an investigation folder, empty or synthetic.

    Args:
        folder: A new folder, or an empty one.
        synthetic: Whether made-up records are put into it.
        scale: The size of those; 1 is the published investigation.
        seed: Determines their texts, names and times.

    Raises:
        InputError: The folder exists and is not empty, cannot be written, has a name that cannot be shown, or
            its disk has no room; nothing is left behind.
    """
    checked_path(folder)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{folder}: already exists and is not empty; name a new folder")
        with _whole_or_not_at_all(folder) as beside:
            if synthetic:
                _synthetic(beside, folder, scale, seed)
            else:
                (beside / "records").mkdir()
                name = folder.absolute().name.replace("\\", "\\\\").replace('"', '\\"')
                (beside / FILE).write_text(TEMPLATE.format(name=name), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror}); name another place") from error
    to = console()
    if synthetic:
        to.print(f"A synthetic investigation is in {folder}, its truth in {folder / 'truth'}.", markup=False)
    else:
        to.print(
            f"Put the mailboxes into {folder / 'records'}/<agency>/, and describe each agency in "
            f"{folder / FILE}.",
            markup=False,
        )
    to.print(f"Then: nwatch run {shlex.quote(str(folder))}", markup=False)


@contextmanager
def _whole_or_not_at_all(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to write to; its files are moved when the block succeeds, else removed."""
    above = folder.absolute().parent
    made = [each for each in (above, *above.parents) if not each.exists()]
    above.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.absolute().name}.", dir=above))
    try:
        yield beside
        folder.mkdir(exist_ok=True)
        # The configuration last: with it the folder is an investigation.
        for path in sorted(beside.iterdir(), key=lambda path: path.name == FILE):
            path.rename(folder / path.name)
        beside.rmdir()
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        with suppress(OSError):
            for each in made:
                each.rmdir()
        raise


def _synthetic(beside: Path, folder: Path, scale: float, seed: int) -> None:
    """Write the made-up records; errors name the folder that the user named."""
    from data.synthetic import create
    from data.synthetic.figures import EMAILS, mail_bytes

    try:
        wanted = mail_bytes(scale)
    except ValueError as error:
        raise InputError(f"--{error}") from error
    free = shutil.disk_usage(beside).free
    if wanted > free:
        raise InputError(
            f"{folder}: --scale {scale:g} needs {wanted / 1e9:,.2f} GB, and {free / 1e9:,.2f} GB are free on "
            "its disk; choose a smaller --scale, or a folder on another disk"
        )
    written: dict[str, int] = {}
    listed: dict[str, int] = {}
    expected = round(EMAILS * scale)
    with speaking(console()).stage("write the mailboxes", "messages") as on_progress:

        def tell(file: str, done: int, total: int) -> None:
            written[file], listed[file] = done, total
            on_progress(sum(written.values()), max(expected, sum(listed.values())))

        create(beside, scale, seed, progress=tell)
