"""What the tables were made from, and how to make them again (method 12.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa

from data.catalog import NO_INPUTS
from data.settings import Config
from tasks.report.blocks import Block, Group, Heading, Points, Rows, Section, Text, Verse
from tasks.report.results import Story

_WORDS: Final = MappingProxyType(
    {
        ("sources",): "mailbox",
        ("crosswalk",): "table of subjects (crosswalk)",
        ("posts", "files"): "posts",
        ("posts", "tracts"): "tract layer, for the posts",
        ("posts", "census"): "Census, for the posts",
        ("crime", "files"): "crime records",
        ("crime", "tracts"): "tract layer, for the crimes",
        ("crime", "census"): "Census, for the crimes",
        ("gentrification",): "tracts of two years, for gentrification",
        ("selection", "gentrification"): "tracts of two years, for the selection",
        ("selection", "atlas"): "Atlas of Surveillance",
        ("selection", "police"): "table of police departments",
        ("requests",): "requests",
    }
)
_NOT_SHOWN: Final = ("records", "arrivals", "schedule", "private", "report")
"""Settings that change no number: where the records are, who may read."""
_ONLY_COUNTED: Final = ("posts.exclude_users",)
"""Settings that name people."""

AGAIN: Final = """\
Whoever has the same files can make the same tables, byte for byte:

1. Install Neighborhood Watch {version}, with Python {python} and the versions below.
2. Put the files into a folder, as they were, with the same `investigation.toml`.
3. Run `nwatch run FOLDER`.
4. Compare the hashes: those of the inputs and of every table are in [provenance.json](provenance.json), and
   here.
"""


def blocks(story: Story) -> Iterator[Block]:
    """The inputs by hash, the settings, the versions, the tables by hash."""
    known = story.provenance
    if not known:
        return
    versions = known.get("versions", {})
    yield Text(
        (
            "Files are named by their SHA-256 and not by their names, which may be private.",
            "Where a single byte of a file is changed, its SHA-256 is another one.",
        )
    )
    yield Heading("again", "How to repeat this run")
    yield Verse(
        AGAIN.format(version=versions.get("neighborhood-watch", ""), python=versions.get("python", ""))
    )
    yield Heading("inputs", "What went in")
    yield from _inputs(known)
    yield Heading("settings", "The settings")
    yield from _settings(story.config, known)
    yield Heading("versions", "The versions")
    yield _rows("versions-used", "The program and the libraries that can change a byte of a file", versions)
    public = {name: sha for name, sha in known.get("tables", {}).items() if name.startswith("public/")}
    if public:
        rows = _rows("table-hashes", "The public tables of this run", public, ("file", "SHA-256"))
        yield Group("hashes", "The tables by hash", (rows,), f"{len(public):,} public files.", folded=True)


def _rows(
    key: str, caption: str, values: Mapping[str, str], names: Sequence[str] = ("name", "version")
) -> Rows:
    first, second = names
    return Rows(
        key, caption, pa.table({first: list(values), second: [str(each) for each in values.values()]})
    )


def _inputs(known: Mapping[str, Any]) -> Iterator[Block]:
    found = [
        (_WORDS.get(place, " / ".join(place)), each.get("bytes"), each["sha256"], each.get("agency"))
        for name in sorted(known)
        if name not in NO_INPUTS
        for place, each in _files(known[name], (name,))
    ]
    columns = [list(column) for column in zip(*found, strict=True)] or [[], [], [], []]
    kinds = (("what", pa.string()), ("bytes", pa.int64()), ("SHA-256", pa.string()), ("agency", pa.string()))
    table = pa.table(
        {name: pa.array(column, kind) for (name, kind), column in zip(kinds, columns, strict=True)}
    )
    if not any(columns[3]):
        table = table.drop_columns(["agency"])
    yield Rows("input-files", "One row per file that was read", table)
    gone = known.get("accepted", [])
    if gone:
        yield Text(("Mailboxes that an earlier run read and that are gone, as a person has confirmed:",))
        yield Points(tuple(f"mailbox {each['source']} of {each['agency']}" for each in gone))
    recognised = known.get("recognised", {})
    if recognised:
        yield Text(("What was recognised in the files, part by part:",))
        yield Points(tuple(f"{part}: {words}" for part in sorted(recognised) for words in recognised[part]))


def _files(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Everything in the provenance that has a hash, with the keys that lead to it."""
    if isinstance(value, Mapping):
        if "sha256" in value:
            yield place, value
        else:
            for name in sorted(value):
                yield from _files(value[name], (*place, name))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from _files(each, place)


def _settings(config: Config, known: Mapping[str, Any]) -> Iterator[Block]:
    sha256 = known.get("configuration", {}).get("sha256", config.sha256)
    yield Text((f"The settings as a whole have the SHA-256 {sha256}.",))
    for part, kept in sorted(known.get("kept", {}).items()):
        yield Text(
            (f"The tables of the part {part} are of an earlier run, whose settings have the SHA-256 {kept}.",)
        )
    earlier = sorted(set(known.get("configuration", {}).get("agencies", ())) - set(config.agencies))
    for agency in earlier:
        yield Text(
            (f"The rows of the agency {agency!r} are of an earlier run, whose settings of it are not shown.",)
        )
    changed = tuple(settings_changed(config))
    if changed:
        yield Rows(
            "settings-changed",
            "One row per setting that differs from its default; all others have their default",
            pa.table({"setting": [each[0] for each in changed], "value": [each[1] for each in changed]}),
        )
    else:
        yield Text(("Every setting has its default.",))


def settings_changed(config: Config) -> Iterator[tuple[str, str]]:
    """The settings that were given and differ from their default, as they may be published.

    Args:
        config: The configuration.

    Yields:
        The setting, as "posts.year", and its value. Accounts are counted and not named; where the records
        are and who may read them is left out.

    Example:
        >>> list(settings_changed(Config.model_validate({"name": "a", "tests": {"alpha": 0.01}})))
        [('tests.alpha', '0.01')]
    """
    given = config.model_dump(mode="json", exclude_defaults=True, exclude={"name", *_NOT_SHOWN})
    yield from _flat(given, "")


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _flat(each, f"{name}.{key}" if name else str(key))
    elif name in _ONLY_COUNTED:
        yield name, f"{len(value):,} (not named here)"
    elif isinstance(value, list):
        yield name, "; ".join(map(str, value))
    else:
        yield name, "yes" if value is True else "no" if value is False else str(value)


SECTION = Section("provenance", "Provenance", blocks, "What this run was made from is not known.")
