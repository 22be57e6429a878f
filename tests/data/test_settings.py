"""The sections of ``investigation.toml``."""

import pytest
from pydantic import ValidationError

from data.settings import Agency, Arrivals, Coding, Config, Mail, Schedule, settings_sha256

ZONES = ("UTC", "Europe/Rome")


def test_the_hash_depends_on_what_decides_a_table_and_not_on_where_or_when_records_arrive():
    config = Config(name="case")
    assert (
        config.sha256
        == Config(
            name="case", records="/mnt/nfs", arrivals=Arrivals(settle=1), schedule=Schedule(hour=5)
        ).sha256
    )
    assert config.sha256 != Config(name="case", coding=Coding(seed=1)).sha256


def test_the_settings_of_each_agency_have_a_hash_of_their_own():
    one, two = (Config(name="case", agencies={"lapd": Agency(name="a", timezone=zone)}) for zone in ZONES)
    assert one.shared_sha256 == two.shared_sha256
    assert one.agency_hashes != two.agency_hashes
    assert one.sha256 != two.sha256
    assert one.sha256 == settings_sha256(two.shared_sha256, one.agency_hashes)


def test_whether_attached_messages_count_is_a_setting():
    assert Config(name="case").mail.embedded == "apart"
    assert Config(name="case", mail=Mail(embedded="count")).sha256 != Config(name="case").sha256
    with pytest.raises(ValidationError):
        Mail.model_validate({"embedded": "yes"})
