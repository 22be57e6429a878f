"""Whatever is in the place of an input: the look before a run ends with success or with one line.

Every kind of :mod:`tests.faults.hostile` is put in the place of every input of a small investigation. Then
the same functions are called as by ``nwatch run`` before it works, and those that read the file whole. They
must end in bounded memory, without another exception, and with no control character in what they say.
"""

import gzip
import io
import os
import random
import resource
import shutil
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import psutil
import pyarrow as pa
import pytest
from _pytest.mark import ParameterSet
from distributed import Client

from data.catalog import Investigation
from data.errors import InputError
from flows.run.inputs import Inputs
from flows.run.preflight import check, look_at, notes, parts_to_run
from tasks.selection.look import find_downloads, read_inputs
from tests.faults.hostile import CONTENT, LARGE, NAMES, NO_FILE
from tests.faults.small_case import INPUTS, PART_OF, make
from tests.tasks.selection.ltdb_downloads import lay, survey_tables

MOST_MEMORY = 2_500_000_000
"""Bytes of address space that a look may add; Arrow reserves more than it uses."""


def walk(inputs: Iterable[str], kinds: Iterable[str]) -> list[ParameterSet]:
    """Every kind in the place of every input; a quarter of them, each kind in its turn, is not slow.

    What is made of megabytes is always long.
    """
    return [
        pytest.param(
            given,
            kind,
            marks=(
                (pytest.mark.slow,) if (place + number) % 4 else (pytest.mark.long,) if kind in LARGE else ()
            ),
            id=f"{given}-{kind}",
        )
        for place, given in enumerate(inputs)
        for number, kind in enumerate(kinds)
    ]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small investigation; not to be changed."""
    folder = make(tmp_path_factory.mktemp("small") / "case")
    for part in set(PART_OF.values()):  # what is loaded once is not counted as the memory of a look
        check(Inputs(Investigation.open(folder)), [part])
    return folder


@pytest.fixture
def case(small: Path, tmp_path: Path) -> Path:
    """A copy, whose files are links to those of the small investigation until they are replaced."""
    return Path(shutil.copytree(small, tmp_path / "case", copy_function=os.link))


@contextmanager
def bounded() -> Iterator[None]:
    """Let the process have only so much more memory."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    most = psutil.Process().memory_info().vms + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def looked_at(case: Path, part: str, client: Client) -> None:
    """What a run does before it works, and the reading of what it starts from."""
    investigation = Investigation.open(case)
    parts_to_run(investigation)
    notes(investigation)
    given = Inputs(investigation)
    check(given, [part])
    found = look_at(given, part)
    if part == "mail":
        from tasks.mail.look import plan_reading

        plan_reading(investigation.records(), investigation.work)
    elif part == "posts":
        from tasks.layers.prepare import prepare_layer
        from tasks.posts.gather import gather_posts

        prepare_layer(found.layer, investigation.work)
        gather_posts(found.files, found.settings, investigation.work, client)
    elif part == "crime":
        from tasks.crime.task import gather

        gather.function(found.files, found.settings, investigation.work, client)
    elif part == "gentrification":
        from tasks.selection import task as selection

        selection.judge.function(found, investigation.config.selection)


def line_of(case: Path, part: str, client: Client) -> str:
    """The line with which it ends; empty for success."""
    with warnings.catch_warnings(), bounded():
        warnings.simplefilter("error")
        try:
            looked_at(case, part, client)
        except InputError as error:
            return str(error)
    return ""


def fit_to_be_shown(line: str) -> bool:
    """Whether it is a line, or one with the lines to write below it, of a length that people read."""
    return all(each.isprintable() for each in line.split("\n")) and len(line) < 2_500 and line.count("\n") < 9


@pytest.mark.long(7)
@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", NO_FILE)
@pytest.mark.parametrize("given", INPUTS)
def test_what_is_no_file_is_named_before_it_is_opened(case: Path, given: str, kind: str, threads: Client):
    NO_FILE[kind](case / INPUTS[given])
    line = line_of(case, PART_OF[given], threads)
    assert fit_to_be_shown(line)
    if kind == "folder" and given in {"mailbox", "posts", "crime", "acs", "city list", "layer"}:
        return  # folders may be there, and the file is missed
    assert f"{INPUTS[given]}: is not a regular file (it is a " in line


DOWNLOADS = {
    "full count": "LTDB_Std_2000_fullcount.csv",
    "sample": "ltdb_std_all_sample/ltdb_std_2000_sample.csv",
    "list of metropolitan areas": "list1_2020.csv",
    "survey": next(iter(survey_tables())),
}
"""What census/gentrification is built from, below census/sources."""


@pytest.mark.long(9)
@pytest.mark.timeout(60)
@pytest.mark.parametrize(("given", "kind"), walk(DOWNLOADS, [*CONTENT, *NO_FILE]))
def test_a_download_for_gentrification_is_read_or_is_one_line(tmp_path: Path, given: str, kind: str):
    path = lay(tmp_path) / "census/sources" / DOWNLOADS[given]
    if kind in NO_FILE:
        NO_FILE[kind](path)
    else:
        path.write_bytes(CONTENT[kind](path.read_bytes()))
    lines: list[str] = []
    with warnings.catch_warnings(), bounded():
        warnings.simplefilter("error")
        try:
            found = find_downloads(tmp_path)
            cities = pa.table({"city": ["Small"], "GEOID": ["06037000100"]})
            lines += [] if found.missing() else map(str, read_inputs(found, cities)[1])
        except InputError as error:
            lines.append(str(error))
    assert all(map(fit_to_be_shown, lines)), lines
    if kind in NO_FILE and kind != "folder":
        assert lines[0].startswith(f"census/sources/{DOWNLOADS[given]}: is not a regular file (it is a ")


