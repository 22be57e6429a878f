"""The listing of a mailbox, kept by its content: the index of one that is unchanged is not read again.

The pages of an index lie all over the file. To walk through them takes 20 µs for each when the disk has them
at hand, and a thousand times as long when it has not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.kept import code_of
from data.sealed import EARLIER, fault_of, lines_of_earlier, seal
from data.tables import write_parquet
from data.values import fingerprint
from data.writing import is_file, make_folder, replacing
from tasks.mail.layout import Header
from tasks.mail.ndb import Damage
from tasks.mail.plan import NODE, Folder, MailPlan
from tasks.mail.sources import Examined, reader_name

FOLDER: Final = "plans"
"""The folder in ``work/``."""

_CODE: Final = ("tasks", "tasks/bodies", "tasks/mail", "tasks/rows")
_META: Final = b"nwatch.plan"


class KeptPlans:
    """The plans of mailboxes that earlier runs have listed.

    Args:
        work: The investigation's work folder.
    """

    def __init__(self, work: Path) -> None:
        self._folder = work / FOLDER
        self._key = fingerprint(reader_name(), code_of(*_CODE))
        self._found: set[str] = set()
        self._faults: dict[str, str] = {}

    @property
    def rebuilt(self) -> tuple[str, ...]:
        """A line for each that was damaged, of those that were asked for."""
        earlier = list(self._faults.values()).count(EARLIER)
        return (
            *lines_of_earlier(f"work/{FOLDER}", earlier, "the mailboxes were listed again"),
            *(
                f"work/{FOLDER}/{name}: {fault}; the mailbox was listed again"
                for name, fault in sorted(self._faults.items())
                if fault != EARLIER
            ),
        )

    def get(self, sha256: str, names: bool) -> MailPlan | None:
        """The plan of a mailbox; None where none is kept that this program made, or it is damaged.

        Args:
            sha256: Of the mailbox.
            names: Whether libpff was asked for the names of the folders.

        Raises:
            OSError: It cannot be read.
        """
        path = self._path(sha256)
        if not is_file(path):
            return None
        if fault := fault_of(path):
            self._faults[path.name] = fault
            return None
        table = pq.read_table(path)
        kept = json.loads((table.schema.metadata or {}).get(_META, b"{}"))
        if kept.get("of") != [self._key, sha256, names]:
            return None
        self._found.add(sha256)
        return _plan(table, kept)

    def save(self, examined: Iterable[Examined]) -> None:
        """Keep the plans that were made in this run.

        Raises:
            OSError: One cannot be written.
        """
        for each in examined:
            if each.plan is None or each.sha256 in self._found:
                continue
            self._found.add(each.sha256)
            path = self._path(each.sha256)
            make_folder(path.parent)
            table = _table(each.plan, [self._key, each.sha256, each.named])
            with replacing(path, own=True) as beside:
                write_parquet(table, beside)
                seal(beside, path)

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.parquet"


def _table(plan: MailPlan, of: list[Any]) -> pa.Table:
    """A plan as a row per message; all else is in the metadata."""
    rest = {
        "of": of,
        "header": plan.header.raw.hex(),
        "size": plan.size,
        "folders": [[each.node_id, each.path, each.messages, each.stated] for each in plan.folders],
        "damages": [asdict(damage) for damage in plan.damages],
        "cut": plan.cut,
    }
    columns = {name: pa.array(np.ascontiguousarray(plan.nodes[name])) for name in NODE.names or ()}
    return pa.table(columns).replace_schema_metadata({_META: json.dumps(rest)})


def _plan(table: pa.Table, kept: dict[str, Any]) -> MailPlan:
    nodes = np.empty(table.num_rows, NODE)
    for name in NODE.names or ():
        nodes[name] = table.column(name).to_numpy()
    return MailPlan(
        Header.parse(bytes.fromhex(kept["header"])),
        kept["size"],
        nodes,
        tuple(Folder(*each) for each in kept["folders"]),
        tuple(Damage(**each) for each in kept["damages"]),
        kept["cut"],
    )
