"""Dask's configuration, in this process and in those that something else starts."""

import json
import os
import subprocess
import sys

import dask
import pytest

from cluster import ClusterSettings, connect
from cluster.config import CONFIG, environment


@pytest.mark.long
def test_a_process_with_these_variables_has_this_configuration():
    code = (
        "import dask, distributed, json, sys; "
        "print(json.dumps({key: dask.config.get(key) for key in json.loads(sys.argv[1])}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(list(CONFIG))],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment(),
    )
    assert json.loads(done.stdout) == CONFIG


def test_local_workers_have_it_and_this_process_gets_its_own_configuration_back():
    before = {key: dask.config.get(key, None) for key in CONFIG}
    with connect(ClusterSettings(workers=1)) as client:
        for key, value in CONFIG.items():
            assert client.run(dask.config.get, key) == dict.fromkeys(client.nthreads(), value)
    assert {key: dask.config.get(key, None) for key in CONFIG} == before
