"""What Git LFS leaves in place of a file, in place of each file that a person hands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.configuration import read_agency, read_config
from data.errors import InputError
from tasks.layers.shapefiles import check_parts
from tasks.mail.inspect import inspect
from tasks.mail.layout import NotAMailboxError
from tasks.rows.form import form_of
from tasks.rows.text_rows import first_rows, read_bytes

POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)
SAID = "only a pointer of Git LFS to the file[;,].* 'git lfs pull' where it comes from"


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet", "a.geojson", "a.zip", "a.json"])
def test_a_table_that_is_only_a_pointer_is_named_as_that(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(POINTER)
    for read in (form_of, read_bytes):
        with pytest.raises(InputError, match=f"^posts/{name}: is {SAID}"):
            read(path, f"posts/{name}")
    with pytest.raises(InputError, match=SAID):
        first_rows(path, "a", 3)


def test_settings_that_are_only_a_pointer_are_named_as_that(tmp_path: Path):
    (tmp_path / "investigation.toml").write_bytes(POINTER)
    with pytest.raises(InputError, match=f"^investigation.toml: is {SAID}"):
        read_config(tmp_path)
    with pytest.raises(InputError, match=f"^agency.toml: is {SAID}"):
        read_agency(POINTER, "agency.toml")


def test_a_mailbox_that_is_only_a_pointer_is_named_as_that(tmp_path: Path):
    (tmp_path / "a.pst").write_bytes(POINTER)
    with pytest.raises(NotAMailboxError, match="only a pointer of Git LFS to the file, not a PST or OST"):
        inspect(tmp_path / "a.pst")


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf", ".prj"])
def test_a_part_of_a_shapefile_that_is_only_a_pointer_is_named_as_that(suffix: str):
    parts = dict.fromkeys((".shp", ".shx", ".dbf", ".prj"), (b"", 0)) | {suffix: (POINTER[:100], 130)}
    with pytest.raises(InputError, match=rf"^census/t.shp: t\{suffix}: is {SAID}"):
        check_parts("census/t.shp", "t", parts, "beside it")
