"""``investigation.toml`` key by key: what is read, and the one line that each mistake becomes."""

import re
from pathlib import Path

import pytest

from data.codebook import read_codebook
from data.configuration import agency_lines, read_agency, read_config
from data.errors import InputError
from data.settings import Agency, Config

WHOLE = """
name = "Neighborhood Watch"

[agencies.lapd]
name = "Los Angeles Police Department"
city = "Los Angeles city, California"
timezone = "America/Los_Angeles"

[posts]
year = 2019
timezone = "UTC"
exclude_users = ["1234567"]

[cities]
include = ["Los Angeles city, California", "Phoenix city, Arizona"]

[tests]
alpha = 0.05

[crime.los-angeles]
city = "Los Angeles city, California"
year = 2019
types = ["BATTERY - SIMPLE ASSAULT", "BURGLARY FROM VEHICLE"]

[selection]
start = "_00"
end = "_19"
inflation = 1.49
cities = 25

[coding]
sample = 1000
seed = 2023
reviews = 3
"""


@pytest.fixture
def read(tmp_path: Path):
    """Read a text as investigation.toml."""

    def reader(text: str) -> Config:
        (tmp_path / "investigation.toml").write_text(text, encoding="utf-8")
        return read_config(tmp_path)

    return reader


def error_of(read, text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_configuration_of_the_design_is_read_whole(read):
    config = read(WHOLE)
    assert config.agencies["lapd"].timezone == "America/Los_Angeles"
    assert config.posts is not None
    assert config.posts.exclude_users == ["1234567"]
    assert config.cities.include == ["Los Angeles city, California", "Phoenix city, Arizona"]
    assert config.crime["los-angeles"].types[1] == "BURGLARY FROM VEHICLE"
    assert (config.selection.inflation, config.coding.sample, config.tests.alpha) == (1.49, 1000, 0.05)


def test_everything_but_the_name_is_optional(read):
    config = read('name = "small"')
    assert config.agencies == {}
    assert config.posts is None
    assert (config.coding.reviews, config.selection.cities, config.tests.alpha) == (3, 25, 0.05)


@pytest.mark.parametrize(
    ("mistake", "instead", "line"),
    [
        (
            'timezone = "America',
            'timezon = "America',
            "unknown key 'agencies.lapd.timezon'; did you mean 'timezone'?",
        ),
        ("[coding]", "[codign]", "unknown key 'codign'; did you mean 'coding'?"),
        (
            "reviews = 3",
            "color = 3",
            "unknown key 'coding.color'; remove it; known here: sample, seed, reviews",
        ),
        ("types =", "kinds =", "unknown key 'crime.los-angeles.kinds'"),
        (
            "s_Angeles",
            "s_Angles",
            "'America/Los_Angles' is not a time zone of the IANA database; did you mean",
        ),
        (
            "America/Los_Angeles",
            "PST",
            "'PST' is not a time zone of the IANA database; write it as 'America/",
        ),
        ("year = 2019", 'year = "2019"', "'posts.year' is wrong: must be a whole number, without quotes"),
        ('["1234567"]', '"1234567"', '\'posts.exclude_users\' is wrong: must be a list, such as ["…", "…"]'),
        ("alpha = 0.05", "alpha = 1.5", "'tests.alpha' is wrong: must be less than 1"),
        ('["1234567"]', "[1234567]", "'posts.exclude_users[0]' is wrong: must be text in quotes"),
        (
            "sample = 1000",
            "sample = true",
            "'coding.sample' is wrong: must be a whole number, without quotes",
        ),
        ("inflation = 1.49", 'inflation = "1.49"', "'selection.inflation' is wrong"),
        ('name = "Neighborhood Watch"', "", "the key 'name' is missing; add it"),
        ('name = "Neighborhood Watch"', 'name = "a"\nposts = 3', "not valid TOML"),
        ('name = "Neighborhood Watch"', "name = Watch", "not valid TOML"),
    ],
)
def test_a_mistake_is_one_line_that_names_file_and_key(read, mistake, instead, line):
    assert mistake in WHOLE
    message = error_of(read, WHOLE.replace(mistake, instead, 1))
    assert message.startswith("investigation.toml: ")
    assert line in message


def test_a_value_in_place_of_a_section_is_reported_with_how_to_write_it(read):
    line = error_of(read, 'name = "a"\n[agencies]\nlapd = "Los Angeles"')
    assert "'agencies.lapd' must be a section; write it as [agencies.lapd]" in line


def test_a_mistyped_key_counts_as_one_mistake_and_others_are_counted(read):
    mistyped = WHOLE.replace('timezone = "America', 'timezon = "America')
    assert "more)" not in error_of(read, mistyped)
    assert error_of(read, mistyped.replace("seed = 2023", 'seed = "x"')).endswith("(and 1 more)")


def test_the_error_for_a_folder_without_configuration_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(InputError, match=r"no investigation\.toml in it.*nwatch new"):
        read_config(tmp_path)


@pytest.mark.parametrize(
    ("file", "asked", "fix"),
    [
        ("investigation.toml.txt", "", "rename investigation.toml.txt to investigation.toml"),
        ("Investigation.toml", "", "rename Investigation.toml to investigation.toml"),
        ("records/lapd/a.pst", "", "make one with: nwatch new my-investigation"),
        ("a b", "empty one", "make one with: nwatch new '"),
    ],
)
def test_the_error_for_a_folder_without_configuration_fits_the_folder(
    tmp_path: Path, file: str, asked: str, fix: str
):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).touch()
    (tmp_path / asked).mkdir(exist_ok=True)
    with pytest.raises(InputError, match=re.escape(fix)):
        read_config(tmp_path / asked)


