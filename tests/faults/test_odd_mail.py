"""A thousand messages with damaged bodies and headers through a whole run: it ends, and its numbers add up.

``odd(seed)`` makes one of them again. Damaged mailboxes are in ``test_fuzz.py``, damaged bodies by themselves
in ``tests/tasks/bodies/test_mutations.py``.
"""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from distributed import Client

from data.synthetic.pst import Message, PstWriter, Recipient
from tests.tasks.bodies.test_mutations import mutated

pytestmark = pytest.mark.slow

SEEDS = 1000
MAILBOXES = 4
ALERT = "A Resident Posted a Crime Incident"
HEADERS = (
    "Microsoft Mail Internet Headers Version 2.0\r\n"
    "Received: from mx.example.org ([192.0.2.1]) by pd.example.org; Thu, 20 May 2021 23:47:00 -0400\r\n"
    'From: "Neighbors, Team" <no-reply@alerts.example.org>\r\n'
    "To: =?utf-8?B?QW5uIEzDqWU=?= <ann@pd.example.org>, undisclosed-recipients:;\r\n"
    "Cc: bo@pd.example.org (Bo), 'Cy' <cy@pd.example.org>\r\n"
    "Message-ID: <20210520.1@alerts.example.org>\r\n"
    "Date: Thu, 20 May 2021 23:47:00 -0400\r\n"
    "Subject: =?iso-8859-1?Q?A_Resident?=\r\n\r\n"
)
PIECES = (
    *(
        "<",
        ">",
        '"',
        "(",
        ")",
        ":;",
        ",",
        "@",
        "=?utf-8?B?/////?=",
        "=?x?Q?=ZZ?=",
        "[",
        "\\",
        "\0",
        "\r\n",
        "\ud800",
    ),
    *(
        "Date: Mon, 99 Foo 99999 25:61:61 +9999\r\n",
        "Date: \r\n",
        "Message-ID: <>\r\n",
        "From: @@\r\n",
        "\u2028",
    ),
)


def odd_headers(seed: int) -> str:
    """Transport headers with up to eight damages."""
    dice = random.Random(f"headers {seed}")
    text = HEADERS
    for _ in range(dice.randint(0, 8)):
        at, length = dice.randrange(len(text) + 1), dice.choice((0, 0, 1, 5, 40))
        text = text[:at] + dice.choice((*PIECES, "", "")) * dice.choice((1, 1, 1, 300)) + text[at + length :]
    return text


def odd(seed: int) -> Message:
    """A message with a damaged body and damaged headers, and few properties beside them."""
    kind, data, pages = mutated(seed)
    return Message(
        subject=ALERT,
        sender_name="",
        sender_address="",
        recipients=(Recipient(1, "Ann", "ann@pd.example.org"),) if seed % 2 else (),
        html=data if kind == "html" else None,
        text=None,
        headers=odd_headers(seed),
        message_id=None,
        submitted_at=None,
        delivered_at=None,
        codepage=pages.internet,
        message_codepage=pages.message,
        text_8_bit=data if kind == "text" else None,
        rtf=data if kind == "rtf as stored" else None,
    )


def test_damaged_bodies_and_headers_end_no_run_and_the_numbers_add_up(processes: Client, tmp_path: Path):
    from flows.investigate import investigate

    folder = tmp_path / "case"
    records = folder / "records/pd"
    records.mkdir(parents=True)
    settings = 'name = "odd"\n[agencies.pd]\nname = "PD"\ntimezone = "America/Chicago"\n'
    (folder / "investigation.toml").write_text(settings)
    for number in range(MAILBOXES):
        with PstWriter(records / f"{number}.pst") as box:
            inbox = box.add_folder(("Inbox",))
            for seed in range(number, SEEDS, MAILBOXES):
                box.add_message(inbox, odd(seed))
    workers = set(processes.scheduler_info()["workers"])
    out = investigate(folder, only=["mail"]).out  # an identity of the ledger that does not hold would end it
    assert set(processes.scheduler_info()["workers"]) == workers, "a worker was lost"
    messages = pq.read_table(out / "private/messages.parquet")
    quarantine = pq.read_table(out / "private/quarantine.parquet")
    stages = quarantine.column("stage").to_pylist()
    assert messages.num_rows + stages.count("reading") == SEEDS
    assert messages.num_rows > SEEDS * 0.99  # a damaged body is a flaw, and no reason not to read the message
    alerts = pq.read_table(out / "private/alerts.parquet")
    parsed = sum(alerts.column("emails").to_pylist())
    assert parsed + stages.count("parsing") == messages.num_rows
    assert parsed > 0
