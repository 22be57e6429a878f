"""`provenance.json`: by hash, never by name, and without a clock."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from data.settings import Config
from flows.provenance import provenance, write_provenance
from tasks.mail.results import MailSource

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
    return provenance(Config(name="test"), sources, reader="1", crosswalk="c" * 64, tables=tables)


def test_inputs_are_named_by_agency_and_hash_and_never_by_file(tmp_path: Path):
    values = made(tmp_path, SOURCE)
    assert values["sources"] == [
        {"agency": "lapd", "source": SOURCE.source, "sha256": SOURCE.sha256, "bytes": 10}
    ]
    assert "smith" not in json.dumps(values)


def test_the_order_in_which_sources_are_named_does_not_matter(tmp_path: Path):
    other = replace(SOURCE, agency="sdpd")
    assert made(tmp_path, SOURCE, other) == made(tmp_path, other, SOURCE)


def test_each_table_is_named_with_its_hash(tmp_path: Path):
    (tmp_path / "public").mkdir()
    (tmp_path / "public/kinds.parquet").write_bytes(b"rows")
    assert made(tmp_path)["tables"] == {"public/kinds.parquet": hashlib.sha256(b"rows").hexdigest()}


def test_the_versions_of_all_that_can_change_a_table_are_there(tmp_path: Path):
    versions = made(tmp_path)["versions"]
    assert {"neighborhood-watch", "libpff-python", "pyarrow", "python", "reader"} <= set(versions)
    assert all(versions.values())


def test_the_same_values_give_the_same_bytes(tmp_path: Path):
    values = made(tmp_path, SOURCE)
    first = write_provenance(values, tmp_path).read_bytes()
    assert write_provenance(dict(reversed(values.items())), tmp_path).read_bytes() == first
    assert json.loads(first)["investigation"] == "test"
