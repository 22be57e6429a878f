"""All parsed messages of a run as one table in a fixed order, on which unique alerts and counts are built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.schema import MOMENT, TABLES
from tasks.alerts.results import ParsedSource

PARSED: Final = TABLES["work/parsed"]


def gather(sources: Sequence[ParsedSource]) -> pa.Table:
    """Read the parsed messages of all mailboxes.

    Args:
        sources: The mailboxes, each with its files of parsed messages.

    Returns:
        The columns of ``work/parsed``, with ``agency`` and ``source`` before and ``sent_at`` (submission,
        else delivery) after them. Rows are in order of agency, source, node id and path: attached messages
        come after the message that they are in. Everywhere, "first" means first in this order, however the
        mail was partitioned.
    """
    schema = PARSED.arrow.remove_metadata()
    tables = [schema.empty_table().add_column(0, "source", pa.array([], pa.string()))]
    tables[0] = tables[0].add_column(0, "agency", pa.array([], pa.string()))
    for source in sources:
        for file in source.files:
            rows = pq.read_table(file).cast(schema).replace_schema_metadata(None)
            for name in ("source", "agency"):
                rows = rows.add_column(0, name, pa.repeat(pa.scalar(getattr(source, name)), rows.num_rows))
            tables.append(rows)
    table = pa.concat_tables(tables)
    sent = pc.coalesce(table.column("submitted_at"), table.column("delivered_at")).cast(MOMENT)
    table = table.append_column("sent_at", sent)
    names = ("agency", "source", "node_id", "path")
    # Without a path a message comes before those attached to it.
    keys = table.select(names).set_column(3, "path", pc.fill_null(table.column("path"), ""))
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in names])
    return table.take(order).combine_chunks()
