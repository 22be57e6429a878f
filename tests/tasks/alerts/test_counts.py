"""The tables by month."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from tasks.alerts.counts import alerts_by_month_table, implausible


def table(*days: date | None) -> pa.Table:
    rows: list[dict[str, Any]] = [
        {"agency": "pd", "kind": "crime alert", "alert_date": day, "emails": 2} for day in days
    ]
    return pa.Table.from_pylist(
        rows,
        schema=pa.schema(
            [
                ("agency", pa.string()),
                ("kind", pa.string()),
                ("alert_date", pa.date32()),
                ("emails", pa.int64()),
            ]
        ),
    )


def test_a_month_that_no_alert_can_have_is_implausible_and_a_missing_one_missing():
    days = [date(1, 1, 1), date(1601, 1, 1), date(1989, 12, 31), date(2101, 1, 1), date(9999, 12, 31)]
    alerts = table(*days, date(1990, 1, 1), date(2100, 12, 31), None)
    months = {row["month"]: row["unique_alerts"] for row in alerts_by_month_table(alerts).to_pylist()}
    assert months == {"implausible": 5, "1990-01": 1, "2100-12": 1, None: 1}
    assert implausible(alerts) == 5


@pytest.mark.parametrize("alerts", [table(), table(None)])
def test_nothing_is_implausible_where_there_is_no_date(alerts: pa.Table):
    assert implausible(alerts) == 0
