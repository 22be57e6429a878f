"""The door: what a flow calls."""

from prefect.cache_policies import NO_CACHE

from tasks.alerts.task import parse, tabulate


def test_prefect_neither_caches_nor_stores_what_the_tasks_return() -> None:
    for door in (parse, tabulate):
        assert door.cache_policy == NO_CACHE
        assert door.persist_result is False
