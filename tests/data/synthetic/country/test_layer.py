from pathlib import Path

import geopandas
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from data.synthetic.country import layer
from data.synthetic.country.grid import polygons
from data.synthetic.country.layer import write_layer
from data.synthetic.country.model import Country


def test_geopandas_reads_the_layer(planned: tuple[Country, np.ndarray], tmp_path: Path) -> None:
    country, _ = planned
    path = tmp_path / "tracts.parquet"
    write_layer(path, country.grid, country.layout)
    read = geopandas.read_parquet(path)
    assert read.crs.to_epsg() == 4269
    assert read["GEOID"].tolist() == list(country.layout.geoids)
    assert (read["STATEFP"] + read["COUNTYFP"] + read["TRACTCE"] == read["GEOID"]).all()
    assert shapely.equals_exact(read.geometry.array, polygons(country.grid, 0, 400)).all()
    assert (~read.is_valid).sum() == country.numbers.invalid
    bounds = pq.read_schema(path).metadata[b"geo"]
    assert str(float(read.total_bounds[0])).encode() in bounds


def test_a_layer_in_several_pieces_has_the_same_rows(
    planned: tuple[Country, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    country, _ = planned
    write_layer(tmp_path / "one.parquet", country.grid, country.layout)
    monkeypatch.setattr(layer, "PIECE", 77)
    write_layer(tmp_path / "many.parquet", country.grid, country.layout)
    one, many = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("one", "many"))
    assert one.equals(many)
    assert pq.ParquetFile(tmp_path / "many.parquet").num_row_groups == 6
