"""The files of a folder and what is in them, for tests that compare two runs."""

from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its name relative to it, with its bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def published(case: Path) -> dict[str, bytes]:
    """Every file that an investigation has published, by its name in ``out``, with its bytes."""
    return contents(case / "out")
