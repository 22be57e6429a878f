"""One odd message costs itself: the extremes of every column go from the reading to the tables."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.crosswalk import read_crosswalk
from data.schema import TABLES
from data.tables import read_table
from tasks.alerts.batches import parse_sources
from tasks.alerts.ledger import close_mail
from tasks.alerts.results import ParsedSource
from tasks.alerts.tabulate import tabulate_parsed, tabulate_sources
from tasks.mail.fitting import DOES_NOT_FIT
from tasks.mail.outcomes import Mail
from tasks.mail.partitions import PartitionSummary, partition_file, write_partition
from tasks.mail.results import MailSource

ZONES = ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Los_Angeles")
SENTENCE = "A resident in your area just posted a crime incident to the Neighbors App."
BODY = f"{SENTENCE}\nBike gone\nMay 5, 2021\nIt is red."

texts = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "\0",
            "\ud800",
            "a\udfffb",
            "\ud83d\ude00",
            "\uffff",
            "\ufffe",
            "\u202e",
            "\x1b[31m",
            "\U0010ffff",
        ]
    ),
    st.sampled_from(["x" * 10_001, "\ud800" * 20_000, "Crime Alert: " + "y" * 30_000]),
    st.text(st.characters(exclude_categories=()), max_size=20),
)
zones = st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))])
moments = st.one_of(
    st.none(),
    st.builds(
        datetime.replace,
        st.sampled_from(
            [
                datetime.min,
                datetime(1601, 1, 1),
                datetime(1969, 12, 31, 23),
                datetime(2021, 5, 5),
                datetime.max,
            ]
        ),
        tzinfo=zones,
    ),
)
numbers = st.sampled_from([0, 1, -1, 2**31 - 1, 2**31, -(2**31), 2**63 - 1, 2**63, -(2**63), 10**30])
bodies = st.one_of(
    st.none(), texts, st.just(BODY), st.builds("{}{}".format, st.just(BODY), texts), st.just("<p>" * 3000),
    st.just(f"<p>{SENTENCE}</p><p>&#xD800;&#0;&#x10FFFF;</p><p>{'z' * 50_000}</p>"),
)  # fmt: skip
mails = st.builds(
    Mail,
    node_id=st.just(0),
    message_class=st.one_of(st.just("IPM.Note"), texts),
    subject=st.one_of(st.none(), texts, st.just("A Resident Posted a Crime Incident")),
    sender=st.one_of(st.none(), texts),
    to=st.lists(texts, max_size=3),
    cc=st.lists(texts, max_size=2),
    message_id=st.one_of(st.none(), texts),
    submitted_at=moments,
    delivered_at=moments,
    html=bodies,
    text=bodies,
    attachments=numbers,
    flaws=st.lists(texts, max_size=2),
)


def written(work: Path, odd: Sequence[Mail], folder: str = "Inbox") -> tuple[PartitionSummary, MailSource]:
    """Write messages as one partition, and what the reading says of them."""
    for node, mail in enumerate(odd):
        mail.node_id = (node + 1) * 32 + 4
    place = work / "mail" / "box"
    summary = write_partition(place, 0, len(odd), odd, {mail.node_id: folder for mail in odd})
    source = MailSource(
        agency="lapd", source="0123456789ab", sha256="0" * 64, files=("records/lapd/a.pst",), bytes=1,
        format="Unicode PST", messages_listed=len(odd), unknown=None, mail=place, read=summary.read,
        not_mail=0, quarantined=len(summary.quarantine), classes={}, without_body=summary.without_body,
        replacement_characters=summary.replacement_characters,
    )  # fmt: skip
    return summary, source


def quarantine_of(summary: PartitionSummary) -> pa.Table:
    rows = [
        {
            "source": "0123456789ab", "node_id": row.node_id, "folder": row.folder, "stage": "reading",
            "reason": row.reason, "detail": row.detail,
        }
        for row in summary.quarantine
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=TABLES["private/quarantine"].arrow)


@pytest.mark.long
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(odd=st.lists(mails, min_size=1, max_size=4), zone=st.sampled_from(ZONES))
@example(
    odd=[Mail(0, "IPM.Note", subject="\ud800", text=BODY, delivered_at=datetime.max.replace(tzinfo=UTC))],
    zone=ZONES[1],
)
@example(
    odd=[
        Mail(
            0,
            "IPM.Note",
            subject="A Resident Posted a Crime Incident",
            text=f"{SENTENCE}\nx",
            delivered_at=datetime.min.replace(tzinfo=UTC),
        )
    ],
    zone=ZONES[2],
)
def test_whatever_a_property_holds_the_message_is_read_or_in_quarantine(odd: list[Mail], zone: str):
    odd.append(Mail(0, "IPM.Note", subject="A Resident Posted a Crime Incident", to=["a@x.org"], text=BODY))
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        summary, source = written(work, odd)
        assert summary.accounted == len(odd)
        assert {row.reason for row in summary.quarantine} <= {DOES_NOT_FIT}
        kept = pq.read_table(work / "mail/box" / partition_file(0, len(odd)))
        assert kept.num_rows == summary.read
        assert kept.column("node_id")[-1].as_py() == odd[-1].node_id
        for column in ("subject", "sender", "message_id"):
            assert all(len(value or "") <= 10_000 for value in kept.column(column).to_pylist())
        parsed = parse_sources([source], {"lapd": zone}, read_crosswalk(), work)
        tables = tabulate_parsed(parsed, [source], work / "out")
        closed = close_mail([source], tables, quarantine_of(summary), work / "out")
        assert tables.messages == summary.read
        assert closed.total("quarantined while reading") == len(summary.quarantine)
        alerts = read_table(TABLES["private/alerts"], work / "out").to_pylist()
        assert ("Bike gone", date(2021, 5, 5)) in {(row["title"], row["alert_date"]) for row in alerts}


def extreme(kind: pa.DataType, nullable: bool) -> list[Any]:
    """Values at the ends of an Arrow type, as an array of it."""
    made: dict[pa.DataType, list[Any]] = {
        pa.string(): ["", "\0", "\uffff", "x" * 100_000, "\U0010ffff"],
        pa.large_string(): ["", "\0", "<", "&" * 50_000, BODY],
        pa.int64(): [0, 1, -1, 2**63 - 1, -(2**63)],
        pa.int32(): [0, 1, -1, 2**31 - 1, -(2**31)],
        pa.date32(): [date.min, date(1601, 1, 1), date(1969, 12, 31), date(2021, 5, 5), date.max],
    }
    values = made.get(kind) or [["\0", "x" * 1000], [], [""], ["a@b.org"] * 50, ["\uffff"]]
    if pa.types.is_timestamp(kind):
        return pa.array([0, 1, -1, 2**63 - 1, -(2**63)], pa.int64()).cast(kind)
    return pa.array([*values[:-1], None] if nullable else values, kind)


def extremes(name: str) -> pa.Table:
    """A table of five rows, each column with the ends of its type."""
    schema = TABLES[name].arrow
    columns = [extreme(field.type, field.nullable) for field in schema]
    columns[schema.names.index("node_id")] = pa.array([0, 1, 2, 2**32 - 1, 2**63 - 1], pa.int64())
    return pa.table(columns, schema=schema)


@pytest.mark.parametrize("zone", ZONES)
def test_the_extremes_of_every_column_of_work_mail_are_parsed_and_tabulated(tmp_path: Path, zone: str):
    table = extremes("work/mail")
    subjects = ["A Resident Posted a Crime Incident", "Crime Alert: x", None, "RE: x", "\0"]
    table = table.set_column(
        table.column_names.index("subject"), table.schema.field("subject"), pa.array(subjects, pa.string())
    )
    place = tmp_path / "mail" / "box"
    place.mkdir(parents=True)
    pq.write_table(table, place / partition_file(0, 5))
    source = written(tmp_path / "other", [Mail(0, "IPM.Note")])[1]
    source = MailSource(
        **{**{name: getattr(source, name) for name in source.__dataclass_fields__}, "mail": place, "read": 5}
    )
    parsed = parse_sources([source], {"lapd": zone}, read_crosswalk(), tmp_path)
    tables = tabulate_parsed(parsed, [source], tmp_path / "out")
    assert tables.messages == 5
    assert [sum(folder.kinds.values()) for folder in tables.folders] == [1] * 5


def test_the_extremes_of_every_column_of_work_parsed_are_tabulated(tmp_path: Path):
    pq.write_table(extremes("work/parsed"), tmp_path / "parsed.parquet")
    tabulate_sources([ParsedSource("lapd", "0123456789ab", (tmp_path / "parsed.parquet",))], tmp_path)
    assert read_table(TABLES["private/messages"], tmp_path).num_rows == 5
    months = read_table(TABLES["public/alerts_by_month"], tmp_path)
    assert set(months.column("month").to_pylist()) <= {
        "2021-05", "implausible", None,
    }  # fmt: skip


def test_parsed_sources_without_files_make_empty_tables(tmp_path: Path):
    assert tabulate_sources([ParsedSource("lapd", "0123456789ab", ())], tmp_path).messages == 0
