"""The sections of ``investigation.toml``."""

from data.settings import Arrivals, Coding, Config


def test_the_hash_depends_on_what_decides_a_table_and_not_on_where_or_when_records_arrive():
    config = Config(name="case")
    assert config.sha256 == Config(name="case", records="/mnt/nfs", arrivals=Arrivals(settle=1)).sha256
    assert config.sha256 != Config(name="case", coding=Coding(seed=1)).sha256
