"""What is not known is not called accounted for: odd mailboxes, other forms of mail, damage to work/."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.synthetic.pst import Message, PstWriter, Recipient
from tests.outputs import published

pytestmark = pytest.mark.slow

Run = Callable[..., subprocess.CompletedProcess[str]]
CLASS = 0x001A001F
SENTENCE = "A resident in your area just posted a crime incident to the Neighbors App."
TO = (Recipient(1, "Desk", "desk@pd.example.org"),)
EVIL = "in\x1b[31mbox\n2"
"""Part of a name that would colour the terminal and make two lines of one."""


def letter(subject: str = "A Resident Posted a Crime Incident", **given: object) -> Message:
    body = f"{SENTENCE}\nBike gone\nMay 5, 2021\nIt is red."
    return Message(subject, "App", "app@x.example", TO, None, body, None, None, None, None, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An investigation of one agency with odd mail in two mailboxes, and files in other forms beside them."""
    folder = tmp_path_factory.mktemp("known") / "case"
    records = folder / "records/pd"
    records.mkdir(parents=True)
    (folder / "investigation.toml").write_text(
        'name = "c"\n[agencies.pd]\nname = "PD"\ntimezone = "Pacific/Kiritimati"\n'
    )
    odd = [
        letter(),
        letter(properties={CLASS: 0x7FE0}),
        letter(properties={CLASS: None}),
        letter(message_class="IPM.Note "),
        letter(message_class="IPM.Post"),
        letter(message_class="IPM.SkypeTeams.Message"),
        letter(message_class="IPM.Schedule.Meeting.Request"),
        letter(message_class="IPM.Jane-Doe"),
        letter("\ud800 half a character"),
        letter(properties={0x1000001F: None}),
    ]
    with PstWriter(records / f"{EVIL}.pst") as box:
        place = box.add_folder((f"Inbox{EVIL}",))
        for one in odd:
            box.add_message(place, one)
    with PstWriter(records / "plain.pst") as box:
        box.add_message(box.add_folder(("Inbox",)), letter())
    (records / "a.msg").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016))
    (records / f"{EVIL}.eml").write_bytes(
        b"From: a@x.example\r\nTo: b@pd.example\r\nSubject: x\r\n\r\ntext\r\n"
    )
    (records / "b.eml").write_bytes(b"From: a@x.example\r\nTo: b@pd.example\r\nSubject: y\r\n\r\ntext\r\n")
    return folder


@pytest.fixture(scope="module")
def done(case: Path, nwatch: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*nwatch, "run", str(case), "--workers", "1"], capture_output=True, text=True, check=False
    )


def answer_of(text: str) -> list[str]:
    lines = text.splitlines()
    return [line.strip() for line in lines[lines.index("Perhaps:") + 1 :] if line.startswith("  ")]


def test_what_was_not_read_is_counted_and_the_answer_is_not_no(done: subprocess.CompletedProcess[str]):
    assert (done.returncode, done.stderr) == (0, "")
    assert "No: everything" not in done.stdout
    said = answer_of(done.stdout)
    assert [line.split(":")[0] for line in said] == [
        "1 item of the mailboxes could not be read",
        "1 mail was read without a body",
        "1 mail holds replacement characters",
        "2 files in records/ are each an e-mail (.eml)",
        "1 file in records/ is an Outlook message (.msg)",
    ]
    assert "  11 items in the mailboxes = 6 messages read + 4 not mail + 1 quarantined while reading" in (
        done.stdout.splitlines()
    )


def test_nothing_from_a_name_reaches_the_terminal(
    here: Run, case: Path, done: subprocess.CompletedProcess[str]
):
    names = sorted(case.glob("records/pd/*"))
    shown = [done, *(here(word, case) for word in ("ledger", "quarantine", "plan")), here("inspect", *names)]
    for each in shown:
        assert "\x1b" not in each.stdout + each.stderr
        assert not [line for line in (each.stdout + each.stderr).splitlines() if line.startswith("2.")]
    assert shown[-1].returncode == 2
    assert "a.msg: an Outlook message (.msg), not a PST or OST: " in shown[-1].stderr
    assert "b.eml: an e-mail (.eml), not a PST or OST: " in shown[-1].stderr
    assert "the class could not be read" in shown[2].stdout


