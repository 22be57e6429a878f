"""What is started once for all workers of pytest-xdist."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.shared import one_for_all
from tests.waiting import until


def test_one_starts_it_for_all_and_stops_it_when_the_others_have_ended(
    tmp_path_factory: pytest.TempPathFactory,
):
    done: list[str] = []

    @contextmanager
    def start() -> Iterator[dict[str, str]]:
        done.append("started")
        yield {"number": str(len(done))}
        done.append("stopped")

    place = tmp_path_factory.getbasetemp()
    first = one_for_all(tmp_path_factory, "thing", start)
    assert first.__enter__() == {"number": "1"}
    second = one_for_all(tmp_path_factory, "thing", start)
    assert second.__enter__() == {"number": "1"}
    # The folder is shared with other workers, where there are some.
    known = (place if (place / "thing.json").is_file() else place.parent) / "thing.json"
    assert json.loads(known.read_text())[1] == {"number": "1"}

    ending = threading.Thread(target=first.__exit__, args=(None, None, None))
    ending.start()
    until(lambda: not known.exists(), "who comes now would still find it")
    with one_for_all(tmp_path_factory, "thing", start) as later:
        assert later == {"number": "2"}
        assert done == ["started", "started"]
    assert ending.is_alive()
    second.__exit__(None, None, None)
    ending.join(60)
    assert done == ["started", "started", "stopped", "stopped"]
