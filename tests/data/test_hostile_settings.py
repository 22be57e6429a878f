"""Settings that nobody writes by mistake: each is read, or is one line that can be shown, in bounded time."""

import codecs
import os
from pathlib import Path

import pytest

from data.configuration import MOST_BYTES, read_agency, read_config
from data.errors import InputError

NAME = 'name = "x"\n'
CRIME = NAME + '[crime.la]\ncity = "c"\nyear = 2019\ntypes = ["a"]\n'


def agency(key: str, more: str = "") -> str:
    return f'{NAME}[agencies.{key}]\nname = "A"\ntimezone = "UTC"\n{more}'


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "arrays 100,000 deep": (NAME + "a = " + "[" * 100_000 + "]" * 100_000, "nested too deep"),
    "tables 50,000 deep": (NAME + "a = " + "{a=" * 50_000, "nested too deep"),
    "a key of 100,000 parts": (NAME + ".".join("a" * 100_000) + " = 1", "more than 20 parts"),
    "a section of 100,000 parts": (NAME + "[" + " . ".join("a" * 100_000) + "]", "more than 20 parts"),
    "a key of quoted parts": (NAME + ".".join(["'a'"] * 30) + " = 1", "more than 20 parts"),
    "a year of 5,000 digits": (NAME + "[posts]\nyear = " + "9" * 5_000, "a number in it is too long"),
    "a year of 4,000 digits": (NAME + "[posts]\nyear = " + "9" * 4_000, "'posts.year' is wrong"),
    "a year of hexadecimal digits": (NAME + "[posts]\nyear = 0x" + "f" * 9_000, "'posts.year' is wrong"),
    "inflation inf": (
        NAME + "[selection]\ninflation = inf",
        "'selection.inflation' is wrong: must be a finite",
    ),
    "inflation nan": (NAME + "[selection]\ninflation = nan", "must be a finite number"),
    "inflation 1e300": (NAME + "[selection]\ninflation = 1e300", "must be less than or equal to 1000"),
    "inflation of many digits": (
        NAME + f"[selection]\ninflation = {'9' * 9_000}.0",
        "must be a finite number",
    ),
    "alpha nan": (NAME + "[tests]\nalpha = nan", "'tests.alpha' is wrong: must be a finite number"),
    "settle inf": (NAME + "[arrivals]\nsettle = inf", "'arrivals.settle' is wrong: must be a finite number"),
    "many cities": (NAME + f"[selection]\ncities = {10**300}", "'selection.cities' is wrong"),
    "a large seed": (NAME + f"[coding]\nseed = {1 << 64}", "'coding.seed' is wrong"),
    "a date format of 1 MB": (
        f'{CRIME}date_format = "{"%d" * 500_000}"',
        "must have at most 1000 characters",
    ),
    "a name of 1 MB": (f'name = "{"x" * 1_000_000}"', "'name' is wrong: must have at most 1000 characters"),
    "a key of 1 MB": (f"{NAME}{'x' * 1_000_000} = 1", "unknown key 'xxx"),
    "a time zone of 1 MB": (agency("a").replace("UTC", "x" * 1_000_000), "must have at most 1000 characters"),
    "a time zone elsewhere": (agency("a").replace("UTC", "../../etc/passwd"), "is not a time zone"),
    "a time zone with NUL": (agency("a").replace("UTC", r"UTC\u0000"), r"holds the character '\x00'"),
    "a time zone that is a folder": (agency("a").replace("UTC", "America"), "is not a time zone"),
    "a code page of 1 MB": (agency("a", f'code_page = "{"x" * 1_000_000}"'), "code_page"),
    "a code page with ESC": (agency("a", r'code_page = "\u001b[31m"'), "is no code page"),
    "an agency elsewhere": (agency('"../../x"'), "[agencies.../../x]: names no folder"),
    "an agency without a name": (agency('""'), "must have at least 1 character"),
    "an agency of blanks": (agency('"  "'), "names no folder"),
    "an agency that is this folder": (agency('"."'), "names no folder"),
    "an agency below another": (agency('"a/b"'), "names no folder"),
    "an agency with NUL": (agency(r'"a\u0000b"'), r"holds the character '\x00', which cannot be shown"),
    "an agency with ESC": (agency(r'"a\u001b[31mb"'), r"holds the character '\x1b'"),
    "an agency of two lines": (agency(r'"a\nb"'), r"holds the character '\n'"),
    "an agency that turns the text": (agency(r'"a\u202eb"'), r"holds the character '\u202e'"),
    "an agency of 300 letters": (agency("x" * 300), "names no folder"),
    "crimes elsewhere": (CRIME.replace("[crime.la]", '[crime."../la"]'), "[crime.../la]: names no folder"),
    "a name with OSC": (r'name = "a\u001b]0;title\u0007"', r"'name' is wrong: holds the character '\x1b'"),
    "a type of crime with ESC": (CRIME.replace('"a"', r'"a\u001b"'), r"'crime.la.types[0]' is wrong: holds"),
    "an unknown key with ESC": (NAME + r'"\u001b[31m" = 1', r"unknown key '\x1b[31m'"),
    "an unknown key of two lines": (NAME + r'"a\nb" = 1', r"unknown key 'a\nb'"),
    "a section with another name": (
        NAME + "[post]\nyear = 2019",
        "unknown key 'post'; did you mean 'posts'?",
    ),
    "a section below with another name": (f'{CRIME}[crime.la.column]\ndate = "d"', "did you mean 'columns'?"),
    "a section in place of another": (NAME + '[agency.a]\nname = "A"', "did you mean 'agencies'?"),
    "a list of sections": (NAME + "[[posts]]\nyear = 2019", "'posts' must be a section; write it as [posts]"),
    "a day in place of a year": (NAME + "[posts]\nyear = 2019-01-01", "must be a whole number"),
    "a key twice": (NAME + NAME, "write each key once"),
    "a section twice": (NAME + "[posts]\nyear = 2019\n" * 2, "write each key once"),
    "UTF-16": (NAME.encode("utf-16"), "it is UTF-16, or no text); save it as UTF-8"),
    "UTF-16 without its mark": (NAME.encode("utf-16-le"), "save it as UTF-8"),
    "Windows-1252": ('name = "Cañon"'.encode("cp1252"), "not UTF-8 text (byte 10); save it as UTF-8"),
    "NUL bytes": (b"\0" * 1_000, "save it as UTF-8"),
    "ESC as it is": (b'name = "a\x1b"', r"Illegal character '\x1b'"),
    "records with NUL": (
        r'records = "/x\u0000"' + "\n" + NAME,
        r"'records' is wrong: holds the character '\x00'",
    ),
    "records with NUL in a URL": ('records = "file:///x%00y"\n' + NAME, "holds the character"),
    "records at no URL": ('records = "s3://[::1"\n' + NAME, "is no URL"),
    "nothing": ("", "the key 'name' is missing"),
    "half a character": (NAME + r'a = "\ud800"', "not valid TOML"),
    "no day": (NAME + "a = 0000-01-01", "not valid TOML"),
}


