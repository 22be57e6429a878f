"""The workbook in LibreOffice, and the database in Datasette, as people open them."""

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from tasks.package.make import write_package
from tests.tasks.package.conftest import HOSTILE, story_of

pytestmark = pytest.mark.slow

# All sheets, with texts as they are shown, and none of it in the language of this machine.
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed (libreoffice-calc)")
def test_libreoffice_opens_the_workbook_and_finds_the_same(
    tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    write_package(story_of(tmp_path, tables), tmp_path)
    done = subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"),
            *("--convert-to", AS_CSV, "--outdir", str(tmp_path / "read"), str(tmp_path / "public.xlsx")),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    read = {path.stem.removeprefix("public-"): path for path in (tmp_path / "read").iterdir()}
    assert {"contents", "columns", *(name.removeprefix("public/") for name in tables)} == set(read)
    with read["kinds"].open(encoding="utf-8", newline="") as file:
        agencies = [row["agency"] for row in csv.DictReader(file)]
    plain = [text for text in HOSTILE if "\0" not in text and len(text) < 32_767]
    assert [text for text in agencies if text in plain] == sorted(plain)
    with read["tracts_used"].open(encoding="utf-8", newline="") as file:
        tract = next(csv.DictReader(file))
    assert (tract["GEOID"], tract["geo_id"]) == ("01001020100", "1400000US01001020100")
    with read["requests"].open(encoding="utf-8", newline="") as file:
        assert [row["sent"] for row in csv.DictReader(file)] == ["1860-06-26", "2019-04-14"]


@pytest.fixture
def site(tables: dict[str, pa.Table], tmp_path: Path) -> Iterator[str]:
    """The address at which Datasette serves the database; nothing but this machine can be reached from it."""
    write_package(story_of(tmp_path, tables, license="CC-BY-4.0"), tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path / "public"
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "datasette", "serve", "--host", "127.0.0.1", "--port", str(port)),
            *(str(folder / "public.sqlite"), "-m", str(folder / "metadata.json")),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "no_proxy": "127.0.0.1", "HOME": str(tmp_path)},
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(120):
            assert server.poll() is None, "Datasette ended"
            try:
                asked(f"{address}/-/versions.json")
                break
            except OSError:
                time.sleep(0.25)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def asked(address: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=20) as page:
        return str(page.read().decode())


def test_datasette_makes_a_site_of_it(site: str) -> None:
    rows = json.loads(asked(f"{site}/public/kinds.json?_shape=array"))
    assert [row["agency"] for row in rows] == list(reversed(HOSTILE))
    page = asked(f"{site}/public/kinds")
    assert "One row per kind of message that occurs." in page
    assert "Messages of the kind." in page
    assert "CC-BY-4.0" in page
    assert "<script>alert(1)" not in page
    tracts = asked(f"{site}/public/tracts_used?GEOID=01001020100")
    assert "01001020100" in tracts
    assert "US dollars a year" in tracts
    front = asked(f"{site}/public")
    assert "tract_crimes" in front
    assert json.loads(asked(f"{site}/public.json"))["hidden_count"] == 1
    loaded = re.findall(r"""(?:src|stylesheet"? href)=["']?([^"' >]+)""", page)
    assert loaded
    assert all(each.startswith("/-/") for each in loaded), loaded
