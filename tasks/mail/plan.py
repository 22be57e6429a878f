"""What is in a mailbox, from its own index: messages, folders, damage. Pure data.

Partitions are cut from a plan: a few bytes per message are sent to the worker that reads it. Only the names
of the folders are decoded, by libpff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pypff

from data.storage import Location, State
from tasks.mail.extract import Copier, Extract
from tasks.mail.layout import (
    MAGIC,
    NBT,
    NID_ROOT_FOLDER,
    TYPE_FOLDER,
    TYPE_MESSAGE,
    TYPE_SEARCH_FOLDER,
    Header,
    NotAMailboxError,
    nid_type,
)
from tasks.mail.ndb import Bytes, Damage, read_header, read_tree
from tasks.mail.pff import folder_facts
from tasks.mail.prefetch import prefetch_nodes
from tasks.mail.references import BlockError, Node
from tasks.mail.remote import open_bytes
from tasks.rows.mail_forms import form_of

ORPHANED: Final = "(orphaned)"
"""Folder of a message whose parent is missing from the index."""
_FOLDERS_AT_ONCE: Final = 100
_MOST_NAME: Final = 255
"""Characters of a folder's name that are kept; Outlook allows no more."""
_MOST_PATH: Final = 4096
NODE: Final = np.dtype([("nid", "<u4"), ("data", "<u8"), ("sub", "<u8"), ("parent", "<u4")])
"""A message in :attr:`MailPlan.nodes`."""

FolderFacts: TypeAlias = Mapping[int, tuple[str | None, int | None]]
"""Name and stated number of messages of each folder, by its node id; both where libpff could read them."""


@dataclass(frozen=True)
class Folder:
    """A folder of the mailbox.

    Attributes:
        node_id: Its node id.
        path: Names from the top, joined by ``/``; the root folder itself has an empty path.
        messages: Messages whose node names it as parent (the node index).
        stated: The number of messages that the folder itself states (PidTagContentCount); None where unknown.
    """

    node_id: int
    path: str
    messages: int
    stated: int | None


@dataclass(frozen=True)
class MailPlan:
    """All messages of one mailbox.

    Attributes:
        header: The mailbox's header.
        size: Bytes of the file.
        nodes: Structured array, one row per message in order of node id: nid, data, sub (block ids), parent.
        folders: The folders, in order of path.
        damages: Pages of the node index that could not be read; none if the number of messages is known.
        cut: Bytes that the header promises and the file lacks.
    """

    header: Header
    size: int
    nodes: npt.NDArray[Any]
    folders: tuple[Folder, ...]
    damages: tuple[Damage, ...]
    cut: int

    @property
    def listed(self) -> int | None:
        """Messages in the mailbox; None if some of the index is destroyed."""
        return None if self.damages else len(self.nodes)

    @property
    def unknown(self) -> str | None:
        """Why ``listed`` is unknown; None if it is known."""
        if not self.damages:
            return None
        more = f" (and {len(self.damages) - 1} more)" if len(self.damages) > 1 else ""
        return f"{self.damages[0]}{more}; {len(self.nodes)} messages were found in what is left"

    @property
    def warnings(self) -> list[str]:
        """What a person should know of the file, one clause each."""
        found = []
        if self.cut:
            found.append(
                f"cut: {self.cut:,} of {self.size + self.cut:,} bytes are missing at its end; copy it again"
            )
        if not self.header.intact:
            found.append("its header's checksum is wrong; copy it again")
        if self.unknown:
            found.append(f"messages listed: unknown, {self.unknown}")
        stated = [
            folder
            for folder in self.folders
            if folder.stated is not None and folder.stated != folder.messages
        ]
        if stated and not self.damages:
            first = stated[0]
            found.append(
                f"folder {first.path!r} states {first.stated} messages, its index holds {first.messages}"
                + (f" (and {len(stated) - 1} folders more)" if len(stated) > 1 else "")
            )
        return found

    def folder_names(self, start: int, stop: int) -> dict[int, str]:
        """Folder path of each message from ``start`` to ``stop``, by node id."""
        return names_of(self.nodes[start:stop], self.folder_paths(start, stop))

    def folder_paths(self, start: int, stop: int) -> dict[int, str]:
        """Path of each folder that has a message from ``start`` to ``stop``, by the folder's node id."""
        wanted = set(self.nodes["parent"][start:stop].tolist())
        return {folder.node_id: folder.path for folder in self.folders if folder.node_id in wanted}

    def node(self, place: int) -> Node:
        """The node of one message."""
        return to_node(self.nodes[place])


def names_of(rows: npt.NDArray[Any], paths: Mapping[int, str]) -> dict[int, str]:
    """Folder path of each message, by its node id.

    Args:
        rows: Rows of ``MailPlan.nodes``.
        paths: The paths of their folders, by node id; a folder that is missing in the index has none.
    """
    return {
        nid: paths.get(parent, ORPHANED)
        for nid, parent in zip(rows["nid"].tolist(), rows["parent"].tolist(), strict=True)
    }


def to_nodes(rows: npt.NDArray[Any]) -> list[Node]:
    """Rows of ``MailPlan.nodes`` as nodes."""
    return [Node(*row) for row in rows.tolist()]