@pytest.mark.long(4)
@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_a_setting_is_one_line(tmp_path: Path, content: str | bytes, said: str):
    raw = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "investigation.toml").write_bytes(raw)
    with pytest.raises(InputError) as error:
        read_config(tmp_path)
    line = str(error.value)
    assert line.startswith("investigation.toml: ")
    assert said in line
    assert line.isprintable()
    assert len(line) < 700
    with pytest.raises(InputError) as of_agency:
        read_agency(raw, "records/a/agency.toml")
    assert str(of_agency.value).isprintable()
    assert len(str(of_agency.value)) < 700


def test_random_bytes_are_one_line():
    for size in (1, 10, 1_000, 100_000):
        with pytest.raises(InputError) as error:
            read_agency(os.urandom(size), "records/a/agency.toml")
        assert str(error.value).isprintable()


def test_thousands_of_agencies_are_read(tmp_path: Path):
    sections = "".join(f'[agencies.a{number}]\nname = "A"\ntimezone = "UTC"\n' for number in range(2_000))
    (tmp_path / "investigation.toml").write_text(NAME + sections)
    assert len(read_config(tmp_path).agencies) == 2_000


@pytest.mark.parametrize("key", ["con", "Los Angeles PD", "o'brien", "日本", ".hidden", "a..b"])
def test_what_a_folder_can_be_called_names_an_agency(tmp_path: Path, key: str):
    (tmp_path / "investigation.toml").write_text(agency(f'"{key}"'), encoding="utf-8")
    assert list(read_config(tmp_path).agencies) == [key]


def test_texts_with_many_points_are_no_deep_keys(tmp_path: Path):
    text = 'name = "a. b. c ... ' + "see www.a.example. " * 20 + '"'
    (tmp_path / "investigation.toml").write_text(text)
    assert read_config(tmp_path).name.startswith("a. b. c ...")


def test_a_file_of_a_gigabyte_is_not_read(tmp_path: Path):
    with (tmp_path / "investigation.toml").open("wb") as file:
        file.truncate(1 << 30)  # takes no room
    with pytest.raises(InputError, match=rf"^investigation\.toml: is larger than {MOST_BYTES >> 20} MB"):
        read_config(tmp_path)


def test_both_byte_order_marks_are_met(tmp_path: Path):
    (tmp_path / "investigation.toml").write_bytes(codecs.BOM_UTF8 + NAME.encode())
    assert read_config(tmp_path).name == "x"
    (tmp_path / "investigation.toml").write_bytes(codecs.BOM_UTF16_BE + NAME.encode("utf-16-be"))
    with pytest.raises(InputError, match="UTF-16"):
        read_config(tmp_path)


@pytest.mark.parametrize("place", ["/dev/zero", "investigation.toml", "gone", "."])
def test_what_is_no_file_is_not_opened(tmp_path: Path, place: str):
    (tmp_path / "investigation.toml").symlink_to(place)
    with pytest.raises(InputError, match=r"^investigation\.toml: is not a regular file \(it is a "):
        read_config(tmp_path)


def test_the_path_of_a_folder_is_written_out(tmp_path: Path):
    folder = tmp_path / os.fsdecode(b"a\xe9\n\x1b]0;x\x07")
    folder.mkdir()
    with pytest.raises(InputError) as error:
        read_config(folder)
    assert str(error.value).isprintable()
    assert r"a\xe9\n\x1b]0;x\x07: no investigation.toml" in str(error.value)
