"""Matplotlib without the user's home: it writes no list of fonts there, and takes no settings from there."""

from __future__ import annotations

import os
import sys
import tempfile
from functools import cache
from typing import Final

_FOLDER: Final = "MPLCONFIGDIR"


@cache
def load_matplotlib() -> None:
    """Load Matplotlib, whose folder is an empty one for that time.

    It would write its list of fonts into the home of whoever runs this; to make the list takes 0.2 s, once in
    a process that draws. A file of settings there would change the figures. Where a program has loaded it
    before, or says by MPLCONFIGDIR where its folder is, nothing is done.
    """
    if "matplotlib" in sys.modules or _FOLDER in os.environ:
        return
    with tempfile.TemporaryDirectory(prefix="nwatch-") as folder:
        os.environ[_FOLDER] = folder
        try:
            import matplotlib.font_manager  # noqa: F401 - it makes the list as it is loaded
        finally:
            del os.environ[_FOLDER]
