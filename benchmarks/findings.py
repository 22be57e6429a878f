"""How long the tests of 25 real cities take: posts, and two types of crime.

Tracts, incomes and lists of the 25 largest cities are real (the folder that NWATCH_REAL names). Counts are
made up from a seed, and so are margins of error of 10 to 30 % of each income, so that incomes are drawn 200
times in each city. The crimes are in the same 25 cities, or in the largest one alone, as in the article.

The seconds are those of the tests alone, without the start of the workers; the CPU seconds those of all
workers. Without workers, all runs in this process, and the seconds of each stage are shown.

    NWATCH_REAL=... .venv/bin/python benchmarks/findings.py
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# Before this folder, in which cluster.py would hide the program's package of that name.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from fields import POSTS

from cluster import ClusterSettings, connect
from data.settings import Tests
from tasks.census.results import Census
from tasks.income import examine, tabulate
from tasks.income.results import CityCrime, Findings
from tasks.layers.prepare import prepare_layer
from tasks.layers.results import Layer

CITIES = 25
TYPES = ("burglary", "theft")
CRIMES_A_PERSON = 0.02
SEED = 1
STAGES = ("sample_of", "judge", "judged_inside", "income_error_row", "model_rows", "decile_rows")


def read_census(folder: Path, seed: int = SEED) -> Census:
    """The 25 largest cities, by their tracts, with margins of error that are made up."""
    rows = pd.read_parquet(folder / "acs.parquet", columns=["GEOID", "B01003_001E", "B19013_001E"])
    rows = rows.rename(columns={"B01003_001E": "population", "B19013_001E": "income"})
    income = rows["income"].astype(float)
    income[income < 0] = np.nan
    margin = income * np.random.default_rng(seed).uniform(0.1, 0.3, len(rows))
    top, bottom = income > 250_000, income < 2_500
    rows = rows.assign(income=income, income_moe=margin, income_top_coded=top, income_bottom_coded=bottom)
    listed = pd.read_parquet(folder / "city_tracts.parquet", columns=["city", "GEOID", "share_in_city"])
    largest = listed["city"].value_counts().index[:CITIES]
    listed = listed[listed["city"].isin(largest)].rename(columns={"share_in_city": "share"})
    tables = [pa.Table.from_pandas(each, preserve_index=False) for each in (rows, listed)]
    return Census(tables[0], tables[1].select(["city", "GEOID"]), (), tables[1])


def counts_of(census: Census, rate: float, seed: int) -> pa.Table:
    """Counts by tract: rates differ by chance, and by income, in a city more and in another less."""
    generator = np.random.default_rng([seed, 7])
    tracts = census.tracts.to_pandas()
    lists = census.cities.to_pandas().drop_duplicates("GEOID").merge(tracts, on="GEOID")
    slope = dict(zip(sorted(set(lists["city"])), generator.normal(0, 0.08, CITIES), strict=True))
    income = lists["income"].fillna(60_000.0) / 1e4
    log_rate = generator.normal(0, 0.6, len(lists)) + lists["city"].map(slope) * (income - 6)
    expected = lists["population"] * np.exp(log_rate)
    count = generator.poisson(expected * rate * lists["population"].sum() / expected.sum())
    found = pd.DataFrame({"GEOID": lists["GEOID"], "count": count.astype("int64")})
    return pa.Table.from_pandas(found[found["count"] > 0], preserve_index=False)


def crimes_of(census: Census, cities: Sequence[str]) -> list[CityCrime]:
    """Two types of crime in each of some cities."""
    found = []
    for place, crime in enumerate(TYPES):
        counts = counts_of(census, CRIMES_A_PERSON, SEED + 1 + place)
        for city in cities:
            its = census.cities.filter(pc.equal(census.cities["city"], city))["GEOID"]
            found.append(CityCrime(city, crime, counts.filter(pc.is_in(counts["GEOID"], its))))
    return found


def hash_of(findings: Findings) -> str:
    """The same for the same bytes of all tables."""
    own = hashlib.sha256()
    for role, table in sorted(findings.tables.items()):
        sink = io.BytesIO()
        pq.write_table(table, sink)
        own.update(role.encode() + sink.getvalue())
    return own.hexdigest()[:16]


class Work:
    """Posts and crimes, ready to be tested."""

    def __init__(self, real: Path, work: Path) -> None:
        self.census, self.tests = read_census(real), Tests()
        self.layer: Layer = prepare_layer(real / "cb_2019_us_tract_500k.zip", work)
        by_size = [city for city, _ in Counter(self.census.cities["city"].to_pylist()).most_common()]
        people = self.census.cities.to_pandas().merge(self.census.tracts.to_pandas(), on="GEOID")
        self.posts = counts_of(self.census, POSTS / float(people["population"].sum()), SEED)
        self.crimes = {
            "25 cities": crimes_of(self.census, by_size),
            "one city": crimes_of(self.census, by_size[:1]),
        }

    def steps(self) -> list[tuple[str, Callable[[Any], Findings]]]:
        """What is measured: a name, and what it does with a client."""
        census, layer, tests = self.census, self.layer, self.tests

        def crimes(own: list[CityCrime]) -> Callable[[Any], Findings]:
            return lambda client: tabulate.examine_crimes(
                census, own, layer, tests, client, family=max(len(own), CITIES)
            )

        def posts(client: Any) -> Findings:
            return tabulate.examine_posts(census, self.posts, layer, tests, client)

        return [
            ("posts", posts),
            *((f"two crimes, {name}", crimes(own)) for name, own in self.crimes.items()),
        ]


def on_workers(given: Work, workers: int) -> None:
    """Measure with workers, as a run does it."""
    import cluster.kinds

    settings = ClusterSettings(workers=workers)
    cluster.kinds.kind_of(settings).prepare(["tasks.income.examine"])
    with connect(settings) as client:
        client.wait_for_workers(workers)
        client.run(lambda: __import__("tasks.income.examine"))
        for name, step in given.steps():
            before, own = client.run(time.process_time), time.process_time()
            start = time.perf_counter()
            found = step(client)
            wall = time.perf_counter() - start
            cpu = sum(client.run(time.process_time).values()) - sum(before.values())
            here = time.process_time() - own
            print(
                f"{name:24} {wall:6.2f} s, CPU {cpu:6.2f} s + {here:.2f} s here, {hash_of(found)}", flush=True
            )


def in_this_process(given: Work) -> None:
    """Measure the stages, one city after the other."""
    spent: Counter[str] = Counter()

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            start = time.process_time()
            try:
                return function(*args, **options)
            finally:
                spent[name] += time.process_time() - start

        return call

    for name in STAGES:
        if hasattr(examine, name):
            setattr(examine, name, timed(name, getattr(examine, name)))
    tabulate.run_each = lambda client, function, pieces: [function(piece) for piece in pieces]
    for name, step in given.steps():
        spent.clear()
        start = time.process_time()
        found = step(None)
        total = time.process_time() - start
        print(f"{name:24} CPU {total:6.2f} s, {hash_of(found)}")
        for stage, seconds in [*spent.most_common(), ("the rest", total - sum(spent.values()))]:
            print(f"    {stage:20} {seconds:6.2f} s", flush=True)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, default=2, help="0: in this process, by stage")
    parser.add_argument("--keep", type=Path, help="folder in which the layer is kept for the next time")
    args = parser.parse_args()
    if not os.environ.get("NWATCH_REAL"):
        parser.error("set NWATCH_REAL to the folder of the real data")
    with tempfile.TemporaryDirectory() as folder:
        given = Work(Path(os.environ["NWATCH_REAL"]), args.keep or Path(folder))
        if args.workers:
            on_workers(given, args.workers)
        else:
            in_this_process(given)


if __name__ == "__main__":
    main()
