"""A folder of files that must not be executed: each has the name of a module, and leaves a mark if it is."""

from pathlib import Path

NAMES = ("numpy", "uvicorn", "data", "tasks", "cluster", "flows")
"""Modules that the program and its children import. ``flows`` is a package, the others are files."""


def lay(folder: Path) -> Path:
    """Fill a folder with one trap per name, and give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        trap = folder / "flows" / "__init__.py" if name == "flows" else folder / f"{name}.py"
        trap.parent.mkdir(exist_ok=True)
        trap.write_text(f"open({str(folder / name)!r} + '.executed', 'w').close()\n", encoding="utf-8")
    return folder


def executed(folder: Path) -> set[str]:
    """The names of the traps that were executed."""
    return {path.stem for path in folder.glob("*.executed")}
