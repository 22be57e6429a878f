"""Pieces of work on a client; dying workers under real mail are in tests/faults."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest
from distributed import Client, KilledWorker, LocalCluster

from tasks.scatter import aside, run_all, run_each, run_together

LOST = SimpleNamespace(address="tcp://127.0.0.1:1")


def double(number: int) -> int:
    return 2 * number


def dies(number: int) -> int:
    if number % 2:
        raise KilledWorker(f"work-{number}", LOST, 0)
    return double(number)


def always_dies(number: int) -> int:
    raise KilledWorker(f"work-{number}", LOST, 0)


def fails_at_three(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return double(number)


def test_every_piece_of_work_is_done_once(threads: Client):
    results: list[tuple[int, int]] = []
    run_all(threads, range(20), double, always_dies, lambda piece, result: results.append((piece, result)))
    assert sorted(results) == [(number, 2 * number) for number in range(20)]


def test_pieces_are_made_as_they_are_wanted(threads: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tasks.scatter.WINDOW", 3)
    made: list[int] = []
    ahead: list[int] = []

    def pieces() -> Iterator[int]:
        for number in range(30):
            made.append(number)
            yield number

    results: list[int] = []

    def keep(_: int, result: int) -> None:
        ahead.append(len(made) - len(results))
        results.append(result)

    run_all(threads, pieces(), dies, double, keep)
    assert sorted(results) == [2 * number for number in range(30)]
    assert max(ahead) == 3


BEGUN, OVER = Event(), Event()


def waits_aside(piece: str) -> str:
    """One piece steps aside until the other has been begun; a third one does not, as there is one already."""
    if piece == "beside":
        with aside():
            BEGUN.set()
            assert OVER.wait(60)
        return "went on beside"
    if piece == "second":
        assert BEGUN.wait(60)
        with aside():
            return "worked as any other"
    OVER.set()
    return "ended before it"


def test_a_piece_that_steps_aside_lets_its_worker_go_on():
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        results: list[str] = []
        run_all(
            client,
            ["beside", "second", "last"],
            waits_aside,
            always_dies_with,
            lambda _, result: results.append(result),
        )
    assert results == ["worked as any other", "ended before it", "went on beside"]


def always_dies_with(piece: str) -> str:
    raise KilledWorker(f"work-{piece}", LOST, 0)


def test_outside_of_a_worker_nothing_steps_aside():
    with aside(), aside():
        pass


def test_without_work_nothing_happens(threads: Client):
    run_all(threads, [], double, double, lambda *_: pytest.fail("there was no work"))


def test_work_that_killed_its_worker_is_done_the_careful_way(threads: Client):
    results: list[tuple[int, int]] = []
    run_all(threads, range(10), dies, double, lambda piece, result: results.append((piece, result)))
    assert sorted(results) == [(number, 2 * number) for number in range(10)]


def test_work_that_keeps_killing_workers_ends_the_run(threads: Client):
    with pytest.raises(KilledWorker):
        run_all(threads, [1], always_dies, always_dies, lambda *_: None)


def test_an_error_in_the_work_is_raised_unchanged(threads: Client):
    with pytest.raises(ValueError, match="three"):
        run_all(threads, range(10), fails_at_three, double, lambda *_: None)


def test_an_error_in_the_callback_ends_the_run(threads: Client):
    def tired(piece: int, result: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all(threads, range(10), double, double, tired)


def dies_once(mark: Path) -> int:
    """Kills its worker the first time."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return len(mark.name)


def test_results_are_in_the_order_of_the_pieces_and_progress_is_reported(threads: Client):
    told: list[int] = []
    assert run_each(threads, double, range(20), told.append) == [2 * number for number in range(20)]
    assert told == list(range(1, 21))


def test_without_pieces_the_result_is_empty(threads: Client):
    assert run_each(threads, double, []) == []


def test_an_error_in_a_piece_is_raised_unchanged(threads: Client):
    with pytest.raises(ValueError, match="three"):
        run_each(threads, fails_at_three, range(20))


def test_pieces_that_keep_killing_workers_end_the_run(threads: Client):
    with pytest.raises(KilledWorker):
        run_each(threads, always_dies, [1])


def test_a_piece_whose_worker_died_is_done_again(processes: Client, tmp_path: Path):
    marks = [tmp_path / ("m" * size) for size in (1, 2, 3)]
    marks[0].touch()
    marks[2].touch()
    assert run_each(processes, dies_once, marks) == [1, 2, 3]


@pytest.mark.parametrize("most", [1, 5, 1_000])
def test_small_pieces_are_done_together_and_their_results_are_in_order(threads: Client, most: int):
    assert run_together(threads, double, range(20), lambda number: number, most) == [
        2 * number for number in range(20)
    ]
    assert run_together(None, double, range(3), lambda _: 1, most) == [0, 2, 4]
    assert run_together(threads, double, [], lambda _: 1, most) == []


def test_a_bundle_is_no_heavier_than_it_may_be(monkeypatch: pytest.MonkeyPatch):
    seen: list[list[int]] = []

    def run(_client: object, function: object, bundles: list[list[int]]) -> list[list[int]]:
        seen.extend(bundles)
        return bundles

    monkeypatch.setattr("tasks.scatter.run_each", run)
    client: object = object()
    assert run_together(client, double, [1, 2, 9, 3, 1, 1], int, 5) == [1, 2, 9, 3, 1, 1]
    assert seen == [[1, 2], [9], [3, 1, 1]]