def test_the_error_for_a_folder_inside_an_investigation_names_that_one(tmp_path: Path):
    (tmp_path / "records/lapd").mkdir(parents=True)
    (tmp_path / "investigation.toml").touch()
    with pytest.raises(InputError) as caught:
        read_config(tmp_path / "records/lapd")
    assert str(caught.value).endswith(f"did you mean {tmp_path}?")


def test_a_byte_order_mark_is_ignored(tmp_path: Path):
    (tmp_path / "investigation.toml").write_bytes(b"\xef\xbb\xbf" + b'name = "Notepad"\r\n')
    assert read_config(tmp_path).name == "Notepad"


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path):
    (tmp_path / "investigation.toml").write_bytes('name = "Cañon City"'.encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8 text"):
        read_config(tmp_path)


def test_the_hash_depends_on_what_the_configuration_says_and_not_on_its_layout(read):
    first = read(WHOLE).sha256
    assert read(WHOLE.replace("\n\n", "\n# a comment\n\n\n")).sha256 == first
    assert (
        read(WHOLE.replace("seed = 2023\n", "").replace("[coding]", "[coding]\nseed = 2023")).sha256 == first
    )
    assert read(WHOLE.replace("seed = 2023", "seed = 2024")).sha256 != first


def test_the_suggested_lines_for_an_agency_are_valid_as_they_are(read):
    for agency in ("lapd", "Los Angeles", 'the "best"', "ünï"):
        lines = agency_lines(agency).replace("…", "x")
        assert read('name = "a"\n' + lines).agencies == {
            agency: Agency(name="x", city="x", timezone="America/Los_Angeles")
        }


@pytest.mark.parametrize(
    ("written", "codec"),
    [("1251", "cp1251"), ('"windows-1251"', "cp1251"), ('"UTF-8"', "utf-8"), ("932", "cp932")],
)
def test_an_agency_s_code_page_is_a_number_or_a_name(read, written: str, codec: str):
    agency = f'[agencies.a]\nname = "A"\ntimezone = "UTC"\ncode_page = {written}\n'
    assert read('name = "a"\n' + agency).agencies["a"].code_page == codec


@pytest.mark.parametrize("written", ["7", '"hex"', '"utf-16"', "true", "1.5", "[]"])
def test_a_code_page_that_there_is_not_is_one_line(written: str):
    content = f'name = "A"\ntimezone = "UTC"\ncode_page = {written}\n'.encode()
    with pytest.raises(
        InputError, match=r"^records/a/agency\.toml: 'code_page' is wrong: .* is no code page"
    ) as caught:
        read_agency(content, "records/a/agency.toml")
    assert "\n" not in str(caught.value)


def test_an_agency_file_holds_the_same_keys(tmp_path: Path):
    path = tmp_path / "agency.toml"
    path.write_text('name = "A"\ntimezone = "UTC"\n')
    assert read_agency(path.read_bytes(), "records/a/agency.toml") == Agency(name="A", timezone="UTC")
    path.write_text('[agencies.a]\nname = "A"\ntimezone = "UTC"\n')
    with pytest.raises(InputError, match=r"'agencies'; remove the line \[agencies\.…\]; this file holds"):
        read_agency(path.read_bytes(), "records/a/agency.toml")
    path.write_text('name = "A"\ntimezone = "UTC"\ncounty = "B"\n')
    with pytest.raises(InputError, match=r"records/a/agency\.toml: unknown key 'county'"):
        read_agency(path.read_bytes(), "records/a/agency.toml")


def test_a_mistake_of_a_whole_file_is_one_line_too(tmp_path: Path):
    question = '[[questions]]\nkey = "note"\ntext = "Anything?"\nkind = "text"\n'
    (tmp_path / "codebook.toml").write_text(f'version = "1"\ntitle = "t"\n{question}{question}')
    with pytest.raises(InputError, match=r"^coding/codebook\.toml: two questions have the key 'note'$"):
        read_codebook(tmp_path)
