"""How fast mail is read, compared with other tools on the same files in one run.

Each contender is a process of its own. Measured are its wall time, the CPU seconds of it and all its
children, and the peak memory of the largest process among them. The file is read before each contender, so
that all find it in the page cache. Quote ratios: the machine may be noisy.

- nwatch, n workers: start the workers, list the file, verify every block, read every message, write Parquet;
- nwatch, with SHA-256: the same, and the file's hash, which no other tool computes;
- nwatch run, everything: the command itself, with the alerts and the ledger;
- readpst -j 0: with attachments and without (``-a``), to mbox; with more jobs it writes wrong output;
- article: readpst with attachments to mbox, then Python's ``mailbox`` and ``email``, as in the article;
- pypff: one plain loop over folders and messages, as in most scripts;
- pffexport: everything that it exports.

Run it as ``make bench``, or with the sizes of the README:

    .venv/bin/python benchmarks/mail.py --messages 10000 50000 100000 --big --slow-up-to 100000
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

# Before this folder, in which cluster.py would hide the program's package of that name.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from memory import watched

BIG_MESSAGES, BIG_IMAGE = 54_000, 121_000
SMALL_IMAGE = 20_000
SLOW = ("article", "pypff", "pffexport")
LIMIT = 1_800.0
"""Seconds after which a contender is stopped and reported to have taken longer."""


@dataclass
class Figure:
    """The measurements of one contender."""

    contender: str
    messages: int
    megabytes: float
    wall: float
    cpu: float
    peak_mb: float
    note: str = ""
    reading: float | None = None
    """Wall seconds of reading only, without the start of the workers; for nwatch."""


def nwatch(path: Path, out: Path, workers: int, hashed: bool) -> int:
    """Read a mailbox as ``nwatch run`` does, without the alerts; runs in a process of its own."""
    from cluster import forking
    from flows import parts as registry

    forking.prepare(registry.get("mail").worker_modules)
    from cluster import ClusterSettings, connect
    from data.catalog import RecordFile
    from tasks.mail.execute import examine_files, read_mailboxes
    from tasks.mail.settings import MailSettings
    from tasks.mail.sources import group

    file = RecordFile("bench", path, "records/bench/mail.pst")
    with connect(ClusterSettings(workers=workers)) as client:
        examined = examine_files(client, {path: None if hashed else "0" * 64})
        start = time.perf_counter()
        parts = read_mailboxes(client, group([file], examined), out, MailSettings())
        print(f"{time.perf_counter() - start:.2f}")
    return sum(part.read for found in parts.values() for part in found)


def whole_run(path: Path, out: Path) -> int:
    """``nwatch run`` with two workers on an investigation that has this one mailbox."""
    folder = out / "investigation"
    records = folder / "records" / "bench"
    records.mkdir(parents=True)
    (records / "mail.pst").hardlink_to(path)
    (folder / "investigation.toml").write_text(
        'name = "Benchmark"\n[agencies.bench]\nname = "Bench"\ncity = "Bench"\ntimezone = "UTC"\n'
    )
    command = [str(Path(sys.executable).with_name("nwatch")), "run", str(folder), "--workers", "2"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = next(line for line in said.splitlines() if line.startswith("messages read"))
    return int(found.split()[-1].replace(",", ""))


def pypff_loop(path: Path, out: Path) -> int:
    """The plain loop: open, go through the folders, take subject, bodies, headers and recipients."""
    import pypff

    mailbox = pypff.file()
    mailbox.open(str(path))
    count = 0
    folders = [mailbox.get_root_folder()]
    with (out / "plain.jsonl").open("w") as lines:
        while folders:
            folder = folders.pop()
            folders += [folder.get_sub_folder(i) for i in range(folder.number_of_sub_folders)]
            for index in range(folder.number_of_sub_messages):
                message = folder.get_sub_message(index)
                recipients = message.recipients
                row = {
                    "subject": message.subject,
                    "headers": message.transport_headers,
                    "html": (message.html_body or b"").decode("utf-8", "replace"),
                    "text": (message.plain_text_body or b"").decode("utf-8", "replace"),
                    "attachments": message.number_of_attachments,
                    "to": [
                        recipients.get_recipient(i).get_entry_by_type(0x39FE).data.decode("utf-16-le")
                        for i in range(recipients.number_of_recipients)
                    ],
                }
                lines.write(json.dumps(row) + "\n")
                count += 1
    return count


def article(path: Path, out: Path) -> int:
    """PST to mbox with attachments, then ``mailbox`` and ``email``: the bodies of every message."""
    import mailbox

    subprocess.run(
        ["readpst", "-j", "0", "-q", "-o", str(out), str(path)], check=True, stdout=subprocess.DEVNULL
    )
    count = 0
    for name in sorted(out.rglob("*.mbox")):
        for message in mailbox.mbox(name):
            bodies = [
                part.get_payload(decode=True)
                for part in message.walk()
                if part.get_content_type() in ("text/html", "text/plain")
            ]
            count += bool(message["subject"] is not None and bodies)
    return count


def _measured(command: Sequence[str]) -> tuple[float, float, float, str, str]:
    """Wall and CPU seconds, peak MB of the largest process, and a note if it did not end well."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    note, output = "", b""
    with watched(child.pid) as peak:
        try:
            output, errors = child.communicate(timeout=LIMIT)
            if child.returncode:
                note = f"exit code {child.returncode}: {errors.decode(errors='replace').strip()[-200:]}"
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            note = f"ended after {LIMIT:g} s"
        wall = time.perf_counter() - start
    _wait_for_orphans()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, peak.megabytes, note, output.decode(errors="replace")