def test_what_is_not_mail_is_named_and_the_ledger_gives_the_same_answer(
    here: Run, case: Path, done: subprocess.CompletedProcess[str]
):
    rows = pq.read_table(case / "out/public/not_mail.parquet").to_pylist()
    assert {(row["class"], row["what"]): row["items"] for row in rows} == {
        ("IPM.Post", "post in a folder"): 1,
        ("IPM.Schedule.Meeting.Request", "meeting request"): 1,
        ("IPM.SkypeTeams.Message", "Teams message"): 1,
        ("other", "item of a class that is not in the program's list"): 1,
    }
    ledger = here("ledger", case).stdout
    assert "Teams message" in ledger
    assert "Jane" not in ledger
    assert answer_of(ledger) == answer_of(done.stdout)
    private = pq.read_table(case / "out/private/not_mail_classes.parquet")["message_class"].to_pylist()
    assert "IPM.Jane-Doe" in private


def test_a_damaged_work_folder_is_rebuilt_and_the_run_says_so(
    here: Run, case: Path, done: subprocess.CompletedProcess[str]
):
    before = published(case)
    mail, parsed = (sorted(case.glob(f"work/{place}/*/part-*.parquet")) for place in ("mail", "alerts"))
    mail[0].write_bytes(mail[0].read_bytes()[:-50])
    for path in (mail[1], parsed[0]):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    memo = case / "work/mail/hashes.json"
    memo.write_text(memo.read_text().replace("a", "b", 1))
    again = here("run", case)
    assert (again.returncode, again.stderr) == (0, "")
    notes = [line for line in again.stdout.splitlines() if "was damaged" in line]
    for path in (mail[0], mail[1], parsed[0], memo):
        assert [line for line in notes if f"{path.relative_to(case)}: was damaged" in line], notes
    assert published(case) == before
    assert "was damaged" not in here("run", case).stdout


def test_records_without_a_mailbox_are_one_line_that_says_which_forms_there_are(
    here: Run, case: Path, tmp_path: Path
):
    (tmp_path / "records/pd").mkdir(parents=True)
    (tmp_path / "investigation.toml").write_bytes((case / "investigation.toml").read_bytes())
    (tmp_path / "records/pd/a.eml").write_bytes((case / "records/pd/b.eml").read_bytes())
    (tmp_path / "records/pd/all.olm").write_bytes(b"PK\x03\x04" + bytes(30))
    for words in (("run", tmp_path), ("plan", tmp_path), ("run", tmp_path, "--agency", "pd")):
        refused = here(*words)
        assert refused.returncode == 2
        [line] = refused.stderr.splitlines()
        assert "no mailbox that can be read; 1 file in records/ is a zip archive: unpack" in line
        assert "1 file in records/ is an e-mail (.eml): ask" in line


def test_a_run_of_one_agency_keeps_what_is_known_of_the_others(here: Run, case: Path, tmp_path: Path):
    folder = tmp_path / "two"
    for agency in ("a", "b"):
        (folder / "records" / agency).mkdir(parents=True)
        with PstWriter(folder / "records" / agency / "box.pst", name=agency) as box:
            box.add_message(box.add_folder(("Inbox",)), letter(f"Crime Alert: {agency}"))
        (folder / "records" / agency / "x.eml").write_bytes((case / "records/pd/b.eml").read_bytes())
    zones = "\n".join(f'[agencies.{agency}]\nname = "{agency}"\ntimezone = "UTC"' for agency in ("a", "b"))
    (folder / "investigation.toml").write_text(f'name = "c"\n{zones}\n')
    whole = here("run", folder)
    assert whole.returncode == 0
    before = {path: path.read_bytes() for path in (folder / "out").rglob("*.parquet")}
    one = here("run", folder, "--agency", "a")
    assert (one.returncode, one.stderr) == (0, "")
    assert answer_of(one.stdout) == answer_of(whole.stdout)
    assert {path: path.read_bytes() for path in before} == before
    kept = json.loads((folder / "work/mail/agencies.json").read_text())
    assert [other["file"] for other in kept["value"]["b"]["others"]] == ["records/b/x.eml"]
