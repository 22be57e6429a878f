"""Files of work/ with flipped bits, cut, swapped or of an earlier version: the results are the same bytes.

What was damaged is made again, and said, where a run needs it. The flows are called in this process on a tiny
investigation, several files damaged in each run.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from distributed import Client

from data.sealed import fault_of, read_json
from tasks.arrivals.memory import FILE, Remembered, recall, remember
from tests.worlds import without_report

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The inplace keyword")]

ROUNDS, FLIPS = 20, 10
UPPER = ("mail-*", "posts-tabulate*", "posts-test*", "crime-count*", "crime-test*", "*-put-*")
"""Results without which a run needs the files that they were made from."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, threads: Client) -> Path:
    """An investigation that has been run, and whose records have been looked at."""
    from data.synthetic import create

    folder = without_report(create(tmp_path_factory.mktemp("damaged") / "case", scale=0.0004, seed=3))
    run(folder)
    return folder


def run(folder: Path) -> tuple[str, ...]:
    """Run all parts; gives its notes."""
    from flows.investigate import investigate

    return investigate(folder, hash_attachments=True).notes


def published(folder: Path) -> dict[str, str]:
    out = folder / "out"
    files = [path for path in sorted(out.rglob("*")) if path.is_file()]
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def right(case: Path) -> dict[str, str]:
    return published(case)


def kind_of(path: Path, work: Path) -> str:
    """What kind of file it is: the begin of its name, and the folder of its kind."""
    return f"{path.relative_to(work).parts[0]}/{path.name.split('-')[0][:6]}{path.suffix}"


def kept(folder: Path) -> dict[str, list[Path]]:
    """The files of work/ by kind."""
    work = folder / "work"
    found: dict[str, list[Path]] = {}
    for path in sorted(work.rglob("*")):
        if path.is_file() and path.stat().st_size:
            found.setdefault(kind_of(path, work), []).append(path)
    return found


def flip(path: Path, dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def cut(path: Path, dice: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: dice.choice([0, 1, dice.randrange(path.stat().st_size)])])


def swap(path: Path, dice: random.Random) -> None:
    """Put another file of its kind in its place."""
    others = [each for each in path.parent.parent.rglob(f"*{path.suffix}") if each != path and each.is_file()]
    if others:
        shutil.copyfile(dice.choice(others), path)


def age(path: Path, dice: random.Random) -> None:
    """What an earlier version wrote: no seal, or another one."""
    content = path.read_bytes()
    if path.suffix == ".json":
        path.write_text('{"an": "earlier version"}')
    elif b"nwatch seal 2 " in content:
        path.write_bytes(content.replace(b"nwatch seal 2 ", b"nwatch sha256 "))
    else:
        flip(path, dice)


def damage_and_run(
    case: Path, how: Callable[[Path, random.Random], None], dice: random.Random, number: int
) -> Iterator[tuple[str, Path, bool]]:
    """Damage files of different kinds and run; gives each, and whether the run said so."""
    if dice.random() < 0.5:
        for pattern in UPPER:
            for path in (case / "work/kept").glob(f"{pattern}.json"):
                path.unlink()
    files = kept(case)
    damaged: list[Path] = []
    while len(damaged) < number:
        path = dice.choice(files[dice.choice(sorted(files))])
        damaged += [path] if path not in damaged else []
    before = {path: path.read_bytes() for path in damaged}
    for path in damaged:
        how(path, dice)
    notes = "\n".join(run(case))
    for path in damaged:
        told = f"work/{path.relative_to(case / 'work')}" in notes or path.parent.name in notes
        # One that is gone was cleared with what it was made from: nobody can take it for right.
        as_before = not path.exists() or path.read_bytes() == before[path]
        yield kind_of(path, case / "work"), path, told or as_before


def test_two_hundred_flipped_bits_change_no_result(case: Path, right: dict[str, str]):
    seen: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    for number in range(ROUNDS):
        dice = random.Random(number)
        for kind, _, told in damage_and_run(case, flip, dice, FLIPS):
            seen[kind] += 1
            silent[kind] += not told
        assert published(case) == right, number
    assert seen.total() == ROUNDS * FLIPS == 200
    assert {"mail", "alerts", "places", "posts", "crime", "kept"} <= {kind.split("/")[0] for kind in seen}
    # Nobody has read these: what was made from them is kept. A manifest only spares the question of what
    # other files hold, and is written again without a word.
    left = {kind.split("/")[0] for kind in +silent if not kind.endswith("/files.json")}
    assert left <= {"posts", "crime", "places", "kept"}, +silent


@pytest.mark.parametrize("how", [cut, swap, age])
def test_files_that_are_cut_swapped_or_of_an_earlier_version_change_no_result(
    case: Path, right: dict[str, str], how: Callable[[Path, random.Random], None]
):
    for number in range(3):
        dice = random.Random(number)
        assert list(damage_and_run(case, how, dice, 20))
        assert published(case) == right
    run(case)
    work = case / "work"
    assert [path for path in work.glob("mail/*/*.parquet") if fault_of(path)] == []
    assert [path for path in work.glob("alerts/*/*.parquet") if fault_of(path)] == []


def test_all_of_it_at_once(case: Path, right: dict[str, str]):
    dice = random.Random(5)
    for files in kept(case).values():
        for path in files:
            flip(path, dice)
    notes = run(case)
    assert published(case) == right
    assert [note for note in notes if "was damaged" in note]
    assert not [note for note in run(case) if "was damaged" in note]
    assert published(case) == right


def test_the_memory_of_arrivals_is_begun_anew_and_said(case: Path):
    from tasks.arrivals.look import faults

    work = case / "work"
    memory = {"alderfall-pd": Remembered({"records/a.pst": [1, 2, 3, 4]}, 5.0)}
    remember(memory, work)
    assert (recall(work), faults(work)) == (memory, [])
    dice, whole = random.Random(1), (work / FILE).read_bytes()
    for _ in range(50):
        (work / FILE).write_bytes(whole)
        flip(work / FILE, dice)
        assert recall(work) == memory or (recall(work) == {} and len(faults(work)) == 1)
    (work / FILE).unlink()


def test_every_json_of_work_is_sealed(case: Path):
    for path in (case / "work").rglob("*.json"):
        assert read_json(path, "no such version").fault == "is of an earlier version", path


def test_every_kept_table_of_the_mail_that_is_damaged_is_made_again_and_said(
    case: Path, right: dict[str, str]
):
    run(case)
    kept = sorted(path for path in case.glob("work/kept/mail-*/**/*") if path.is_file())
    tables = ("mail-list-the-attachments", "mail-tabulate-the-alerts")
    # Besides, what was found in each agency, and the manifest of its files, which is only asked first.
    assert {path.relative_to(case / "work/kept").parts[0] for path in kept} == {*tables, "mail-agencies"}
    dice = random.Random(7)
    for path in kept:
        flip(path, dice)
    notes = run(case)
    # The first that is found makes all of its stage again.
    for name in tables:
        assert len([n for n in notes if n.startswith(f"work/kept/{name}") and "was damaged" in n]) == 1
    assert published(case) == right
    assert not [note for note in run(case) if "was damaged" in note]
