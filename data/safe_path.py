"""Child processes that import nothing from the current folder.

Python puts the current folder first on the import path of a program that is started with ``-m`` or ``-c``.
The child processes of this program are started like that: its own server with ``-m``, and the process that
workers are forked from, spawned workers and their resource tracker with ``-c``, by Python itself. Whoever
types ``nwatch run`` in a folder of records that also holds a ``numpy.py`` or a ``data.py`` must not execute
these files.

``-P`` and ``PYTHONSAFEPATH`` keep the folder out. Two holes remain and are closed here: `multiprocessing`
hands its children the ``sys.path`` of the parent, and an empty entry of ``PYTHONPATH`` means the current
folder. The current folder stays on the path where it is the program's own folder (a checkout that is not
installed), or that of the script that the user started.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
"""The folder that holds the packages of this program."""

_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})


def python(*words: str) -> list[str]:
    """The command that starts Python with a safe path.

    Args:
        words: The arguments, as ``-m`` and a module.

    Returns:
        The command as words, for `subprocess`; it also needs the environment that `variables` gives.
    """
    return [sys.executable, "-P", *words]


def variables() -> dict[str, str]:
    """The environment of this process, changed so that children import nothing from the current folder.

    Returns:
        All variables, with ``PYTHONSAFEPATH`` set. ``PYTHONPATH`` has no entry for the current folder, and
        begins with the folder of this program where nothing but ``sys.path`` leads to it.
    """
    given = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    folders = [folder for folder in given if not _is_unsafe(folder)]
    # An installed program is found anyway, and PYTHONPATH would put its folder before the standard library.
    if ROOT.name not in _INSTALLED and any(_is_root(entry) for entry in sys.path):
        folders = [str(ROOT), *(folder for folder in folders if not _is_root(folder))]
    environment = {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(folders)}
    if not folders:
        del environment["PYTHONPATH"]
    return environment


@contextmanager
def safe_path() -> Iterator[None]:
    """Keep the current folder off the import path of this process and of all that it starts in the block.

    This is for children that something else starts, as `multiprocessing` does. At the end of the block the
    path and the environment are again as they were.
    """
    dropped = [(place, entry) for place, entry in enumerate(sys.path) if _is_unsafe(entry)]
    for _, entry in reversed(dropped):
        sys.path.remove(entry)
    with _environment(variables()):
        try:
            yield
        finally:
            for place, entry in dropped:
                sys.path.insert(place, entry)


def _is_unsafe(entry: str) -> bool:
    """Whether an entry of a path means the current folder, and nobody asked for what is in it."""
    here = _folder("")
    return _folder(entry) == here and here not in {ROOT, _script_folder()}


def _is_root(entry: str) -> bool:
    return _folder(entry) == ROOT


def _folder(entry: str) -> Path | None:
    """The folder that an entry of a path means; None where it is relative to a folder that was deleted."""
    try:
        return Path(entry).resolve()
    except OSError:
        return None


def _script_folder() -> Path:
    """The folder of the script that this process runs; with ``-m`` or ``-c``, that of the program."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    return Path(file).resolve().parent if file and getattr(main, "__spec__", None) is None else ROOT


@contextmanager
def _environment(
    wanted: Mapping[str, str], names: Sequence[str] = ("PYTHONSAFEPATH", "PYTHONPATH")
) -> Iterator[None]:
    """Give some variables of this process's environment other values, or remove them, for a while."""
    before = {name: os.environ.get(name) for name in names}
    _assign({name: wanted.get(name) for name in names})
    try:
        yield
    finally:
        _assign(before)


def _assign(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
