"""What is drawn on, in units of its own: an inch, a point, or the values of two scales.

Matplotlib's axes are made for ticks and titles: to make them takes longer than to draw most figures, even
where nothing of them is shown.
"""

from __future__ import annotations

from typing import Any, Final

POINTS: Final = 72
"""Points of an inch."""


class Plane:
    """A part of a figure that things are put on.

    Args:
        canvas: A ``matplotlib.figure.Figure``.
        transform: From its units to pixels.
        frame: Inches from the lower left corner of the figure (left, bottom, width, height), beyond which
            nothing is drawn that is ``cut``; None for the whole figure.
    """

    def __init__(
        self, canvas: Any, transform: Any, frame: tuple[float, float, float, float] | None = None
    ) -> None:
        from matplotlib.patches import Rectangle

        self.canvas = canvas
        self.transform = transform
        self._frame = canvas.patch
        if frame is not None:
            left, bottom, wide, tall = frame
            self._frame = Rectangle((left, bottom), wide, tall, transform=canvas.dpi_scale_trans)

    @classmethod
    def of_inches(cls, canvas: Any) -> Plane:
        """Inches from the lower left corner of the figure."""
        return cls(canvas, canvas.dpi_scale_trans)

    @classmethod
    def from_top(cls, canvas: Any) -> Plane:
        """Inches from the upper left corner of the figure."""
        from matplotlib.transforms import Affine2D

        return cls(
            canvas, Affine2D().scale(1, -1).translate(0, canvas.get_figheight()) + canvas.dpi_scale_trans
        )

    @classmethod
    def of_points(cls, canvas: Any) -> Plane:
        """Points from the lower left corner of the figure."""
        from matplotlib.transforms import Affine2D

        return cls(canvas, Affine2D().scale(1 / POINTS) + canvas.dpi_scale_trans)

    @classmethod
    def of_values(
        cls,
        canvas: Any,
        frame: tuple[float, float, float, float],
        across: tuple[float, float],
        up: tuple[float, float],
    ) -> Plane:
        """Values of two scales, each of which fills a side of a frame.

        Args:
            canvas: The figure.
            frame: As above.
            across: The values at the left and at the right.
            up: The values at the bottom and at the top.
        """
        from matplotlib.transforms import Bbox, BboxTransform

        values = Bbox.from_extents(across[0], up[0], across[1], up[1])
        return cls(canvas, BboxTransform(values, Bbox.from_bounds(*frame)) + canvas.dpi_scale_trans, frame)

    def add(self, artist: Any, *, cut: bool = False) -> None:
        """Put a line, a patch or a text here.

        Args:
            artist: Of Matplotlib; in the units of this plane.
            cut: Whether nothing of it is drawn beyond the frame.
        """
        artist.set_transform(self.transform)
        self.canvas.add_artist(artist)
        if cut:
            artist.set_clip_path(self._frame)

    def text(self, x: float, y: float, words: str, **look: Any) -> None:
        """Write in one line; ``look`` goes to ``matplotlib.text.Text``."""
        from tasks.figures.letters import Words

        self.add(Words(x, y, words, **look))
