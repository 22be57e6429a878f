"""The sections of `investigation.toml`."""

from data.settings import Arrivals, Coding, Config


def test_the_hash_is_of_what_decides_a_table_and_not_of_where_the_records_lie_or_when_they_came():
    config = Config(name="case")
    assert config.sha256 == Config(name="case", records="/mnt/nfs", arrivals=Arrivals(settle=1)).sha256
    assert config.sha256 != Config(name="case", coding=Coding(seed=1)).sha256