def to_node(row: Any) -> Node:
    """A row of a node index as a ``Node``."""
    return Node(int(row["nid"]), int(row["data"]), int(row["sub"]), int(row["parent"]))


def plan_mailbox(file: Bytes, *, facts: FolderFacts | None = None) -> MailPlan:
    """List a mailbox.

    Args:
        file: The mailbox, opened.
        facts: What is known of the folders; libpff is asked for it where this is None. A folder without a
            name is called by its id.

    Returns:
        Its plan; damage to the index is noted in it and not raised.

    Raises:
        NotAMailboxError: The file is not a mailbox, or so little of it is left that nothing can be listed.
    """
    header = read_header(file)
    entries, damages = read_tree(file, header, NBT)
    cut = max(0, header.eof - file.size)
    if not len(entries) and damages:
        what = (
            f"cut: {cut:,} bytes are missing at its end" if cut else f"its index is destroyed ({damages[0]})"
        )
        raise NotAMailboxError(f"{what}; nothing can be listed: copy it again from the original disk")
    rows = entries[_types(entries) == TYPE_MESSAGE]
    nodes = np.empty(len(rows), NODE)
    for name in NODE.names or ():
        nodes[name] = rows[name]
    parents, counts = np.unique(nodes["parent"], return_counts=True)
    inside = dict(zip(parents.tolist(), counts.tolist(), strict=True))
    wanted = _folder_nodes(entries)
    known = _facts(file, header, wanted) if facts is None else facts
    return MailPlan(header, file.size, nodes, _folders(wanted, known, inside), tuple(damages), cut)


def _types(entries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return entries["nid"].astype(np.uint64) & 0x1F


def _folder_nodes(entries: npt.NDArray[Any]) -> list[Node]:
    kinds = _types(entries)
    return [to_node(row) for row in entries[(kinds == TYPE_FOLDER) | (kinds == TYPE_SEARCH_FOLDER)]]


def facts_at(path: Location, state: State | None = None) -> FolderFacts:
    """What libpff says of the folders of a mailbox, which must be in this state; nothing where it is none.

    Raises:
        OSError: The file cannot be read.
        InputError: Its store cannot be reached or refuses.
    """
    with open_bytes(path, state) as file:
        try:
            header = read_header(file)
        except NotAMailboxError:
            return {}
        entries, _ = read_tree(file, header, NBT)
        return _facts(file, header, _folder_nodes(entries))


def open_plan(path: Location, *, facts: FolderFacts | None = None, state: State | None = None) -> MailPlan:
    """List the mailbox at ``path``, which must be in this state; see ``plan_mailbox`` and ``open_bytes``.

    Raises:
        NotAMailboxError: See ``plan_mailbox``.
        OSError: The file cannot be read.
        InputError: Its store cannot be reached or refuses.
    """
    with open_bytes(path, state) as file:
        if file.size and file.read(0, len(MAGIC)) != MAGIC:
            form = form_of(file.read, file.size, path.name)
            if form is not None:
                raise NotAMailboxError(f"{form.name}, not a PST or OST: {form.fix}")
        return plan_mailbox(file, facts=facts)


def _folders(nodes: list[Node], facts: FolderFacts, inside: Mapping[int, int]) -> tuple[Folder, ...]:
    parents = {node.nid: node.parent for node in nodes}
    names = {nid: name for nid, (name, _) in facts.items()}
    folders = [
        Folder(nid, _path(nid, parents, names), inside.get(nid, 0), facts[nid][1] if nid in facts else None)
        for nid in parents
        if nid_type(nid) == TYPE_FOLDER or inside.get(nid)
    ]
    return tuple(sorted(folders, key=lambda folder: (folder.path, folder.node_id)))


def _path(nid: int, parents: Mapping[int, int], names: Mapping[int, str | None]) -> str:
    """The names from the top down; a folder without a readable name is named by its id."""
    steps: list[str] = []
    seen: set[int] = set()
    at = nid
    while at != NID_ROOT_FOLDER and at in parents and at not in seen:
        seen.add(at)
        steps.append((names.get(at) or f"(folder 0x{at:x})")[:_MOST_NAME])
        at = parents[at]
    if at != NID_ROOT_FOLDER:
        steps.append(ORPHANED)
    path = "/".join(reversed(steps))
    # Of a path that no table of a million messages could hold, the end tells folders apart, with the id.
    return path if len(path) <= _MOST_PATH else f"…{path[-_MOST_PATH:]} (folder 0x{nid:x})"


def _facts(file: Bytes, header: Header, nodes: list[Node]) -> FolderFacts:
    """Name and stated number of messages of each folder that libpff can read."""
    copier = Copier(file, header)
    extract = Extract(header)
    for place, node in enumerate(nodes):
        if place % _FOLDERS_AT_ONCE == 0:
            prefetch_nodes(copier, nodes[place : place + _FOLDERS_AT_ONCE])
        try:
            copier.copy(node, extract)
        except BlockError:
            continue  # the folder is named by its id; its messages are read all the same
    mailbox = pypff.file()
    try:
        mailbox.open_file_object(extract.finish())
    except OSError:
        return {}
    try:
        return folder_facts(mailbox)
    finally:
        mailbox.close()