BINARY = {
    "posts": "parquet", "crime": "csv.gz", "acs": "parquet", "city list": "parquet", "layer": "parquet",
    "gentrification": "parquet", "mailbox": "pst",
}  # fmt: skip
"""Inputs in a form in which one bit changes much."""


@pytest.mark.long(9)
@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("given", BINARY)
def test_flipped_bytes_are_read_or_are_one_line(case: Path, given: str, seed: int, threads: Client):
    path = case / INPUTS[given]
    content = bytearray(_in_binary(path, BINARY[given]))
    path.unlink()
    dice = random.Random(seed)
    for _ in range(1 + seed % 4):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    if seed == 7:
        content = content[: dice.randrange(len(content))]
    path.with_name(f"{path.name.split('.')[0]}.{BINARY[given]}").write_bytes(content)
    line = line_of(case, PART_OF[given], threads)
    assert fit_to_be_shown(line), line[:3_000]


def _in_binary(path: Path, form: str) -> bytes:
    """The content of a file in another form."""
    if form == "pst":
        return path.read_bytes()
    if form == "csv.gz":
        return gzip.compress(path.read_bytes(), mtime=0)
    packed = io.BytesIO()
    if path.suffix == ".geojson":
        gpd.read_file(path).to_parquet(packed)
    else:
        frame = pd.read_csv(path, dtype=dict.fromkeys(("id", "GEOID", "user_id"), str))
        frame.to_parquet(packed, index=False)
    return packed.getvalue()


@pytest.mark.long(7)
@pytest.mark.timeout(60)
@pytest.mark.parametrize(("given", "kind"), walk(INPUTS, CONTENT))
def test_whatever_a_file_holds_is_read_or_is_one_line(case: Path, given: str, kind: str, threads: Client):
    path = case / INPUTS[given]
    content = CONTENT[kind](path.read_bytes())
    path.unlink()
    path.write_bytes(content)
    line = line_of(case, PART_OF[given], threads)
    assert fit_to_be_shown(line), line[:3_000]
    assert not line or Path(INPUTS[given]).parts[0] in line


@pytest.mark.long(7)
@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("given", ["mailbox", "posts", "crime", "layer", "atlas"])
def test_whatever_a_file_is_called_it_is_read_or_is_one_line(
    case: Path, given: str, name: str, threads: Client
):
    path = case / INPUTS[given]
    begin = "tracts" if given == "layer" else ""
    path.rename(path.with_name(f"{begin}{NAMES[name]}{path.suffix}"))
    assert fit_to_be_shown(line := line_of(case, PART_OF[given], threads)), line
    assert given == "layer" or not line


@pytest.mark.long(7)
@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("folder", ["records/pd", "crime/small", ""])
def test_whatever_a_folder_is_called_it_is_read_or_is_one_line(
    case: Path, folder: str, name: str, threads: Client
):
    path = case / folder
    renamed = path.rename(path.with_name(NAMES[name]))
    if not folder:
        case = renamed
    for part in ("mail", "posts", "crime", "requests"):
        assert fit_to_be_shown(line_of(case, part, threads))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["pipe", "endless device", "link to itself", "link to nothing", "file"])
@pytest.mark.parametrize("folder", ["records", "posts", "crime", "census", "atlas"])
def test_what_is_in_the_place_of_a_folder_is_named(case: Path, folder: str, kind: str, threads: Client):
    shutil.rmtree(case / folder)
    (case / folder).touch()
    if kind != "file":
        NO_FILE[kind](case / folder)
    assert line_of(case, "posts", threads).startswith(f"{folder}: is not a folder (it is a ")


WHOLE = ("numbers of 1e300", "endless numbers", "negative numbers", "dates at the end", "control characters",
         "controls in the header", "bidirectional marks", "Windows-1252", "header only")  # fmt: skip
"""Kinds of content that a look may take for a table: what comes after it meets them too."""


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize(
    "given", ["requests", "posts", "crime", "acs", "city list", "gentrification", "atlas"]
)
def test_a_whole_run_publishes_or_ends_with_one_line(case: Path, given: str, kind: str, threads: Client):
    from flows.investigate import investigate

    path = case / INPUTS[given]
    content = CONTENT[kind](path.read_bytes())
    path.unlink()
    path.write_bytes(content)
    line, result = "", None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries, on what they will change
        warnings.simplefilter("error", RuntimeWarning)
        try:
            result = investigate(case, only=[PART_OF[given]])
        except InputError as error:
            line = str(error)
    assert fit_to_be_shown(line)
    assert (case / "out/public/ledger.csv").is_file() == (result is not None)
    # The lines are escaped where they are shown; a line feed would make two of one.
    assert result is None or not any("\n" in each for each in (*result.notes, *result.warnings))
