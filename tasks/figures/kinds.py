"""Kinds of mail, as bars."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tasks.figures.figure import Figure


def kinds_of_mail(kinds: pa.Table) -> Figure:
    """The number of e-mails of each kind, all agencies together.

    Args:
        kinds: ``public/kinds``.
    """
    summed = kinds.group_by("kind").aggregate([("emails", "sum")]).sort_by([("emails_sum", "descending")])
    names, counts = summed.column("kind").to_pylist(), summed.column("emails_sum").to_pylist()

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        axes.barh(names[::-1], counts[::-1])
        axes.set_xlabel("e-mails")

    said = "; ".join(f"{name} {count:,}" for name, count in zip(names, counts, strict=True))
    return Figure(
        key="kinds-of-mail",
        title="E-mails by kind",
        alt=f"Bars of the number of e-mails of each kind: {said}.",
        table=pa.table({"kind": names, "e-mails": counts}),
        paint=paint,
    )
