"""What readers answered to alerts that a later delivery took away counts for nothing, and is no fault."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from data.codebook import read_codebook
from data.settings import Coding
from data.synthetic.handed_in import Damage, hand_in
from data.synthetic.readers import READERS, Form
from tasks.coding.look import Given, sample_now
from tasks.coding.sample.drawing import draw_sample
from tasks.coding.sample.hand_out import hand_out
from tasks.coding.sample.sample_file import read_drawn_from
from tasks.coding.tally import tally
from tests.tasks.coding.made_alerts import alerts

FORMS: tuple[Form, ...] = ("xlsx", "csv", "json", "jsonl")


@pytest.mark.slow
def test_answers_to_alerts_that_are_gone_are_left_out_without_a_line(tmp_path: Path):
    readers = [replace(READERS[0], name=form, form=form) for form in FORMS]
    folder, settings, table = tmp_path / "coding", Coding(sample=24, reviews=4), alerts(60)
    folder.mkdir()
    listed = draw_sample(table, settings, FORMS, folder).rows
    given = Given(folder, read_codebook(folder), listed, read_drawn_from(folder))
    hand_out(sample_now(given, table, settings), settings.seed, folder)
    truth = hand_in(folder, readers, damage=Damage(0.1, 0.1, 0.1, 0.1))
    wrong = [set(truth.wrong["xlsx"][name]) for name in ("missing", "invalid", "otherwise")]
    lost = {1, 2, 3, *(min(each) for each in wrong)}
    ids = {row.drawn.alert[1] for row in listed if row.drawn.number in lost}
    left = table.filter(pa.array([name not in ids for name in table.column("alert_id").to_pylist()]))
    found = tally(sample_now(given, left, settings), settings, folder, tmp_path / "out")
    missing = sum(len(set(each["missing"]) - lost) for each in truth.wrong.values())
    unusable = sum(len({*each["invalid"], *each["otherwise"]} - lost) for each in truth.wrong.values())
    assert (found.missing, found.unusable) == (missing, unusable)
    assert found.given == 4 * (24 - len(lost)) - missing - unusable
    assert not [fault for fault in found.faults if "not in the sample" in fault.what]
    rows = {row.drawn.number: row.drawn.alert for row in listed}
    assert not [fault for fault in found.faults if fault.of and fault.of[1] in {rows[one] for one in lost}]
