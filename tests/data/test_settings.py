"""The sections of ``investigation.toml``."""

import pytest
from pydantic import ValidationError

from data.settings import Arrivals, Coding, Config, Mail, Schedule


def test_the_hash_depends_on_what_decides_a_table_and_not_on_where_or_when_records_arrive():
    config = Config(name="case")
    assert (
        config.sha256
        == Config(
            name="case", records="/mnt/nfs", arrivals=Arrivals(settle=1), schedule=Schedule(hour=5)
        ).sha256
    )
    assert config.sha256 != Config(name="case", coding=Coding(seed=1)).sha256


def test_whether_attached_messages_count_is_a_setting():
    assert Config(name="case").mail.embedded == "apart"
    assert Config(name="case", mail=Mail(embedded="count")).sha256 != Config(name="case").sha256
    with pytest.raises(ValidationError):
        Mail.model_validate({"embedded": "yes"})
