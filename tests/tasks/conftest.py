"""What the tests of several rooms ask for."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

Floats = npt.NDArray[np.float64]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Rows as a file, in the format that its suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(rows)
    if path.suffix == ".parquet":
        pq.write_table(table, path)
        return path
    text = pa.BufferOutputStream()
    pacsv.write_csv(table, text)
    data = text.getvalue().to_pybytes()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.fixture
def written() -> Callable[[Path, list[dict[str, Any]]], Path]:
    """Writes rows as a file."""
    return write


@pytest.fixture(scope="session")
def cars() -> tuple[Floats, Floats]:
    """R's `cars`: speed (mph) and stopping distance (ft) of 50 cars."""
    speed = [4, 4, 7, 7, 8, 9, 10, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15]
    speed += [15, 16, 16, 17, 17, 17, 18, 18, 18, 18, 19, 19, 19, 20, 20, 20, 20, 20, 22, 23, 24, 24, 24, 24]
    dist = [2, 10, 4, 22, 16, 10, 18, 26, 34, 17, 28, 14, 20, 24, 28, 26, 34, 34, 46, 26, 36, 60, 80, 20, 26]
    dist += [54, 32, 40, 32, 40, 50, 42, 56, 76, 84, 36, 46, 68, 32, 48, 52, 56, 64, 66, 54, 70, 92, 93, 120]
    return np.array([*speed, 25.0]), np.array([*dist, 85.0])


@pytest.fixture(scope="session")
def mtcars() -> tuple[Floats, Floats]:
    """R's `mtcars`: weight (1,000 lb) and miles a gallon of 32 cars."""
    wt = [2.62, 2.875, 2.32, 3.215, 3.44, 3.46, 3.57, 3.19, 3.15, 3.44, 3.44, 4.07, 3.73, 3.78, 5.25, 5.424]
    wt += [5.345, 2.2, 1.615, 1.835, 2.465, 3.52, 3.435, 3.84, 3.845, 1.935, 2.14, 1.513, 3.17, 2.77, 3.57]
    mpg = [21.0, 21.0, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4]
    mpg += [14.7, 32.4, 30.4, 33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26.0, 30.4, 15.8, 19.7, 15.0]
    return np.array([*wt, 2.78]), np.array([*mpg, 21.4])
