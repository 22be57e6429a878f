"""The tables of the mail are kept where nothing changed, and made again where anything did."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from distributed import Client

from data.configuration import read_config
from data.errors import LedgerError
from data.settings import Agency, Mail
from data.synthetic.pst import Attachment, Enclosed, Message, PstWriter, Recipient
from data.values import fingerprint
from flows.parts import get, mail_tables
from flows.parts.mail_tables import FIND, KEPT, LIST, TABULATE, settings_of
from flows.run.progress import Reporter, reporting
from tasks.ledger.balances import balances
from tests.outputs import published

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The inplace keyword")]

BOTH = {LIST, TABULATE}
BODY = (
    "A resident in your area just posted a crime incident to the Neighbors App.\r\n"
    "Bike {n} gone\r\n{day}From my porch.\r\nClick Here to View Post\r\n"
)
SETTINGS = """name = "case"
[report]
make = false
[agencies.pd]
name = "PD"
city = "Alder city"
timezone = "Pacific/Kiritimati"
[agencies.sd]
name = "SD"
timezone = "UTC"
[agencies.td]
name = "TD"
timezone = "UTC"
"""
OWN = "pattern,match,kind,template,note\nBlock Watch: <title>,prefix,crime alert,alert-title,\n"
KEEP_OUT = shutil.ignore_patterns("work", "out")


def letter(number: int, **given: Any) -> Message:
    """An alert whose day only its delivery says, which differs between time zones."""
    made: dict[str, Any] = {
        "subject": "A Resident Posted a Crime Incident",
        "sender_name": "Neighbors Team",
        "sender_address": "no-reply@alerts.example.org",
        "recipients": (Recipient(1, "Ann Lee", "ann@pd.example.org"),),
        "html": None,
        "text": BODY.format(n=number, day=""),
        "headers": None,
        "message_id": f"<{number}@example.org>",
        "submitted_at": datetime(2021, 5, 5, 12, number, tzinfo=UTC),
        "delivered_at": datetime(2021, 5, 5, 13, number, tzinfo=UTC),
    }
    return Message(**{**made, **given})


def mailbox(folder: Path, name: str, letters: list[Message]) -> None:
    path = folder / "records" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with PstWriter(path) as writer:
        inbox = writer.add_folder(("Inbox",))
        for one in letters:
            writer.add_message(inbox, one)


def run(folder: Path, **given: Any) -> tuple[set[str], tuple[str, ...]]:
    """Run the mail; gives the tables that were made, and the notes."""
    from flows.investigate import investigate

    with reporting(Reporter()) as reporter:
        result = investigate(folder, **given)
    return BOTH & reporter.seconds.keys(), result.notes


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, threads: Client) -> Path:
    """Three mailboxes of two agencies: with an alert attached to another, a file, a text in a code page."""
    folder = tmp_path_factory.mktemp("kept-mail") / "case"
    files = (Attachment("a.txt", "text/plain", 3, lambda: [b"abc"]), Enclosed(letter(7)))
    latin = {
        "text": None,
        "text_8_bit": BODY.format(n="\u00e9", day="").encode("cp1252"),
        "message_codepage": None,
    }
    mailbox(folder, "pd/a.pst", [letter(1), letter(2, attachments=files), letter(3, **latin)])
    mailbox(folder, "pd/b.pst", [letter(1), letter(4, subject="Block Watch: Bike gone")])
    mailbox(folder, "sd/c.pst", [letter(5), letter(6, subject="Lunch")])
    (folder / "investigation.toml").write_text(SETTINGS)
    assert run(folder)[0] == BOTH
    return folder


@pytest.fixture
def case(done: Path, tmp_path: Path) -> Path:
    """A copy of it, in another place."""
    shutil.copytree(done, tmp_path / "case")
    return tmp_path / "case"


def setting(before: str, after: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "investigation.toml"
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    return change


def test_where_nothing_changed_nothing_is_made_again_and_every_byte_is_the_same(case: Path):
    before = published(case)
    shutil.rmtree(case / "out")
    made, notes = run(case)
    assert made == set()
    assert KEPT in notes
    assert published(case) == before
    assert run(case, only=["mail"])[0] == set()
    assert published(case) == before


CHANGES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "one more mailbox": (lambda folder: mailbox(folder, "sd/d.pst", [letter(9)]), BOTH),
    "a mailbox less": (lambda folder: (folder / "records/pd/b.pst").unlink(), BOTH),
    "another mailbox of the same name": (lambda folder: mailbox(folder, "pd/b.pst", [letter(8)]), BOTH),
    "a mailbox of another name": (
        lambda folder: (folder / "records/pd/a.pst").rename(folder / "records/pd/z.pst"),
        {LIST},  # the notes on attachments name it, and no table of the alerts
    ),
    "an agency more": (lambda folder: mailbox(folder, "td/d.pst", [letter(9)]), BOTH),
    "an agency less": (lambda folder: shutil.rmtree(folder / "records/sd"), BOTH),
    "a mailbox that another agency has too": (
        lambda folder: shutil.copy(folder / "records/pd/a.pst", folder / "records/sd/x.pst"),
        BOTH,
    ),
    "a row of the crosswalk": (lambda folder: (folder / "subjects.csv").write_text(OWN), {TABULATE}),
    "a time zone": (setting("Pacific/Kiritimati", "Pacific/Honolulu"), BOTH),
    "a code page": (setting('name = "PD"', 'name = "PD"\ncode_page = 1251'), BOTH),
    "a name of an agency": (setting('name = "PD"', 'name = "The PD"'), BOTH),
    "a city of an agency": (setting("Alder city", "Briar city"), BOTH),
    "embedded": (setting("[agencies.pd]", '[mail]\nembedded = "count"\n[agencies.pd]'), BOTH),
}


GONE = {"a mailbox less": ["records/pd/b.pst"], "an agency less": ["records/sd/c.pst"]}
"""What a run says of a mailbox that an earlier run read, and a fresh folder cannot know."""
TOLD = ("agencies", "agencies read", "agencies as an earlier run read them", "agencies left out")
LINES = {*TOLD, "mailboxes that are gone", "mailboxes of no agency"}


def check_what_is_gone(case: Path, fresh: Path, what: str) -> set[str]:
    """See that what is told of mailboxes that are gone is all that differs; gives the files that tell it."""
    gone = GONE.get(what, [])
    if not gone:
        return set()
    assert table(fresh, "not_read") == []
    assert [row["file"] for row in table(case, "not_read")] == gone
    lines = table(case, "ledger", "public")
    left = [row for row in lines if row["line"] not in LINES]
    assert left == table(fresh, "ledger", "public")
    assert [row["count"] for row in lines if row["line"] == "mailboxes that are gone"] == [len(gone)]
    told = {f"{name}.{form}" for name in ("private/not_read", "public/ledger") for form in ("parquet", "csv")}
    made = [json.loads((folder / "out/provenance.json").read_text()) for folder in (case, fresh)]
    warned = [set(each.pop("warnings")["mail"]) for each in made]
    assert warned[1] < warned[0]
    assert all("is gone" in line or "are gone" in line for line in warned[0] - warned[1])
    for each in made:
        for name in told:
            each["tables"].pop(name, None)
    assert made[0] == made[1]
    return told | {"provenance.json"}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_is_made_again_as_in_a_fresh_folder(case: Path, tmp_path: Path, what: str):
    change, again = CHANGES[what]
    before = published(case)
    change(case)
    fresh = tmp_path / "fresh" / "case"
    shutil.copytree(case, fresh, ignore=KEEP_OUT)
    made, notes = run(case)
    assert made == again
    assert KEPT not in notes
    assert run(fresh)[0] == BOTH
    found, new = published(case), published(fresh)
    told = check_what_is_gone(case, fresh, what)
    assert found.keys() == new.keys()
    assert [name for name in found if found[name] != new[name]] == sorted(found.keys() & told)
    assert found != before
    for each in balances(table(case, "ledger", "public"), [get("mail").ledger]):
        assert each.count == sum(count or 0 for _, count in each.parts), each
    assert run(case)[0] == set()
    assert published(case) == found


def test_other_ways_of_running_give_the_same_tables(case: Path, tmp_path: Path):
    before = published(case)
    hashed = run(case, hash_attachments=True)
    assert hashed[0] == {LIST}
    assert published(case) != before
    assert run(case)[0] == {LIST}
    assert published(case) == before
    fresh = tmp_path / "fresh" / "case"
    shutil.copytree(case, fresh, ignore=KEEP_OUT)
    assert run(fresh, partition=1)[0] == BOTH
    assert published(fresh) == before


def test_one_agency_alone_and_then_all_give_the_same_tables(case: Path, tmp_path: Path):
    from flows.one_agency import one_agency

    mailbox(case, "sd/d.pst", [letter(9)])
    fresh = tmp_path / "fresh" / "case"
    shutil.copytree(case, fresh, ignore=KEEP_OUT)
    run(fresh)
    for again in (BOTH, set()):
        with reporting(Reporter()) as reporter:
            one_agency(case, "sd", settled=False)
        assert BOTH & reporter.seconds.keys() == again
        assert table(case, "messages") == table(fresh, "messages")
        assert table(case, "alerts") == table(fresh, "alerts")
    run(case)
    assert published(case) == published(fresh)


def table(folder: Path, name: str, room: str = "private") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(folder / f"out/{room}/{name}.parquet").to_pylist()
    return rows


def test_other_code_makes_them_again(case: Path, monkeypatch: pytest.MonkeyPatch):
    before = published(case)
    monkeypatch.setattr(mail_tables, "code_of", lambda *_: "another")
    assert run(case)[0] == BOTH
    assert published(case) == before


@pytest.mark.parametrize("name", ["private/messages.parquet", "public/kinds.csv"])
def test_a_kept_table_that_is_damaged_or_gone_is_made_again_and_said(case: Path, name: str):
    before, kept = published(case), case / "work/kept/mail-tabulate-the-alerts" / name
    kept.write_bytes(kept.read_bytes()[:-1] + b"?")
    made, notes = run(case)
    assert made == {TABULATE}
    assert f"work/kept/mail-tabulate-the-alerts/{name}: was damaged; done again: {TABULATE}" in notes
    kept.unlink()
    assert f"work/kept/mail-tabulate-the-alerts/{name}: is gone; done again: {TABULATE}" in run(case)[1]
    assert published(case) == before
    assert run(case)[0] == set()


def agencies_found(folder: Path) -> set[str]:
    """What was found in agencies, by the names of their files and when each was written."""
    files = (folder / "work/kept/mail-agencies").rglob("*.arrow")
    return {f"{path.parent.name}/{path.name} {path.stat().st_mtime_ns}" for path in files}


def test_an_agency_more_costs_its_own_messages(case: Path):
    before = agencies_found(case)
    mailbox(case, "td/d.pst", [letter(9)])
    run(case)
    assert before < agencies_found(case)
    assert len({name.split("/")[0] for name in agencies_found(case) - before}) == 1


def test_what_was_found_in_an_agency_and_is_damaged_is_found_again_and_said(case: Path, tmp_path: Path):
    path = sorted((case / "work/kept/mail-agencies").rglob("alerts-*.arrow"))[0]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    mailbox(case, "td/d.pst", [letter(9)])
    fresh = tmp_path / "fresh" / "case"
    shutil.copytree(case, fresh, ignore=KEEP_OUT)
    notes = run(case)[1]
    place = path.relative_to(case).as_posix()
    assert [note for note in notes if note.startswith(f"{place}: was damaged; done again: {FIND} ")]
    run(fresh)
    assert published(case) == published(fresh)


def test_parsed_messages_that_are_damaged_are_parsed_again_and_the_tables_stay(case: Path):
    before = published(case)
    path = next((case / "work/alerts").glob("*/*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    made, notes = run(case)
    assert made == set()
    assert any(note.startswith(f"work/alerts/{path.parent.name}/{path.name}: was damaged") for note in notes)
    assert published(case) == before


@pytest.mark.parametrize("part", ["messages", "alerts", "attachments"])
def test_the_ledger_does_not_close_with_the_rows_of_another_run(
    case: Path, monkeypatch: pytest.MonkeyPatch, part: str
):
    """Were a key ever wrong, the ledger would say so: it is closed from the tables that are published."""
    monkeypatch.setattr(mail_tables.MailTables, "_settings", (Mail(), {}))
    constant = lambda *_, **__: ["the same"]  # noqa: E731
    monkeypatch.setattr("tasks.alerts.task.contents_of_parsed", constant)
    monkeypatch.setattr("tasks.mail.task.contents_of_attachments", constant)
    assert run(case)[0] == BOTH
    before = published(case)
    if part == "attachments":
        mailbox(case, "pd/b.pst", [letter(1, attachments=(Attachment("b", ""),)), letter(4, subject="Lunch")])
    else:
        mailbox(case, "pd/b.pst", [letter(1)])
    with pytest.raises(LedgerError):
        run(case)
    assert published(case) == before


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(
    "field",
    [*(("mail", name) for name in Mail.model_fields), *(("pd", name) for name in Agency.model_fields)],
)
def test_every_setting_of_the_mail_and_of_agencies_is_in_the_key(tmp_path: Path, field: tuple[str, str]):
    """Also those that will be added: each field of the models is changed."""
    (tmp_path / "investigation.toml").write_text(SETTINGS)
    config, (section, name) = read_config(tmp_path), field
    changed = {name: "another value"}
    if section == "mail":
        other = config.model_copy(update={"mail": config.mail.model_copy(update=changed)})
    else:
        agencies = {**config.agencies, section: config.agencies[section].model_copy(update=changed)}
        other = config.model_copy(update={"agencies": agencies})
    keys = [fingerprint(settings_of(each, ["pd", "sd"])) for each in (config, other)]
    assert keys[0] != keys[1]
    assert fingerprint(settings_of(config, ["sd", "pd", "sd"])) == keys[0]
