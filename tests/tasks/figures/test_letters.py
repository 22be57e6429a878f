"""Letters that are remembered: what is drawn is what Matplotlib draws without memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tasks.figures.apart import load_matplotlib

TEXTS = ("Wave AVAST ffi", "$1,250k", "łódź", "q")
PLACES = tuple((20.0 + 0.37 * number, 150.0 - 13.13 * number) for number in range(10))


def _canvas(kind: Callable[..., Any]) -> Any:
    from matplotlib.figure import Figure
    from matplotlib.transforms import IdentityTransform

    canvas = Figure(figsize=(4, 2.4), dpi=100)
    for number, (x, y) in enumerate(PLACES):
        look = {"size": (7.5, 8.5)[number % 2], "weight": ("normal", "bold")[number // 2 % 2]}
        align = {
            "ha": ("left", "center", "right")[number % 3],
            "va": ("baseline", "top", "center")[number % 3],
        }
        text = kind(x + 90, y + 20, TEXTS[number % 4], parse_math=False, **look, **align)
        text.set_transform(IdentityTransform())
        text.set_rotation(90 if number == 9 else 0)
        canvas.add_artist(text)
    return canvas


@pytest.fixture
def letters() -> Iterator[Any]:
    load_matplotlib()
    from tasks.figures import letters

    memos = (letters._SIZES, letters._LAYOUTS)
    for memo in memos:
        memo.clear()
    yield letters
    for memo in memos:
        memo.clear()


def test_pixels_are_those_of_matplotlib_the_first_time_and_the_next(letters: Any) -> None:
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.text import Text

    def drawn(renderer: Any, kind: Any) -> Any:
        _canvas(kind).draw(renderer)
        return np.asarray(renderer.buffer_rgba())

    plain = drawn(RendererAgg(400, 240, 100), Text)
    assert plain[:, :, :3].min() < 100
    for _ in range(2):
        np.testing.assert_array_equal(drawn(letters.Pixels(400, 240, 100), letters.Words), plain)
    assert len(letters._LAYOUTS) > 0


def test_vectors_are_those_of_matplotlib(letters: Any) -> None:
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import RendererSVG
    from matplotlib.text import Text

    def drawn(renderer: Any, kind: Any) -> str:
        file = io.StringIO()
        sheet = renderer(400, 240, file, metadata={"Date": None})
        _canvas(kind).draw(sheet)
        sheet.finalize()
        return file.getvalue()

    with rc_context({"svg.hashsalt": "a", "svg.fonttype": "none"}):
        plain = drawn(RendererSVG, Text)
        assert plain.count("<text") == len(PLACES)
        assert [drawn(letters.Vectors, letters.Words) for _ in range(2)] == [plain, plain]


def test_memory_has_an_end(letters: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_MOST", 5)
    for number in range(7):
        letters._remember(letters._SIZES, number, (0.0, 0.0, 0.0))
    assert sorted(letters._SIZES) == [5, 6]
