"""Whether the outputs of a folder are what its inputs, settings and versions give (method 12.7).

Nothing here opens a file: what is on the disk was hashed before, and is compared with ``provenance.json``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from data.catalog import NO_INPUTS
from data.settings import settings_sha256
from tasks.audit.now import InputNow, Now
from tasks.audit.settings_then import settings_that_differ, settings_unknown

_SHA256: Final = "sha256"
_WORDS: Final[Mapping[str, str]] = {
    "crosswalk": "the program's and the investigation's rows on subjects",
    "crosswalk own": "subjects.csv",
    "selection police": "the program's table of police departments",
    "coding codebook": "the codebook",
    "coding sample": "coding/sample.csv",
    "coding drawn_from": "coding/drawn_from.parquet",
    "coding returned": "coding/returned",
    "coding decisions": "the answers in coding/to_decide.csv",
}
_SHARED: Final[Mapping[str, str]] = {
    "census": "the Census and the lists of cities",
    "tracts": "the layer of tracts",
    "gentrification": "census/gentrification",
    "atlas": "the Atlas",
    "requests": "requests.csv",
}


@dataclass(frozen=True)
class Verdict:
    """What a folder's outputs are.

    Attributes:
        differs: What is not as the provenance says, one line each.
        unknown: What nobody can tell, one line each.
    """

    differs: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def code(self) -> int:
        """The exit code: 0 all is the same, 1 something differs, 2 it cannot be told."""
        return 1 if self.differs else 2 if self.unknown else 0

    @property
    def line(self) -> str:
        """The verdict in one line.

        Example:
            >>> Verdict().line
            'Yes: the outputs are what these inputs, settings and versions give.'
        """
        if self.differs:
            return "No: the outputs are not what these inputs, settings and versions give."
        if self.unknown:
            return "Cannot tell whether the outputs are what these inputs, settings and versions give."
        return "Yes: the outputs are what these inputs, settings and versions give."


def verdict(then: Mapping[str, Any], now: Now) -> Verdict:
    """Compare a folder with its provenance.

    Args:
        then: The provenance.
        now: The folder.

    Returns:
        What differs and what cannot be told.
    """
    kept = then.get("kept", {})
    own = [part for part in now.parts if part not in kept and _ran(then, now.parts[part])]
    differs = [
        *_inputs(then, now),
        *_outputs({**then["tables"], **then.get("outputs", {})}, now.outputs),
        *_versions(then["versions"], now.versions),
    ]
    differs += settings_that_differ(then, now, own=bool(own))
    unknown = [*settings_unknown(then, now)]
    for part, sha256 in sorted(kept.items()):
        if sha256 not in _same_settings(then, now):
            differs.append(f"settings: the part {part} was made with earlier settings, and kept since")
        else:
            unknown.append(
                f"the part {part} was kept from an earlier run; with which versions it was made is not known"
            )
    return Verdict(tuple(differs), tuple(unknown))


def _same_settings(then: Mapping[str, Any], now: Now) -> set[str]:
    """The hashes of settings that are as they are now, but for agencies, which are named by themselves."""
    own = then["configuration"].get("agencies", now.agencies)
    return {settings_sha256(now.shared, own), now.configuration, now.earlier}


def _ran(then: Mapping[str, Any], keys: Sequence[str]) -> bool:
    return keys[0] in then


def _inputs(then: Mapping[str, Any], now: Now) -> Iterator[str]:
    """What became of each file of input, one line each."""
    for part in now.runnable:
        if not _ran(then, now.parts[part]):
            yield f"input: the part {part} has its input, and was not run"
    absent: set[str] = set()
    for part, why in now.lacks.items():
        keys = now.parts.get(part, ())
        if keys and _ran(then, keys):
            # Which of its other files are there was not asked: without this one, no run would read them.
            absent.update(keys)
            yield f"input: the part {part} has not all of its input any more: {why}"
    yield from (f"input: {line}" for line in now.unlisted.values())
    unlisted = {f"sources {name}" for name in now.unlisted}
    known = {
        place: own
        for place, own in inputs_of(then).items()
        if _key(place) not in absent and place not in unlisted
    }
    seen: dict[str, list[InputNow]] = {}
    for each in now.inputs:
        if _key(each.place) in then:
            seen.setdefault(each.place, []).append(each)
    lines = (
        line
        for place in sorted({*known, *seen})
        for line in _of_place(place, known.get(place, Counter()), seen.get(place, []), now.names)
    )
    yield from dict.fromkeys(lines)  # posts and crimes share the files of the Census


def _key(place: str) -> str:
    """The key of the provenance below which a place is."""
    return place.split(" ", 1)[0]


def _of_place(
    place: str, known: Counter[str], seen: Sequence[InputNow], names: Mapping[str, str]
) -> Iterator[str]:
    here = Counter(each.sha256 for each in seen)
    gone = known - here
    # A mailbox given twice is named once; so is a file of the Census that two parts use.
    new = {each.file: each for each in seen if each.sha256 not in known and each.needed}
    for sha256 in sorted(gone):
        if sha256 in here:
            continue  # another copy of it is there
        files = [file for file, source in names.items() if source == sha256[:12]]
        changed = [new.pop(file) for file in files if file in new]
        if not (changed or files) and len(new) == len(gone) == 1:
            changed = [new.popitem()[1]]
        if changed:
            yield from (f"input: {each.file}: {_read(each, 'was changed')}" for each in changed)
        else:
            named = files[0] if files else f"{word_of(place)}: the file with the hash {sha256[:12]}"
            yield f"input: {named}: is gone"
    for each in new.values():
        yield f"input: {each.file}: {_read(each, 'was changed' if each.file in names else 'is new')}"
    if place.endswith(" files"):  # of posts and crimes each copy is read
        for sha256 in sorted(sha256 for sha256 in known if 0 < here[sha256] != known[sha256]):
            file = next(each.file for each in seen if each.sha256 == sha256)
            yield f"input: {file}: is there {here[sha256]:,} × instead of {known[sha256]:,} ×"


def _read(each: InputNow, words: str) -> str:
    return words if each.sha256 else each.why or "cannot be read"


def word_of(place: str) -> str:
    """What a person calls the inputs that a provenance names at a place.

    Args:
        place: As in :class:`InputNow`.

    Example:
        >>> word_of("posts tracts"), word_of("sources lapd")
        ('the layer of tracts', 'mailboxes of lapd')
    """
    last = place.rsplit(" ", 1)[-1]
    return _WORDS.get(place) or _SHARED.get(last) or place.replace("sources", "mailboxes of")


def inputs_of(provenance: Mapping[str, Any]) -> dict[str, Counter[str]]:
    """The hashes of the inputs that a provenance names, by their place in it.

    Args:
        provenance: As ``provenance.json`` has it.

    Example:
        >>> inputs_of({"posts": {"files": [{"sha256": "ab"}, {"sha256": "ab"}]}, "tables": {"x": "cd"}})
        {'posts files': Counter({'ab': 2})}
    """
    found: dict[str, Counter[str]] = {}
    for key, value in provenance.items():
        if key not in NO_INPUTS:
            for place, sha256 in _hashes(key, value):
                found.setdefault(place, Counter())[sha256] += 1
    return found


def _hashes(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for each in value:
            yield from _hashes(f"{place} {each['agency']}" if "agency" in each else place, each)
    elif isinstance(value, dict):
        if isinstance(value.get(_SHA256), str):
            yield place, value[_SHA256]
        for key, each in value.items():
            yield from _hashes(f"{place} {key}", each)


def _outputs(known: Mapping[str, str], seen: Mapping[str, str]) -> Iterator[str]:
    for file in sorted({*known, *seen}):
        if file not in seen:
            yield f"output: out/{file}: is gone"
        elif file not in known:
            yield f"output: out/{file}: is not in the provenance; no run of this folder says that it wrote it"
        elif known[file] != seen[file]:
            yield f"output: out/{file}: was changed since the run"


def _versions(known: Mapping[str, str], here: Mapping[str, str]) -> Iterable[str]:
    for name in sorted({*known, *here}):
        then, now = known.get(name, "none"), here.get(name, "none")
        if then != now:
            yield f"version: {name} {then} made the outputs; here is {now}"
