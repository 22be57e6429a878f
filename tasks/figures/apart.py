"""Matplotlib without the user's home: it writes no list of fonts there, and takes no settings from there."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = "MPLCONFIGDIR"
_LIST: Final = "3.11.0"
"""The version of Matplotlib's lists of fonts; where it has another one, it makes its own."""


@cache
def load_matplotlib() -> None:
    """Load Matplotlib, whose folder is an empty one for that time.

    It would look at every font of the machine, for 0.2 s, and write a list of them into the home of whoever
    runs this: it is given a list of the fonts that are used. A file of settings there would change the
    figures. Where a program has loaded it before, or says by MPLCONFIGDIR where its folder is, nothing is
    done.
    """
    if "matplotlib" in sys.modules or _FOLDER in os.environ:
        return
    with tempfile.TemporaryDirectory(prefix="nwatch-") as folder:
        (Path(folder) / f"fontlist-v{_LIST}.json").write_text(json.dumps(_fonts()), encoding="utf-8")
        os.environ[_FOLDER] = folder
        try:
            import matplotlib.font_manager  # noqa: F401 - it reads the list as it is loaded
        finally:
            del os.environ[_FOLDER]


def _fonts() -> dict[str, Any]:
    """DejaVu Sans, which comes with Matplotlib, as its list of fonts has it."""
    kinds = (("DejaVuSans.ttf", 400), ("DejaVuSans-Bold.ttf", 700))
    entries = [
        {
            "__class__": "FontEntry",
            "fname": f"fonts/ttf/{file}",
            "name": "DejaVu Sans",
            "weight": weight,
            "size": "scalable",
        }
        for file, weight in kinds
    ]
    return {
        "__class__": "FontManager",
        "_version": _LIST,
        "_FontManager__default_weight": "normal",
        "default_size": None,
        "defaultFamily": {"ttf": "DejaVu Sans", "afm": "Helvetica"},
        "afmlist": [],
        "ttflist": entries,
    }
