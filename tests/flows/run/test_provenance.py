"""`provenance.json`: by hash, never by name, and without a clock."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from data.police import read_police
from data.settings import Config, Tests
from flows.parts import load
from flows.parts.gentrification import GentrificationFound
from flows.parts.mail import MailFound
from flows.parts.selection import SelectionFound
from flows.run.left import previous
from flows.run.provenance import provenance, write_provenance
from tasks.mail.results import MailSource, Reading
from tasks.rows.results import InputFile, Recognised
from tasks.selection.results import AtlasInput, GentrificationInput

CONFIG = Config(name="test")

SOURCE = MailSource(
    agency="lapd",
    source="0123456789ab",
    sha256="0123456789ab" + "0" * 52,
    files=("records/lapd/officer smith.pst",),
    bytes=10,
    format="Unicode PST",
    messages_listed=1,
    unknown=None,
    mail=None,
    read=1,
    not_mail=0,
    quarantined=0,
)


def made(tables: Path, *sources: MailSource) -> dict:
    empty = pa.table({})
    mail = MailFound(Reading(sources, empty), "c" * 64, 0, empty, 0, 0, 0)
    return of_parts(tables, None, mail=mail)


def of_parts(tables: Path, before: dict | None = None, config: Config = CONFIG, **found: Any) -> dict:
    return provenance(config, load(found), found, tables, before)


def test_inputs_are_named_by_agency_and_hash_and_never_by_file(tmp_path: Path):
    values = made(tmp_path, SOURCE)
    assert values["sources"] == [
        {"agency": "lapd", "source": SOURCE.source, "sha256": SOURCE.sha256, "bytes": 10}
    ]
    assert "smith" not in json.dumps(values)


def test_what_files_were_recognised_as_is_kept_without_their_names(tmp_path: Path):
    said = {"posts": [Recognised("posts/b.csv", "b"), Recognised("posts/a.csv", "a")], "crime": []}
    first = provenance(CONFIG, [], {}, tmp_path, None, said)
    assert first["recognised"] == {"posts": ["a", "b"]}
    posts = {"posts": {"files": []}, "tables": {}, "configuration": {"sha256": "0"}}
    second = provenance(CONFIG, [], {}, tmp_path, {**first, **posts})
    assert second["recognised"] == {"posts": ["a", "b"]}


def test_a_crosswalk_of_the_investigation_s_own_is_named_by_its_hash(tmp_path: Path):
    empty = pa.table({})
    mail = MailFound(Reading((), empty), "c" * 64, 0, empty, 0, 0, 0, own_rows="d" * 64)
    assert made(tmp_path)["crosswalk"] == {"sha256": "c" * 64}
    assert of_parts(tmp_path, mail=mail)["crosswalk"] == {"sha256": "c" * 64, "own": {"sha256": "d" * 64}}


def test_the_order_in_which_sources_are_named_does_not_matter(tmp_path: Path):
    other = replace(SOURCE, agency="sdpd")
    assert made(tmp_path, SOURCE, other) == made(tmp_path, other, SOURCE)


def test_each_table_is_named_with_its_hash(tmp_path: Path):
    (tmp_path / "public").mkdir()
    (tmp_path / "public/kinds.parquet").write_bytes(b"rows")
    assert made(tmp_path)["tables"] == {"public/kinds.parquet": hashlib.sha256(b"rows").hexdigest()}


def test_the_versions_of_all_that_can_change_a_table_are_there(tmp_path: Path):
    versions = made(tmp_path)["versions"]
    assert {
        "neighborhood-watch",
        "libpff-python",
        "pyarrow",
        "python",
        "reader",
        "matplotlib",
        "xlsxwriter",
        "sqlite",
    } <= set(versions)
    assert all(versions.values())


def test_the_same_values_give_the_same_bytes(tmp_path: Path):
    values = made(tmp_path, SOURCE)
    first = write_provenance(values, tmp_path).read_bytes()
    assert write_provenance(dict(reversed(values.items())), tmp_path).read_bytes() == first
    assert json.loads(first)["investigation"] == "test"


def test_a_run_of_the_posts_alone_keeps_what_the_last_one_says_of_the_mail(tmp_path: Path):
    (tmp_path / "public").mkdir()
    (tmp_path / "public/kinds.parquet").write_bytes(b"rows")
    write_provenance(made(tmp_path, SOURCE), tmp_path)
    before = previous(tmp_path)
    other = tmp_path / "stage"
    (other / "public").mkdir(parents=True)
    (other / "public/city_tests.parquet").write_bytes(b"tests")
    config = Config(name="test", tests=Tests(alpha=0.01))
    values = of_parts(other, before, config)
    assert values["sources"] == before["sources"]
    assert values["crosswalk"] == before["crosswalk"]
    assert values["kept"] == {"mail": Config(name="test").sha256}
    assert values["configuration"]["sha256"] == config.sha256
    assert values["tables"] == {
        "public/city_tests.parquet": hashlib.sha256(b"tests").hexdigest(),
        "public/kinds.parquet": hashlib.sha256(b"rows").hexdigest(),
    }


def test_where_no_run_was_there_is_nothing_to_keep(tmp_path: Path):
    assert previous(tmp_path) == {}
    values = of_parts(tmp_path, previous(tmp_path))
    assert "sources" not in values
    assert "kept" not in values


def chosen(sha: str) -> SelectionFound:
    empty = pa.table({"GEOID": []})
    name = "census/gentrification.csv"
    given = GentrificationInput(name, empty, 0, (InputFile(name, sha, 7),))
    atlas = AtlasInput(empty, 0, 0, (InputFile("atlas/leaked by someone.csv", "b" * 64, 8),))
    return SelectionFound(given, atlas, empty, empty)


def test_the_atlas_the_tracts_and_the_names_of_the_police_are_named_by_hash(tmp_path: Path):
    values = of_parts(tmp_path, selection=chosen("a" * 64))
    assert values["selection"] == {
        "gentrification": [{"source": "a" * 12, "sha256": "a" * 64, "bytes": 7}],
        "atlas": [{"source": "b" * 12, "sha256": "b" * 64, "bytes": 8}],
        "police": {"sha256": read_police().fingerprint},
    }
    assert "gentrification" not in values
    assert "someone" not in json.dumps(values)


def test_a_choice_of_cities_alone_keeps_what_the_last_run_says_of_the_tracts(tmp_path: Path):
    first = chosen("a" * 64)
    tracts = GentrificationFound(first.given, first.cities)
    before = of_parts(tmp_path, gentrification=tracts, selection=first)
    after = of_parts(tmp_path, before, selection=chosen("c" * 64))
    assert after["gentrification"] == before["gentrification"]
    assert after["selection"]["gentrification"][0]["source"] == "c" * 12
    assert list(after["kept"]) == ["gentrification"]
