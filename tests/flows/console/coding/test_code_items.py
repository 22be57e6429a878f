"""Which alerts a reader is shown, of a sample that was drawn."""

from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError
from data.schema import TABLES
from data.tables import write_table
from flows.console.coding.code import items_of


def draw(folder: Path, sample: int, *readers: str) -> None:
    """Draw, or draw more, of 40 alerts."""
    from tasks.coding.sample.drawing import draw_sample
    from tests.tasks.coding.made_alerts import alerts

    write_table(alerts(40), TABLES["private/alerts"], folder / "out")
    (folder / "investigation.toml").write_text(
        'name = "case"\n[agencies.a-pd]\nname = "A"\ntimezone = "America/Chicago"\n'
        f"[coding]\nsample = {sample}\nreviews = 2\n"
    )
    (folder / "coding").mkdir(exist_ok=True)
    investigation = Investigation.unchecked(folder)
    draw_sample(alerts(40), investigation.config.coding, readers, folder / "coding")


def test_a_reader_is_shown_what_the_sheets_have_in_the_same_order_and_more_only_after_it(tmp_path: Path):
    draw(tmp_path, 20, "anna", "ben", "carla")
    first = {reader: items_of(tmp_path, reader)[1] for reader in ("anna", "ben", "carla")}
    assert sum(map(len, first.values())) == 40
    assert [item.number for item in first["anna"]] != sorted(item.number for item in first["anna"])
    draw(tmp_path, 30)
    _, more = items_of(tmp_path, "anna")
    assert more[: len(first["anna"])] == first["anna"]
    investigation = Investigation.unchecked(tmp_path)
    from flows.parts.coding import alerts_of

    alerts = alerts_of(investigation.out, investigation.out)
    from tasks.coding.look import read_coding, sample_now
    from tasks.coding.sample.hand_out import items_of as handed_out

    settings = investigation.config.coding
    sample = sample_now(read_coding(investigation), alerts, settings)
    assert more == [item for number in (1, 2) for item in handed_out(sample, "anna", number, settings.seed)]


def test_without_a_sample_or_under_another_name_there_is_one_line_with_the_fix(tmp_path: Path):
    draw(tmp_path, 20, "anna")
    with pytest.raises(
        InputError, match=r"'dora\\x1b' was not named \(anna\); name the reader with: nwatch sample"
    ):
        items_of(tmp_path, "dora\x1b")
    (tmp_path / "coding/sample.csv").unlink()
    with pytest.raises(
        InputError, match=r"no sample is drawn yet; draw one with: nwatch sample .* --reader anna"
    ):
        items_of(tmp_path, "anna")
