"""A mailbox of any size, written in one pass, which gets its name only when it is complete."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

from data.synthetic.pst import layout
from data.synthetic.pst.folders import CONTENTS_COLUMNS, Folder, Furniture
from data.synthetic.pst.items import Message
from data.synthetic.pst.ltp import Table
from data.synthetic.pst.messaging import write_message
from data.synthetic.pst.ndb import Encoding, NodeDatabase


class PstWriter:
    """Writes a Unicode PST (version 23) as specified in [MS-PST].

    Memory stays small whatever the file's size: a finished section of 248 kB goes to disk at once, and only 6
    bytes per block and 16 per message are kept for the indexes. Equal calls give equal bytes.

    Args:
        path: The mailbox. Until ``close`` has succeeded, the file has ".part" added to its name; an exception
            removes it.
        encoding: "permute" (what Outlook calls compressible, its default) or "none".
        name: The store's display name.

    Raises:
        OSError: The folder of ``path`` cannot be written.


    Example:
        >>> import tempfile
        >>> from data.synthetic.pst import Recipient
        >>> path = Path(tempfile.mkdtemp()) / "box.pst"
        >>> with PstWriter(path) as box:
        ...     inbox = box.add_folder(("Inbox",))
        ...     to = (Recipient(1, "Desk", "desk@example.org"),)
        ...     letter = Message("Hello", "Ann", "ann@example.org", to, None, "Hi", None, None, None, None)
        ...     node = box.add_message(inbox, letter)
        >>> hex(node), path.read_bytes()[:4]
        ('0x200024', b'!BDN')
    """

    def __init__(self, path: Path, *, encoding: Encoding = "permute", name: str = "Personal Folders") -> None:
        self._path = path
        self._name = name
        self._part = path.with_name(path.name + ".part")
        self._stream = self._part.open("wb")
        self._open = True
        self._key = blake2b(name.encode(), digest_size=16)
        self._database = NodeDatabase(self._stream, encoding)
        self._furniture = Furniture(self._database)
        self._furniture.templates()
        self._messages = 0
        root = Folder(layout.NID_ROOT, "", layout.NID_ROOT)
        self._spam = Folder(layout.NID_SPAM_SEARCH, "SPAM Search Folder 2", layout.NID_ROOT)
        top = Folder(layout.NID_TOP, "Top of Personal Folders", layout.NID_ROOT)
        search = Folder(layout.NID_SEARCH_ROOT, "Search Root", layout.NID_ROOT)
        deleted = Folder(layout.NID_DELETED, "Deleted Items", layout.NID_TOP, "IPF.Note")
        root.folders += [self._spam, top, search]
        top.folders.append(deleted)
        self._folders = {folder.node: folder for folder in (root, top, search, deleted)}
        self._paths: dict[tuple[str, ...], int] = {(): top.node, (deleted.name,): deleted.node}

    @property
    def position(self) -> int:
        """Bytes written so far.

        The closed file is longer: by the B-trees (about 32 bytes per message and 3 per kilobyte), and by the
        rest of its last section of 248 kB.
        """
        return self._database.position

    def add_folder(self, path: tuple[str, ...]) -> int:
        """Make a folder, and those above it, and return its node id. An existing folder is not made again.

        Args:
            path: Names below "Top of Personal Folders", from the top. () is that folder itself; "Deleted
                Items" always exists.

        Example:
            >>> import tempfile
            >>> with PstWriter(Path(tempfile.mkdtemp()) / "box.pst") as box:
            ...     hex(box.add_folder(("Inbox", "2021"))), hex(box.add_folder(("Inbox",)))
            ('0x80a2', '0x8082')
        """
        self._check_open()
        if path in self._paths:
            return self._paths[path]
        parent = self._folders[self.add_folder(path[:-1])]
        node = layout.node_id(layout.T_FOLDER, layout.FIRST_FOLDER + len(self._paths) - 2)
        folder = Folder(node, path[-1], parent.node, "IPF.Note")
        parent.folders.append(folder)
        self._folders[node] = folder
        self._paths[path] = node
        return node

    def add_message(self, folder: int, message: Message) -> int:
        """Write a message at the end of a folder and return its node id; ids ascend.

        Args:
            folder: A node id from ``add_folder``.
            message: What to write; its attachments are read here, once.

        Raises:
            KeyError: There is no such folder.
            ValueError: An attachment is not as long as announced, or the writer is closed. As after any
                exception here, the mailbox is given up.
        """
        self._check_open()
        try:
            home = self._folders[folder]
            node = layout.node_id(layout.T_MESSAGE, layout.FIRST_MESSAGE + self._messages)
            cells = write_message(self._database, node, message, folder)
            if home.contents is None:
                home.contents = Table(self._database, CONTENTS_COLUMNS)
            home.contents.add(node, cells)
        except BaseException:
            self.abort()
            raise
        self._messages += 1
        self._key.update(f"{message.message_id}\0{message.subject}\0".encode("utf-8", "surrogatepass"))
        return node

    def close(self) -> None:
        """Write the folders, indexes, maps and header, and give the file its name. Closing twice is harmless.

        Raises:
            OSError: The disk is full, or the file cannot be renamed; the unfinished file is removed.
        """
        if not self._open:
            return
        try:
            self._furniture.store(self._name, self._key.digest())
            self._furniture.spam_search(self._spam)
            for folder in self._folders.values():
                self._furniture.folder(folder)
            folders = layout.FIRST_FOLDER + len(self._paths) - 3
            counters = dict.fromkeys(
                (layout.T_FOLDER, layout.T_HIERARCHY, layout.T_CONTENTS, layout.T_ASSOCIATED_CONTENTS),
                folders,
            )
            self._database.finish(counters | {layout.T_MESSAGE: layout.FIRST_MESSAGE - 1 + self._messages})
            self._stream.close()
            self._part.replace(self._path)
        except BaseException:
            self.abort()
            raise
        self._open = False

    def abort(self) -> None:
        """Give up the mailbox: remove what was written. Harmless after ``close``."""
        if self._open:
            self._open = False
            self._stream.close()
            self._part.unlink(missing_ok=True)

    def _check_open(self) -> None:
        if not self._open:
            raise ValueError(f"{self._path.name} is closed or was given up")

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the mailbox, or give it up after an exception."""
        if kind is None:
            self.close()
        else:
            self.abort()
