"""Figures drawn here, on workers, and kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from tasks.figures.figure import Drawn, Figure
from tasks.report import drawing
from tasks.report.drawing import draw_all

if TYPE_CHECKING:
    from distributed import Client


@dataclass(frozen=True)
class Bars:
    """Paints bars; it can be pickled."""

    values: tuple[float, ...]

    def __call__(self, canvas: Any) -> None:
        canvas.subplots().bar(range(len(self.values)), self.values)


def figure(key: str, *values: float) -> Figure:
    return Figure(key, "Bars", f"Bars of {values}.", pa.table({"value": values}), Bars(values), (2.0, 1.0))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of what is drawn; no picture is made."""
    keys: list[str] = []

    def draw(figure: Figure) -> Drawn:
        keys.append(figure.key)
        return Drawn(figure.alt.encode(), b"\x89PNG\n", b"value\n1\n", b"\n")

    monkeypatch.setattr(drawing, "draw", draw)
    return keys


def test_a_figure_is_drawn_again_only_where_its_data_changed(tmp_path: Path, drawn: list[str]) -> None:
    kept = tmp_path / "kept"
    first = draw_all([figure("a", 1, 2), figure("b", 3)], kept=kept)
    assert draw_all([figure("a", 1, 2), figure("b", 3)], kept=kept) == first
    assert drawn == ["a", "b"]
    draw_all([figure("a", 1, 2), figure("b", 4)], kept=kept)
    assert drawn == ["a", "b", "b"]
    draw_all([replace(figure("a", 1, 2), alt="Other words.")], kept=kept)
    assert drawn == ["a", "b", "b", "a"]
    assert len(list(kept.iterdir())) == 1, "what no report shows any more is removed"


def test_kept_figures_that_were_exchanged_are_drawn_again(tmp_path: Path, drawn: list[str]) -> None:
    kept = tmp_path / "kept"
    first = draw_all([figure("a", 1, 2), figure("b", 3)], kept=kept)
    one, other = sorted(kept.iterdir())
    contents = one.read_bytes(), other.read_bytes()
    one.write_bytes(contents[1])
    other.write_bytes(contents[0])
    assert draw_all([figure("a", 1, 2), figure("b", 3)], kept=kept) == first
    assert drawn == ["a", "b", "a", "b"]


@pytest.mark.parametrize("damage", [b"", b"x", b"\n", b"a 1 2 3 4\nlong enough"])
def test_a_kept_figure_that_was_damaged_is_drawn_again(
    tmp_path: Path, drawn: list[str], damage: bytes
) -> None:
    first = draw_all([figure("a", 1)], kept=tmp_path)
    next(tmp_path.iterdir()).write_bytes(damage)
    assert draw_all([figure("a", 1)], kept=tmp_path) == first
    assert drawn == ["a", "a"]


def test_a_figure_that_cannot_be_pickled_is_drawn_each_time(tmp_path: Path, drawn: list[str]) -> None:
    odd = replace(figure("a", 1), paint=lambda canvas: None)
    draw_all([odd], kept=tmp_path)
    draw_all([odd], kept=tmp_path)
    assert drawn == ["a", "a"]


def test_few_figures_start_no_worker(drawn: list[str]) -> None:
    def client() -> Any:
        raise AssertionError("nobody needs a worker")

    draw_all([figure(f"a{number}", number) for number in range(drawing.MANY - 1)], client)
    assert len(drawn) == drawing.MANY - 1


@pytest.mark.slow
def test_workers_draw_the_same_bytes_in_any_order(threads: Client) -> None:
    figures = [figure(f"a{number}", number, 2 * number) for number in range(drawing.MANY)]
    said: list[tuple[int, int]] = []
    there = draw_all(figures, lambda: threads, on_progress=lambda *done: said.append(done))
    assert there == draw_all(figures[::-1])
    assert list(there) == [each.key for each in figures]
    assert said[0] == (0, drawing.MANY)
    assert said[-1] == (drawing.MANY, drawing.MANY)
