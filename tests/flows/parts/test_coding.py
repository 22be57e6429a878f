"""The part coding: the sample of the last run's alerts, in its tables, its provenance and its notes."""

import json
import stat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from data.tables import read_table, write_table
from flows.console.coding.sample import sample
from flows.investigate import investigate
from flows.parts.coding import PART
from flows.run.preflight import skipped
from tests.outputs import published
from tests.tasks.coding.made_alerts import SPEC, alerts, together


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """An investigation whose last run published 60 alerts."""
    settings = 'name = "case"\n[report]\nmake = false\n[coding]\nsample = 20\n'
    (tmp_path / "investigation.toml").write_text(settings)
    write_table(alerts(60), SPEC, tmp_path / "out")
    return tmp_path


def table(case: Path, name: str) -> list[dict[str, object]]:
    [spec] = [each for each in PART.tables if each.name == name]
    return read_table(spec, case / "out").to_pylist()


def test_without_a_sample_a_run_says_how_to_draw_one(case: Path):
    from data.catalog import Investigation

    why = skipped(Investigation.open(case))["coding"]
    assert why == "no coding/sample.csv; to draw a sample: nwatch sample DIR"
    with pytest.raises(
        InputError, match=r"--only coding: no coding/sample\.csv; to draw a sample: [\w ]+DIR$"
    ):
        investigate(case, only=["coding"])


def test_a_sample_is_drawn_listed_and_named_by_its_hash(case: Path, capsys: pytest.CaptureFixture[str]):
    sample(case, ["anna", "ben", "carla"])
    printed = capsys.readouterr().out
    assert "drawn: 20 of 60 unique alerts (a simple random sample, seed 2023)" in printed
    assert "anna" not in json.dumps([str(each) for each in (case / "out").rglob("*")])
    for made in ("coding", "coding/returned"):
        assert stat.S_IMODE((case / made).stat().st_mode) == 0o700
    result = investigate(case, only=["coding"])
    found = result.found["coding"]
    assert found.notes == ("the sample was drawn from all of today's 60 unique alerts (100 %)",)
    assert result.warnings == ()
    rows = table(case, "private/coding_sample")
    assert [row["sample_no"] for row in rows] == list(range(1, 21))
    assert {row["weight"] for row in rows} == {3.0}
    tests = [(row["by"], row["drawn"]) for row in table(case, "public/coding_drawn") if row["value"] == "all"]
    assert tests == [("agency", 20), ("kind", 20), ("month", 20)]
    known = json.loads((case / "out/provenance.json").read_text())
    assert set(known["coding"]) == {"codebook", "decisions", "drawn_from", "returned", "sample"}
    assert known["recognised"]["coding"] == ["20 alerts drawn, 3 readers, version 1 of the codebook"]
    assert "anna" not in json.dumps(known)
    told = PART.tell(found)
    assert told.facts["alerts drawn"] == 20
    before = published(case)
    investigate(case, only=["coding"])
    assert published(case) == before


def test_alerts_of_another_version_are_one_line_with_the_fix(case: Path):
    from flows.console.coding.code import items_of

    sample(case, ["anna"])
    path = case / "out/private/alerts.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["title"]), path)
    wrong = r"alerts\.parquet: .* are not those of private/alerts; run all parts again, .*: nwatch run$"
    for call in (
        lambda: sample(case, []),
        lambda: items_of(case, "anna"),
        lambda: investigate(case, only=["coding"]),
    ):
        with pytest.raises(InputError, match=wrong):
            call()


def test_after_a_second_delivery_a_run_says_from_what_share_it_was_drawn(case: Path):
    sample(case, ["anna", "ben"])
    write_table(together(alerts(60), alerts(40, "b-pd")), SPEC, case / "out")
    result = investigate(case, only=["coding"])
    assert result.warnings == (
        "the sample was drawn from 60 of today's 100 unique alerts (60.0 %) and says nothing of the others; "
        "to draw from them too, raise 'coding.sample' in investigation.toml and call nwatch sample",
    )
    assert result.found["coding"].notes == (
        "alerts of the sample with fewer readers than the 3 of 'coding.reviews': 20; name more with: "
        "nwatch sample --reader NAME",
    )


def test_gone_alerts_and_a_larger_sample_are_notes(case: Path):
    sample(case, [])
    first = (case / "coding/sample.csv").read_text().splitlines()[1].split(",")[2]
    left = alerts(60)
    write_table(
        left.filter(pa.array([name != first for name in left.column("alert_id").to_pylist()])),
        SPEC,
        case / "out",
    )
    (case / "investigation.toml").write_text(
        (case / "investigation.toml").read_text().replace("sample = 20", "sample = 30")
    )
    notes = investigate(case, only=["coding"]).found["coding"].notes
    assert "left out: 1 of coding/sample.csv" in notes[1]
    assert notes[2] == "'coding.sample' is 30, and 20 alerts are drawn; nwatch sample draws the rest"


def test_a_run_without_any_mail_has_nothing_to_list(case: Path):
    sample(case, [])
    (case / "out/private/alerts.parquet").unlink()
    result = investigate(case, only=["coding"])
    assert result.warnings == ("coding/sample.csv: no run has read mail yet, so that no alert is there",)
    assert PART.tell(result.found["coding"]).facts == {}


def test_what_nwatch_sample_cannot_do_is_one_line(case: Path, capsys: pytest.CaptureFixture[str]):
    sample(case, ["anna"])
    assert "reviews wanted of each alert: 3; readers named: 1" in capsys.readouterr().out
    (case / "investigation.toml").write_text('name = "case"\n[coding]\nseed = 7\n')
    for do in (lambda: sample(case, []), lambda: investigate(case, only=["coding"])):
        with pytest.raises(
            InputError, match=r"'coding.seed' is 7, but coding/sample.csv was drawn with 2023"
        ):
            do()
    write_table(alerts(0), SPEC, case / "out")
    with pytest.raises(InputError, match="the last run found no alert, so that there is nothing to draw"):
        sample(case, [])
    (case / "out/private/alerts.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"alerts\.parquet"):
        sample(case, [])
    (case / "out/private/alerts.parquet").unlink()
    with pytest.raises(InputError, match="no run has read mail yet; start one with: nwatch run"):
        sample(case, [])
