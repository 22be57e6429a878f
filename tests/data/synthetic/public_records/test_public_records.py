import hashlib
from pathlib import Path

import pytest

from data.catalog import Investigation
from data.configuration import read_config
from data.settings import CrimeColumns
from data.synthetic.country import make_country
from data.synthetic.country.model import Country
from data.synthetic.country.truth import city_rows
from data.synthetic.public_records import PublicRecords, plan_book, write_public_records
from data.synthetic.public_records.figures import CRIME_CITIES

Written = tuple[Path, PublicRecords]
WRITTEN = ("crime", "atlas", "truth", "census/gentrification.parquet")


def _digests(folder: Path) -> dict[str, str]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in names.items()
        if name.startswith(WRITTEN)
    }


def test_equal_arguments_give_equal_bytes(public_records: Written, tmp_path: Path) -> None:
    folder, made = public_records
    assert write_public_records(tmp_path, make_country(0.002, 3), 0.002, 3) == made
    assert _digests(tmp_path) == _digests(folder)


def test_another_seed_gives_other_files(public_records: Written, tmp_path: Path) -> None:
    write_public_records(tmp_path, make_country(0.002, -3), 0.002, -3)
    other, same = _digests(tmp_path), _digests(public_records[0])
    assert set(other) == set(same)
    assert {name for name in same if other[name] == same[name]} == {"truth/crime_verdicts.csv"}


def test_no_temporary_file_is_left(public_records: Written) -> None:
    assert not list(public_records[0].rglob(".*"))


def test_the_tables_of_truth_are_those_without_the_programs_own_words(public_records: Written) -> None:
    names = {
        path.relative_to(public_records[0] / "truth").as_posix()
        for path in (public_records[0] / "truth").rglob("*.parquet")
    }
    assert names == {
        "private/crime_files.parquet",
        "public/city_selection.parquet",
        "public/crime_deciles.parquet",
        "public/crime_tests.parquet",
        "public/crime_types.parquet",
        "public/gentrification.parquet",
        "public/gentrification_thresholds.parquet",
        "public/gentrification_tracts.parquet",
        "public/tract_crimes.parquet",
    }


@pytest.mark.long
def test_the_program_reads_the_settings_and_finds_the_files(small: Path) -> None:
    config = read_config(small)
    assert {key: crime.city for key, crime in config.crime.items()} == {
        city.folder: city.city for city in CRIME_CITIES
    }
    assert config.crime["alderfall"].columns == CrimeColumns()
    assert config.crime["thornquill"].columns.id is None
    assert config.crime["thornquill"].types == ["PACKAGE THEFT"]
    assert {crime.year for crime in config.crime.values()} == {2019}
    assert (config.selection.start, config.selection.end) == ("_00", "_19")
    assert (config.selection.inflation, config.selection.cities) == (1.49, 3)
    found = Investigation.open(small)
    assert {key: len(files) for key, files in found.crime_files().items()} == {
        "alderfall": 2,
        "thornquill": 1,
    }
    assert [name for name, _ in found.atlas_files()] == ["atlas/atlas.csv"]
    assert found.requests_file()[1].is_file()
    assert found.census_file("gentrification")[0] == "census/gentrification.parquet"


@pytest.mark.parametrize("scale", [0.0001, 0.06])
@pytest.mark.parametrize("seed", [1, 2, 4, 5])
def test_every_type_has_its_verdict_for_every_seed(scale: float, seed: int) -> None:
    country = make_country(scale, seed)
    alpha = 0.05 / len(country.layout.cities)
    for city in CRIME_CITIES:
        book = plan_book(country, city, scale, seed)
        for number, each in enumerate(city.examined):
            counts = book.crimes.counts(number, country.grid.tracts)
            _, ((_, _, _, crimes, _, p, *_, direction), _) = city_rows(
                book.placed, country.census, counts, alpha
            )
            assert direction == (each.kind or "not testable")
            assert (crimes > 0) == (each.kind is not None)
            if each.exactly:
                assert crimes == each.exactly
            elif each.kind == "none":
                assert p > 0.2
            elif each.kind:
                assert p < alpha / 100


def test_a_type_without_its_verdict_is_an_error(
    country: Country, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data.synthetic.public_records import crime_truth

    monkeypatch.setattr(crime_truth, "ALPHA", 1e-300)
    with pytest.raises(ValueError, match="BATTERY - SIMPLE ASSAULT was made negative and is none"):
        write_public_records(tmp_path, country, 0.002, 3)
