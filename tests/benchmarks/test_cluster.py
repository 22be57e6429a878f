"""The simulation of the cluster: what must hold of it, and that the page shows what it found."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.simulation import check, costs, page
from benchmarks.simulation.command import COSTS, FOUND, RESULTS
from benchmarks.simulation.costs import Costs, Disk, Overhead, Piece
from benchmarks.simulation.engine import Loop, Shared
from benchmarks.simulation.kinds import AHEAD, EXAMINE, HASH, NEW, READ
from benchmarks.simulation.predict import CPU, DISK, limit_of
from benchmarks.simulation.simulate import FAST, Cluster, Run, Simulation, Works
from benchmarks.simulation.site import Asked, Box, Site, Work, boxes_of, boxes_recorded

CHECKOUT = Path(__file__).resolve().parents[2]
NOTHING = Overhead(0.0, 0.0, 0.0)


def piece(cpu: dict[str, float], read: dict[str, float] | None = None, **more: Any) -> Piece:
    none = {name: {"": 0.0} for name in costs.AMOUNTS}
    return Piece({**none, "cpu": {"": 0.0, **cpu}, "read": {"": 0.0, **(read or {})}}, [0.5, 1.5], **more)


PIECES = {
    EXAMINE: piece({"bytes": 1e-9}, {"bytes": 1.0}, overlap=0.5),
    READ: piece({"": 0.1, "messages": 1e-3}, {"messages": 1e5}),
}
KNOWN = Costs(
    order=[[EXAMINE], [READ]],
    pieces=PIECES,
    gaps={READ: {"cpu": {"": 2.0, "messages": 0.0}, "read": {"": 0.0}}},
    overhead=NOTHING,
    disk=FAST,
    start=3.0,
    stop=1.0,
    own=0.0,
    mail={"bytes": 1e5, "attachments": 1.0},
    cpus=2,
)
SITE = Site(boxes_of(Asked(agencies=7, bytes=5e9, mailboxes=3, largest=1e9), KNOWN.mail), KNOWN.order)


def run(known: Costs, workers: int, disk: Disk = FAST, seed: int | None = None, **more: Any) -> Run:
    return Simulation(known, SITE, Cluster(workers, disk, **more), seed).run()


def seconds() -> list[list[float]]:
    """The pieces of each phase."""
    return [
        [PIECES[kind].amount("cpu", work.sizes) for kind in kinds for work in SITE.works(kind)]
        for kinds in KNOWN.order
    ]


def test_one_worker_takes_the_sum_of_all_costs():
    wall = run(KNOWN, 1).wall
    assert wall == pytest.approx(3.0 + 2.0 + 1.0 + sum(map(sum, seconds())))


def test_what_the_disk_gives_to_one_worker_is_added_but_for_what_overlaps():
    slow = Disk(1e8, 1e8, 0.0)
    hashing = sum(work.sizes["bytes"] for work in SITE.works(EXAMINE))
    reading = sum(PIECES[READ].amount("read", work.sizes) for work in SITE.works(READ))
    more = run(KNOWN, 1, slow).wall - run(KNOWN, 1).wall
    # Half of the hashing goes on while its bytes come; and hashing is ten times as fast as this disk.
    assert more == pytest.approx(hashing / 1e8 + reading / 1e8 - 0.5 * hashing * 1e-9)


@pytest.mark.parametrize("workers", [1, 3, 8, 64])
def test_equal_pieces_take_as_many_rounds_as_a_list_has(workers: int):
    even = replace(KNOWN, order=[[READ]], pieces={READ: piece({"": 2.0})}, gaps={})
    number = sum(1 for _ in SITE.works(READ))
    assert run(even, workers).wall == pytest.approx(3.0 + 1.0 + 2.0 * math.ceil(number / workers))


@pytest.mark.parametrize("workers", [2, 5, 16])
def test_without_a_disk_a_phase_is_within_the_bounds_of_list_scheduling(workers: int):
    for took, each in zip(run(KNOWN, workers).phases, seconds(), strict=True):
        wall = took.end - took.first
        least = max(*each, sum(each) / workers)
        assert least - 1e-9 <= wall <= sum(each) / workers + (1 - 1 / workers) * max(each) + 1e-9


def test_more_workers_and_more_bandwidth_are_never_slower():
    walls = [run(KNOWN, workers, Disk(1e9, 4e8, 0.0)).wall for workers in (1, 2, 3, 5, 8, 13, 21, 34)]
    assert walls == sorted(walls, reverse=True)
    walls = [run(KNOWN, 8, Disk(all_, all_ / 2, 0.0)).wall for all_ in (1e7, 1e8, 3e8, 1e9, 1e10, math.inf)]
    assert walls == sorted(walls, reverse=True)


def test_a_disk_gives_no_more_than_it_has_and_is_named_as_the_limit():
    found = run(KNOWN, 64, disk := Disk(1e8, 1e8, 0.0))
    for took in found.phases:
        assert took.bytes <= 1e8 * (took.end - took.first) * (1 + 1e-9)
        assert limit_of(took, Cluster(64, disk)) == DISK
    assert {limit_of(took, Cluster(1)) for took in run(KNOWN, 1).phases} == {CPU}


def test_a_seed_gives_the_same_run_and_another_seed_another():
    assert run(KNOWN, 4, seed=1) == run(KNOWN, 4, seed=1)
    assert run(KNOWN, 4, seed=1).wall != run(KNOWN, 4, seed=2).wall
    asked = Asked(agencies=7, bytes=5e9, largest=1e9)
    assert boxes_of(asked, KNOWN.mail) == boxes_of(asked, KNOWN.mail)
    assert boxes_of(asked, KNOWN.mail) != boxes_of(replace(asked, seed=2), KNOWN.mail)


def test_cpus_of_one_machine_are_shared():
    assert run(KNOWN, 8, cpus=2).wall == pytest.approx(run(KNOWN, 2).wall, rel=0.05)


def test_a_scheduler_that_takes_longer_than_the_workers_sets_the_pace():
    even = replace(KNOWN, order=[[READ]], pieces={READ: piece({"": 0.01})}, gaps={})
    number = sum(1 for _ in SITE.works(READ))
    wall = run(replace(even, overhead=Overhead(0.0, 0.1, 0.0)), 64).wall
    assert wall == pytest.approx(3.0 + 1.0 + 0.1 * number, rel=0.01)


def test_a_new_mailbox_is_read_while_it_is_hashed_and_before_the_next():
    order = [[NEW, HASH, AHEAD], [READ]]
    pieces = {NEW: piece({"": 1e-3}), HASH: PIECES[EXAMINE], AHEAD: PIECES[READ], READ: PIECES[READ]}
    known = replace(KNOWN, order=order, pieces=pieces, gaps={})
    site = Site(SITE.boxes, order)
    found = Simulation(known, site, Cluster(4), None).run()
    assert [took.pieces for took in found.phases] == [
        2 * len(site.boxes) + sum(1 for _ in SITE.works(READ)),
        0,
    ]
    works, taken = Works(site, order[0]), list[Work]()
    while (work := works.next()) is not None:
        works.done(work)
        taken.append(work)
    sizes = [work.sizes["bytes"] for work in taken if work.kind == HASH]
    assert sizes == sorted(sizes, reverse=True)
    urgent = [work.urgency for work in taken]
    assert urgent == sorted(urgent, reverse=True)


def test_of_what_waits_the_most_urgent_is_begun_first():
    order = [[NEW, HASH, AHEAD]]
    slow = piece({"": 1.0})
    known = replace(KNOWN, order=order, pieces={NEW: slow, HASH: slow, AHEAD: slow}, gaps={})
    two = Site([Box(0, 3_000, 2e8, 0.0), Box(0, 3_000, 1e8, 0.0)], order)
    # List, list; then one and then the other is hashed and read in three ranges, two pieces at a time.
    assert Simulation(known, two, Cluster(2), None).run().wall == pytest.approx(3.0 + 1.0 + 5.0)


def test_all_who_share_get_the_same_and_nobody_more_than_one_can_take():
    loop, ends = Loop(), dict[str, float]()
    shared = Shared(loop, capacity=10.0, most=6.0)
    loop.at(0.0, lambda: shared.use(12.0, lambda: ends.update(first=loop.now)))
    loop.at(1.0, lambda: shared.use(10.0, lambda: ends.update(second=loop.now)))
    loop.run()
    # Alone 6 a second; then 5 each until the first has its 12, and the other goes on with 6.
    assert ends == pytest.approx({"first": 2.2, "second": 2.2 + 4.0 / 6.0})
    assert shared.given == pytest.approx(22.0)


def test_a_site_has_the_bytes_that_are_asked_for_and_no_mailbox_too_large():
    asked = Asked(agencies=50, bytes=1e12, largest=8e9, spread=1.5)
    boxes = boxes_of(asked, KNOWN.mail)
    assert sum(box.bytes for box in boxes) == pytest.approx(1e12)
    assert max(box.bytes for box in boxes) <= 8e9
    assert {box.agency for box in boxes} == set(range(50))
    with pytest.raises(ValueError, match="do not fit"):
        boxes_of(replace(asked, largest=1e6), KNOWN.mail)


def test_costs_are_found_again_and_kept(tmp_path: Path):
    rows = [{"messages": float(number), "files": float(number % 7)} for number in range(1, 40)]
    wanted = [0.5 + 0.01 * row["messages"] + 0.2 * row["files"] for row in rows]
    found = costs.fitted(rows, wanted, ("messages", "files"))
    assert found == pytest.approx({"": 0.5, "messages": 0.01, "files": 0.2})
    # One piece alone does not tell what it costs without size: it is no bargain for a site.
    assert costs.fitted(rows[:1], [7.0], ("files", "messages")) == {"": 0.0, "files": 0.0, "messages": 7.0}
    costs.keep(KNOWN, path := tmp_path / "costs.json")
    assert costs.kept(path) == replace(KNOWN, disk=FAST)


@pytest.fixture
def kept() -> tuple[Costs, dict[str, Any]]:
    return costs.kept(RESULTS / COSTS), json.loads((RESULTS / FOUND).read_text(encoding="utf-8"))


def test_the_page_shows_the_kept_results(kept: tuple[Costs, dict[str, Any]]):
    text = (CHECKOUT / "docs/performance.md").read_text(encoding="utf-8")
    assert text == page.written(text, page.lines(*kept)), "call benchmarks/cluster.py write"


@pytest.mark.long
def test_the_figure_shows_the_kept_results(kept: tuple[Costs, dict[str, Any]]):
    shown = (CHECKOUT / "docs" / page.FIGURE).read_bytes()
    assert shown == page.picture(kept[1]), "call benchmarks/cluster.py write"


@pytest.mark.long
def test_the_kept_predictions_are_those_of_the_kept_costs(kept: tuple[Costs, dict[str, Any]]):
    known, found = kept
    boxes = [Box(*row) for row in found["boxes"]]
    for each in found["checks"]:
        if each["what"] in check.CASES:
            again = check.predicted_sleep(known, check.sleeps(each["what"]))
        else:
            cluster = Cluster(each["workers"], cpus=known.cpus, apart=False)
            ran = Simulation(known, Site(boxes, known.order), cluster).run()
            again = {check.WALL: ran.wall, check.OWN: ran.client / 1e6, check.WORKER: ran.worker / 1e6}[
                each["what"]
            ]
        assert again == pytest.approx(each["predicted"], rel=1e-3), "call benchmarks/cluster.py check"


@pytest.mark.slow
def test_the_order_of_work_is_that_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: tuple[Costs, dict[str, Any]]
):
    from benchmarks.simulation.record import one_run, recording
    from benchmarks.simulation.samples import QUIET
    from data.synthetic import create
    from tasks.alerts import agencies
    from tasks.mail import inventory

    monkeypatch.setattr(agencies, "HERE", 0)
    monkeypatch.setattr(inventory, "_HERE", 0, raising=False)
    folder = create(tmp_path / "here", 0.02, 16, message_bytes=30_000, country=False)
    with (folder / "investigation.toml").open("a", encoding="utf-8") as file:
        file.write(QUIET)
    with recording() as recorder:
        one_run(folder, 2)
        record = recorder.result()
    assert costs.order_of(record) == kept[0].order, "call benchmarks/cluster.py measure check predict write"
    site = Site(boxes_recorded(record), costs.order_of(record))
    for phase in record["phases"]:
        works, expected = Works(site, phase["kinds"]), list[Work]()
        while (work := works.next()) is not None:
            works.done(work)
            expected.append(work)
        # Which piece is submitted next may depend on which listing is done first.
        assert sorted(task["kind"] for task in phase["tasks"]) == sorted(work.kind for work in expected)
        for task, work in zip(phase["tasks"], expected, strict=True):
            if NEW not in phase["kinds"]:
                assert task["kind"] == work.kind
        if set(phase["kinds"]) & {EXAMINE, READ, AHEAD}:
            cut = [_sizes(vars(work)) for work in expected if work.kind in {EXAMINE, READ, AHEAD}]
            recorded = [_sizes(task) for task in phase["tasks"] if task["kind"] in {EXAMINE, READ, AHEAD}]
            assert sorted(recorded) == sorted(cut)


def _sizes(of: Any) -> list[tuple[str, float]]:
    return sorted(of["sizes"].items())


def test_no_benchmark_takes_the_simulation_for_the_programs_package():
    """``benchmarks/cluster.py`` would hide ``cluster/`` from a script that is started beside it."""
    for path in sorted((CHECKOUT / "benchmarks").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if re.search(r"^\s*(from|import) cluster\b", text, re.MULTILINE):
            assert "sys.path.insert(0, str(Path(__file__).resolve().parents[1]))" in text, path.name


def test_a_piece_of_an_unknown_kind_is_no_silent_gap():
    with pytest.raises(ValueError, match="how is it cut"):
        list(SITE.works("something new"))
