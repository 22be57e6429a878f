from data.settings import Config
from tasks.report.blocks import Rows, flat
from tasks.report.sections import provenance
from tests.tasks.report.stories import PROVENANCE, everything, story


def tables(told):
    return {block.key: block.table for block in flat(provenance.blocks(told)) if isinstance(block, Rows)}


def test_every_input_with_a_hash_is_named_by_it(tmp_path):
    table = tables(everything(tmp_path))["input-files"]
    assert table.column("SHA-256").to_pylist() == ["d" * 64, "0b" * 32, "0a" * 32]
    assert table.column("what").to_pylist() == ["table of subjects (crosswalk)", "posts", "mailbox"]
    assert table.column("agency").to_pylist() == [None, None, "a-pd"]


def test_a_kind_of_input_that_nobody_thought_of_is_there_too(tmp_path):
    given = {**PROVENANCE, "weather": {"stations": [{"sha256": "0e" * 32, "bytes": 3}]}}
    table = tables(story(tmp_path, {}, provenance=given))["input-files"]
    assert "weather / stations" in table.column("what").to_pylist()


def test_a_mailbox_that_a_person_confirmed_to_be_gone_is_no_input_and_is_named(tmp_path):
    gone = [{"agency": "a-pd", "bytes": 7, "sha256": "0e" * 32, "source": "0e" * 6}]
    told = story(tmp_path, {}, provenance={**PROVENANCE, "accepted": gone})
    assert "0e" * 32 not in tables(told)["input-files"].column("SHA-256").to_pylist()
    assert f"mailbox {'0e' * 6} of a-pd" in str(list(provenance.blocks(told)))


def test_an_agency_whose_rows_are_of_earlier_settings_is_named(tmp_path):
    given = {**PROVENANCE, "configuration": {"sha256": "c" * 64, "agencies": {"a-pd": "e" * 64}}}
    told = story(tmp_path, {}, provenance=given)
    assert "rows of the agency 'a-pd' are of an earlier run" in str(list(provenance.blocks(told)))


def test_settings_name_no_person_and_no_place():
    config = Config.model_validate(
        {
            "name": "a",
            "records": "/mnt/secret",
            "private": {"group": "desk"},
            "posts": {"year": 2019, "exclude_users": ["29999998", "29999999"]},
            "tests": {"alpha": 0.05},
            "crime": {"la": {"types": ["ARSON", "A; B"]}},
        }
    )
    assert list(provenance.settings_changed(config)) == [
        ("posts.year", "2019"),
        ("posts.exclude_users", "2 (not named here)"),
        ("crime.la.types", "ARSON; A; B"),
    ]