def _adopt_orphans() -> None:
    """Become the parent of processes that outlive their own, so that their CPU seconds are counted.

    The server from which nwatch forks its workers ends a moment after nwatch.
    """
    set_child_subreaper = 36
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def _wait_for_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _self(what: str, path: Path, out: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        str(Path(__file__).resolve()),
        "--one",
        what,
        "--file",
        str(path),
        "--out",
        str(out),
        *more,
    ]


def _contenders(path: Path, out: Path, peers: Sequence[str]) -> dict[str, list[str]]:
    readpst = ["readpst", "-j", "0", "-q", "-o", str(out)]
    known = {
        "nwatch, 2 workers": _self("nwatch", path, out, "--workers", "2"),
        "nwatch, 1 worker": _self("nwatch", path, out, "--workers", "1"),
        "nwatch, 2 workers, with SHA-256": _self("nwatch", path, out, "--workers", "2", "--hash"),
        "nwatch run, everything, 2 workers": _self("run", path, out),
        "readpst, no attachments": [*readpst, "-a", ".none", str(path)],
        "readpst, with attachments": [*readpst, str(path)],
        "article: readpst, mailbox, email": _self("article", path, out),
        "pypff, plain loop": _self("pypff", path, out),
        "pffexport": ["pffexport", "-q", "-t", str(out / "export"), str(path)],
    }
    tools = {
        "readpst": shutil.which("readpst"),
        "pffexport": shutil.which("pffexport"),
        "article": shutil.which("readpst"),
    }
    chosen = {
        name: command
        for name, command in known.items()
        if name.startswith("nwatch") or any(name.startswith(peer) for peer in peers)
    }
    return {
        name: command for name, command in chosen.items() if tools.get(name.split()[0].strip(",:"), "here")
    }


def measure(
    path: Path, messages: int, peers: Sequence[str], rounds: int, say: Callable[[str], None]
) -> list[Figure]:
    """The minimum of some rounds for each contender, in turn; the slow ones have one round."""
    size = path.stat().st_size / 1e6
    best: dict[str, Figure] = {}
    for turn in range(rounds):
        for name in _contenders(path, path.parent, peers):
            if turn and name.startswith(SLOW):
                continue
            _warm(path)
            with tempfile.TemporaryDirectory(dir=path.parent) as out:
                wall, cpu, peak, note, said = _measured(_contenders(path, Path(out), peers)[name])
            reading = float(said.split()[0]) if name.startswith("nwatch,") and not note else None
            figure = Figure(name, messages, size, wall, cpu, peak, note, reading)
            say(f"  {name}: {wall:.1f} s wall, {cpu:.1f} s CPU, {peak:.0f} MB {note}")
            if name not in best or wall < best[name].wall:
                best[name] = figure
    return list(best.values())


def _warm(path: Path) -> None:
    """Bring a file into the page cache, from which what the contender before wrote may have driven it."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table; ratios are to nwatch's wall time with two workers."""
    lines = [
        "| messages, MB | contender | wall s | CPU s | messages/s | MB/s | peak MB | reading alone, s "
        "| times nwatch's wall |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    base: dict[tuple[int, float], float] = {
        (f.messages, f.megabytes): f.wall for f in figures if f.contender == "nwatch, 2 workers"
    }
    for f in figures:
        ratio = f.wall / base[f.messages, f.megabytes]
        over = "> " if f.note.startswith("ended") else ""
        reading = "" if f.reading is None else f"{f.reading:.1f}"
        lines.append(
            f"| {f.messages:,}, {f.megabytes:,.0f} | {f.contender} | {over}{f.wall:.1f} | {f.cpu:.1f} "
            f"| {f.messages / f.wall:,.0f} | {f.megabytes / f.wall:,.0f} | {f.peak_mb:,.0f} | {reading} "
            f"| {over}{ratio:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--messages", type=int, nargs="*", default=[10_000], help="messages per file, all in one folder"
    )
    parser.add_argument("--big", action="store_true", help=f"a file of 8 GB: {BIG_MESSAGES:,} messages")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--peers", nargs="*", default=["readpst", "article", "pypff", "pffexport"])
    parser.add_argument(
        "--slow-up-to", type=int, default=10_000, help="pffexport only up to so many messages"
    )
    parser.add_argument("--folder", type=Path, help="folder for temporary files, which are removed")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    for name in ("--one", "--file", "--out"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--workers", type=int, default=2, help=argparse.SUPPRESS)
    parser.add_argument("--hash", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        path, out = Path(asked.file), Path(asked.out)
        run = {
            "nwatch": lambda: nwatch(path, out, asked.workers, asked.hash),
            "run": lambda: whole_run(path, out),
            "pypff": lambda: pypff_loop(path, out),
            "article": lambda: article(path, out),
        }[asked.one]
        print(run())
        return
    from data.synthetic import mailbox

    _adopt_orphans()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        sizes = [(count, SMALL_IMAGE) for count in asked.messages] + [(BIG_MESSAGES, BIG_IMAGE)] * asked.big
        for count, image in sizes:
            path = Path(folder) / f"{count}-{image}.pst"
            mailbox(path, count, image_bytes=image)
            print(f"{count:,} messages in one folder, {path.stat().st_size / 1e6:,.0f} MB", flush=True)
            peers = [peer for peer in asked.peers if peer != "pffexport" or count <= asked.slow_up_to]
            figures += measure(path, count, peers, asked.rounds, lambda line: print(line, flush=True))
            path.unlink()
    print(table(figures))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=1))


if __name__ == "__main__":
    main()
