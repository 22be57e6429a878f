"""Which Prefect server a command uses: that of ``PREFECT_API_URL``, else that of the active profile.

``prefect config set PREFECT_API_URL=…`` writes into the active profile. Prefect reads profiles when it is
imported, which takes seconds; here they are read without it, because most runs use no server. The profile's
settings, which may hold the server's password, become variables of this process, so that they count too where
Prefect is given a folder of its own.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from data.errors import InputError
from data.printable import printable

URL: Final = "PREFECT_API_URL"
_PROFILES: Final[dict[str, str]] = {}
"""By URL, the profile from which this process has it."""


@dataclass(frozen=True)
class Named:
    """A server.

    Attributes:
        url: Where its API is, without a password.
        by: What names it.
        without: How a person runs the command without it.
    """

    url: str
    by: str
    without: str

    def __str__(self) -> str:
        return f"{self.url} ({self.by})"


def named(environment: Mapping[str, str] = os.environ) -> Named | None:
    """The server that the environment names, as :func:`honor_profile` left it; None where it names none.

    Example:
        >>> str(named({"PREFECT_API_URL": "http://anna:secret@127.0.0.1:4200/api"}))
        'http://127.0.0.1:4200/api (PREFECT_API_URL)'
    """
    url = environment.get(URL)
    if not url:
        return None
    parts = urlsplit(url)
    shown = printable(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
    profile = _PROFILES.get(url)
    if profile:
        return Named(shown, profile, f"set {URL}= (to nothing)")
    return Named(shown, URL, f"unset {URL}")


def honor_profile(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let the settings of the active profile count, if it names a server and the environment does not.

    A ``PREFECT_API_URL`` that is set to nothing names no server, whatever the profile says.

    Args:
        environment: The variables of this process, to which the profile's settings are added.

    Raises:
        InputError: The file of profiles cannot be read, or has no such profile.
    """
    if URL in environment:
        return
    path = _path(environment)
    name, settings = _active(path, environment.get("PREFECT_PROFILE"))
    if settings.get(URL):
        for key, value in settings.items():
            environment.setdefault(key, str(value))
        _PROFILES[environment[URL]] = f"profile {printable(name)!r} of {printable(str(path))}"


def _path(environment: Mapping[str, str]) -> Path:
    home = Path(environment.get("PREFECT_HOME") or "~/.prefect").expanduser()
    return Path(environment.get("PREFECT_PROFILES_PATH") or home / "profiles.toml").expanduser()


def _active(path: Path, asked: str | None) -> tuple[str, dict[str, Any]]:
    """The active profile's name and settings: a person's own, beside those that Prefect brings."""
    brought, own = _read(_brought()), _read(path)
    profiles = {**brought.get("profiles", {}), **own.get("profiles", {})}
    name = str(asked or own.get("active") or brought.get("active") or "")
    if asked and name not in profiles:
        raise InputError(
            f"PREFECT_PROFILE: {printable(str(path))} has no profile {printable(name)!r}; "
            "list them with: prefect profile ls"
        )
    settings = profiles.get(name, {})
    return name, settings if isinstance(settings, dict) else {}


def _brought() -> Path:
    found = find_spec("prefect")  # not imported by this
    return Path(found.origin if found and found.origin else "").parent / "settings" / "profiles.toml"


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"{printable(str(path))}: cannot be read as a file of Prefect's profiles "
            f"({printable(str(error))}); correct it, or set {URL}= (to nothing) to use no server"
        ) from error
