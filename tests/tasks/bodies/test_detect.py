"""Guesses at code pages: by texts of which the page is known."""

import pytest

from tasks.bodies.detect import detected

TEXTS = [
    ("cp1252", "Someone smashed the café door – thief known"),
    ("cp1252", "café déjà vu"),
    ("cp1252", "il va à la plage à midi"),
    ("cp1252", "A naïve façade was “broken” – Müller’s"),
    ("cp1252", "Señor Nuñez llamó a la policía: robaron la bicicleta mañana"),
    ("cp1252", "Straße gesperrt, Fahrräder weg"),
    ("cp1252", "Les clés volées à l'école"),
    ("cp932", "カメラとバッグが盗まれた"),
    ("cp1251", "Украли велосипед у подъезда вчера вечером"),
    ("cp1251", "Вор разбил дверь кафе"),
    ("koi8_r", "Украли велосипед у подъезда вчера вечером"),
    ("cp1250", "Złodziej ukradł rower sprzed domu żółty"),
    ("cp1253", "Κλέφτης έσπασε την πόρτα του καφέ"),
    ("cp932", "自転車が盗まれました"),
    ("gb18030", "自行车被偷了，就在门口"),
    ("cp950", "腳踏車被偷了，就在門口"),
    ("cp949", "자전거를 도둑맞았습니다"),
]
ENGLISH = "<p>A resident in your area just posted a crime incident to the Neighbors App.</p><p>"


@pytest.mark.parametrize(("codec", "text"), TEXTS)
@pytest.mark.parametrize("frame", ["", ENGLISH])
def test_a_text_is_read_as_it_was_written(codec: str, text: str, frame: str):
    data = (frame + text).encode(codec)
    found = detected(data)
    assert found is not None
    assert data.decode(found) == frame + text


def test_ascii_and_bytes_that_are_no_text_have_no_page():
    assert detected(b"just ASCII") is None
    assert detected(b"") is None


def test_only_some_of_a_long_text_is_looked_at():
    assert detected("Вор разбил дверь кафе. ".encode("cp1251") * 100_000) == "cp1251"
