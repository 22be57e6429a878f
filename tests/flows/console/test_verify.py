"""``nwatch verify`` where agencies were left as they were, or have faults; and it waits for no pipe."""

import os
import shutil
from pathlib import Path

import pytest
from distributed import Client

from flows.console.verify import verify

pytestmark = pytest.mark.slow

FIRST, SECOND = "alderfall-pd", "briar-harbor-pd"
YES = ["Yes: the outputs are what these inputs, settings and versions give."]
NO = "No: the outputs are not what these inputs, settings and versions give."
OTHER = f"  settings: those of the agency '{SECOND}' are not those that its rows were made with"


@pytest.fixture
def case(mail_published: Path, tmp_path: Path, threads: Client) -> Path:
    return shutil.copytree(mail_published, tmp_path / "case")


def run(folder: Path, settled: bool = True) -> None:
    from flows.investigate import investigate

    investigate(folder, settled=settled)


def one_agency(folder: Path, agency: str, settled: bool) -> None:
    from flows.one_agency import one_agency as flow

    flow(folder, agency, settled=settled)


@pytest.fixture
def said(case: Path, capsys: pytest.CaptureFixture[str]):
    """Verify the case; gives the lines."""

    def caller() -> list[str]:
        capsys.readouterr()
        verify(case)
        return capsys.readouterr().out.splitlines()

    return caller


def zone(case: Path, name: str) -> None:
    path = case / "records" / SECOND / "agency.toml"
    lines = path.read_text().splitlines()
    path.write_text(
        "".join(f'timezone = "{name}"\n' if "timezone" in line else f"{line}\n" for line in lines)
    )


@pytest.mark.parametrize("settled", [False, True])
def test_settings_of_an_agency_that_was_not_read_are_not_called_used(case: Path, said, settled: bool):
    assert said() == YES
    before = (case / "out/provenance.json").read_bytes()
    one_agency(case, FIRST, settled=False)
    assert (case / "out/provenance.json").read_bytes() == before  # as if all were read
    zone(case, "Pacific/Kiritimati")
    if settled:
        mailbox = next((case / "records" / FIRST).rglob("*.pst"))
        mailbox.write_bytes(mailbox.read_bytes() + b"\0")  # else there is nothing to do
    one_agency(case, FIRST, settled=settled)
    assert said() == [NO, OTHER]
    run(case, settled=False)
    assert said() == YES


def test_an_agency_that_a_night_leaves_out_keeps_its_settings(case: Path, said):
    (case / "records" / SECOND / "x.pst").symlink_to("nowhere")
    run(case)
    line = f"records/{SECOND}/x.pst: is not a regular file (it is a link to a file that is not there)"
    expected = [NO, f"  input: {line}; put the file itself there"]
    assert said() == expected
    zone(case, "Pacific/Kiritimati")
    run(case)
    assert said() == [*expected, OTHER]


@pytest.mark.parametrize("fault", ["foo = [", 'name = "a\\u0007b"'])
def test_an_agency_with_a_fault_in_its_settings_is_a_line_of_the_answer(case: Path, said, fault: str):
    path = case / "records" / SECOND / "agency.toml"
    kept = [line for line in path.read_text().splitlines() if not line.startswith(fault[:4])]
    path.write_text("\n".join([*kept, fault, ""]))
    run(case)
    first, line = said()
    assert first == NO
    assert line.startswith(f"  settings: records/{SECOND}/agency.toml: ")
    stray = case / "records/x.pst"
    stray.write_bytes(b"")
    mailbox = next((case / "records" / FIRST).rglob("*.pst"))
    mailbox.write_bytes(mailbox.read_bytes() + b"\0")
    lines = said()
    assert lines[1].startswith("  input: records/x.pst: ")
    assert lines[2:] == [f"  input: {mailbox.relative_to(case)}: was changed", line]


def test_what_is_no_file_is_named_and_not_opened(case: Path, said):
    folder = case / "records" / SECOND
    os.mkfifo(folder / "a.pst")
    (folder / "b.pst").symlink_to("b.pst")
    (folder / "c.pst").symlink_to("/dev/zero")
    kinds = ("a pipe", "a link that leads back to itself", "a device")
    assert said() == [
        NO,
        *(
            f"  input: records/{SECOND}/{name}.pst: is not a regular file (it is {kind}); "
            "put the file itself there"
            for name, kind in zip("abc", kinds, strict=True)
        ),
    ]
