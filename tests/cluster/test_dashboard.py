"""The dashboards are loaded when somebody opens them."""

import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest

from cluster import ClusterSettings, connect


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return str(answer.read().decode())


def test_the_dashboards_of_scheduler_and_workers_answer():
    with connect(ClusterSettings(workers=1)) as client:
        base = client.dashboard_link.removesuffix("/status")
        assert "ok" in page(f"{base}/health")
        for _ in range(2):
            assert "<title>Dask Diagnostic UI</title>" in page(base), "the first page leads there"
            assert re.search("bokeh", page(f"{base}/workers"), re.IGNORECASE)
        (port,) = client.run(lambda dask_worker: dask_worker.http_server.port).values()
        assert re.search("bokeh", page(f"http://127.0.0.1:{port}/status"), re.IGNORECASE)
        with pytest.raises(HTTPError, match="404"):
            page(f"{base}/no-such-page")
        assert client.submit(sum, [1, 2]).result(60) == 3


RUN = """
import sys
from cluster import ClusterSettings, connect
if __name__ == "__main__":
    def loaded():
        import sys
        return "bokeh" in sys.modules
    with connect(ClusterSettings(workers=1)) as client:
        print(loaded(), *client.run(loaded).values())
"""


@pytest.mark.slow
def test_dashboards_are_not_loaded_until_they_are_opened(tmp_path: Path, checkout: Path):
    (tmp_path / "run.py").write_text(RUN, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "run.py")],
        env={"PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stdout.split() == ["False", "False"]
