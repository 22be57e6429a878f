"""Parsed messages as a table in a fixed order, on which unique alerts and counts are built."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.schema import MOMENT, TABLES
from tasks.alerts.results import ParsedSource

PARSED: Final = TABLES["work/parsed"]
_ALWAYS: Final = ("node_id", "path", "submitted_at", "delivered_at")


def gather(sources: Sequence[ParsedSource], columns: Collection[str] | None = None) -> pa.Table:
    """Read the parsed messages of some mailboxes, or of a piece of them.

    Args:
        sources: The mailboxes, each with its files of parsed messages.
        columns: The columns of ``work/parsed`` that are wanted besides those that say in what order they are,
            and when they were sent; None for all.

    Returns:
        The columns of ``work/parsed``, with ``agency`` and ``source`` before and ``sent_at`` (submission,
        else delivery) after them. Rows are in order of agency, source, node id and path: attached messages
        come after the message that they are in. Everywhere, "first" means first in this order, however the
        mail was partitioned.
    """
    schema = PARSED.arrow.remove_metadata()
    if columns is not None:
        schema = pa.schema([field for field in schema if field.name in {*columns, *_ALWAYS}])
    tables = [schema.empty_table().add_column(0, "source", pa.array([], pa.string()))]
    tables[0] = tables[0].add_column(0, "agency", pa.array([], pa.string()))
    for source in sources:
        for file in source.files:
            with pq.ParquetFile(file) as opened:
                rows = opened.read(schema.names, use_threads=False)
            rows = rows.cast(schema).replace_schema_metadata(None)
            for name in ("source", "agency"):
                rows = rows.add_column(0, name, pa.repeat(pa.scalar(getattr(source, name)), rows.num_rows))
            tables.append(rows)
    table = pa.concat_tables(tables)
    sent = pc.coalesce(table.column("submitted_at"), table.column("delivered_at")).cast(MOMENT)
    table = table.append_column("sent_at", sent)
    if _in_order(table):
        return table.combine_chunks()
    names = ("agency", "source", "node_id", "path")
    # Without a path a message comes before those attached to it.
    keys = table.select(names).set_column(3, "path", pc.fill_null(table.column("path"), ""))
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in names])
    return table.take(order).combine_chunks()


def _in_order(table: pa.Table) -> bool:
    """Whether the rows are in order already, as files are if no message has others attached."""
    source = table.column("source").combine_chunks().dictionary_encode()
    names, node = source.dictionary.to_pylist(), np.asarray(table.column("node_id"))
    agencies = table.column("agency").unique()
    if len(agencies) > 1 or names != sorted(names):
        return False
    code = np.asarray(source.indices)
    same = code[1:] == code[:-1]
    return bool((same | (code[1:] > code[:-1])).all() and (node[1:] > node[:-1])[same].all())
