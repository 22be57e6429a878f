"""How an investigation is called on a Prefect server, which may have several of them.

The name is that of the investigation's folder, as in the names of its runs. Deployments and automations carry
it, runs have it as a tag, and events as a label: so what is deployed for one investigation never reacts to
another. Two folders of one name cannot be on one server; ``nwatch deploy`` refuses the second.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from data.errors import InputError
from data.printable import printable

LABEL: Final = "nwatch.investigation"
"""The label by which an event says of which investigation it is."""

# Prefect allows neither of the first five in the name of a deployment; with the others, a name would be a
# pattern in a trigger ("lapd*", "!lapd"), or a placeholder in prefect.yaml ("{{ … }}").
_NOT_IN_A_NAME: Final = re.compile(r"[/%&<>*!{}$]")


def absolute(folder: str | None) -> Path:
    """The folder that a deployment is for.

    Args:
        folder: ``NWATCH_FOLDER``.

    Raises:
        InputError: It is not named, or not by an absolute path.
    """
    if not folder:
        raise InputError(
            "NWATCH_FOLDER is not set; name the investigation folder as the workers see it, "
            "such as NWATCH_FOLDER=/data/my-investigation"
        )
    if not Path(folder).is_absolute():
        raise InputError(
            f"NWATCH_FOLDER: {printable(folder)} is not an absolute path, and the workers run elsewhere; "
            f"set NWATCH_FOLDER={printable(str(Path(folder).absolute()))}"
        )
    return Path(folder)


def name_of(folder: Path) -> str:
    """The name of an investigation on a server.

    Args:
        folder: The investigation folder, absolute.

    Example:
        >>> name_of(Path("/data/lapd & friends"))
        'lapd - friends'
    """
    return _NOT_IN_A_NAME.sub("-", printable(folder.name)) or "-"


def tag_of(folder: Path) -> str:
    """The tag that every run of an investigation has.

    Args:
        folder: The investigation folder, absolute.

    Example:
        >>> tag_of(Path("/data/lapd"))
        'nwatch:lapd'
    """
    return f"nwatch:{name_of(folder)}"


def slug_of(name: str) -> str:
    """A name of small letters, digits and dashes, for what Prefect allows no other name.

    Args:
        name: The investigation's name on the server.

    Example:
        >>> slug_of("lapd"), slug_of("LAPD")
        ('nwatch-lapd', 'nwatch-lapd-77963ad2')
    """
    plain = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    own = "" if plain == name else f"-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return f"nwatch-{plain}{own}"
