"""An investigation folder as it is now, beside what ``provenance.json`` says that it was (method 12.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class InputNow:
    """A file of input, or a layer of several, as it is now.

    Attributes:
        place: Where the provenance names it: its keys there, joined with blanks, as ``posts files``; for a
            mailbox ``sources`` and the agency.
        file: Its name for a person, as ``posts/2019.csv``.
        sha256: Its hash; empty where it cannot be read.
        needed: Whether a run reads it for certain.
        why: Why it cannot be read, where that is known.
    """

    place: str
    file: str
    sha256: str
    needed: bool = True
    why: str = ""


@dataclass(frozen=True)
class Now:
    """A folder as it is now.

    Attributes:
        inputs: The files of input.
        outputs: The SHA-256 of each file of ``out/`` but the provenance, by name.
        versions: The packages here, as the provenance names them.
        configuration: The hash of the configuration.
        shared: The same without the settings of the agencies.
        earlier: The hash of all in one, as provenances have it that name no agency's settings.
        agencies: The hash of each agency's settings.
        faults: What is wrong with an agency's settings, by agency, one line each.
        unlisted: What is wrong with other names in ``records/``, of which nothing can be listed.
        parts: By part, the keys of the provenance under which its input is.
        runnable: The parts that have their input.
        lacks: What the others lack, by part.
        names: The names that mailboxes and files of posts and crimes had in the last run, each with the first
            12 digits of its hash.
    """

    inputs: Sequence[InputNow]
    outputs: Mapping[str, str]
    versions: Mapping[str, str]
    configuration: str
    shared: str = ""
    earlier: str = ""
    agencies: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    unlisted: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    runnable: Sequence[str] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
