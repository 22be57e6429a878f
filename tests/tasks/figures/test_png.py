"""Pixels as a file."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from tasks.figures.png import png_of


def test_the_pixels_and_their_size_on_paper_are_read_back() -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (7, 5, 4), dtype=np.uint8)
    with Image.open(io.BytesIO(png_of(pixels, 144))) as read:
        read.verify()
    with Image.open(io.BytesIO(png_of(pixels, 144))) as read:
        assert read.mode == "RGB"
        np.testing.assert_array_equal(np.asarray(read), pixels[:, :, :3])
        assert tuple(round(each) for each in read.info["dpi"]) == (144, 144)
