"""How often are finding and verdict wrong, and how often do they see what is there?

The tracts, incomes and populations of the 50 largest cities are real. Posts are made up: by :mod:`fields`,
first with rates that have nothing to do with income (a finding is then false), then with rates that rise with
it (a finding is then right). :mod:`checks` makes every test of every field; the shares are written between
two marks of a page.

    .venv/bin/python benchmarks/verdicts.py --write docs/method.md
    .venv/bin/python benchmarks/verdicts.py --cities 20 --fields 100
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

# One thread each, as there is a process per city; before NumPy is imported.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

import numpy as np  # noqa: E402
import scipy  # noqa: E402
from checks import INTERVALS, Many, covered  # noqa: E402
from fields import City, Fields, read_cities, scenarios, usual_rate  # noqa: E402
from verdict_tables import (  # noqa: E402
    Key,
    Tally,
    coverage,
    false_by_kind,
    false_by_size,
    false_by_threshold,
    power,
)

SEED = 1
FIELDS = 240
SPARSE = 0.0005
"""Crimes a person, where they are rare."""
THRESHOLDS = (0.05, 0.01, 0.002, 0.001)
USUAL = 0.002
"""The threshold of the article's 25 cities."""
MILD = 0.05
"""What a check asks for that only guards."""
SIZES = ((0, 150, "below 150"), (150, 300, "150 to 300"), (300, 10_000, "300 and more"))
ALONE = (
    "Pearson",
    "Spearman",
    "rate model",
    "modified t",
    "error model",
    "error model, cautious",
    "each tract left out",
    "deciles",
)
EARLIER = ("Pearson", "Spearman", "rate model", "modified t")
"""Every one below the threshold: *stands*, as version 0.2 said it."""
STRICT = ("Pearson", "error model, cautious")
"""Below the threshold for a robust verdict (method 7.13)."""
GUARDS = ("Spearman", "rate model", "modified t", "each tract left out")
"""Below alpha, undivided: they must not contradict."""
RULES = ("plain finding", "stands (0.2)", "robust")
MARKS = ("<!-- verdicts -->", "<!-- /verdicts -->")


@dataclass(frozen=True)
class Run:
    """What was simulated.

    Attributes:
        tally: How often each check and rule found something.
        cities: Number of cities.
        each: Fields a city, kind and rate.
        seconds: CPU time of all processes.
        rates: Posts a person: the article's, and a sparse one.
    """

    tally: Tally
    cities: int
    each: int
    seconds: float
    rates: tuple[float, float]


def simulate(city: City, rates: tuple[float, float], each: int) -> tuple[Counter[Key], Counter[Key], float]:
    """All fields of one city."""
    start = time.process_time()
    hits: Counter[Key] = Counter()
    fields: Counter[Key] = Counter()
    size = next(name for low, high, name in SIZES if low <= len(city.income) < high)
    many, drawn = Many(city), Fields(city, SEED)
    for kind, rate, ratio in scenarios(rates):
        counts = drawn.draw(kind, rate, ratio, each if ratio == 1 else max(each // 4, 1))
        checks = many.checks(counts)
        found = {
            (rule, threshold): held for threshold in THRESHOLDS for rule, held in rules(checks, threshold)
        }
        found |= {(name, MILD): held for name, held in covered(checks, many.n, ratio).items()}
        for (rule, threshold), held in found.items():
            key = (rule, kind.name, size, rate, ratio, threshold)
            hits[key] += int(held.sum())
            fields[key] += len(held)
    return hits, fields, time.process_time() - start


def rules(checks: dict[str, np.ndarray], threshold: float) -> list[tuple[str, np.ndarray]]:
    """For each check and rule, which fields it finds positive or negative."""
    sign = np.sign(checks["Pearson"])

    def below(names: tuple[str, ...], limit: float) -> np.ndarray:
        agreed = [(np.abs(checks[name]) < limit) & (np.sign(checks[name]) == sign) for name in names]
        return np.asarray(np.all(agreed, axis=0))

    alone = [(name, np.abs(checks[name]) < threshold) for name in ALONE]
    robust = below(STRICT, threshold) & below(GUARDS, max(threshold, MILD))
    return [
        *alone,
        ("plain finding", below(("Pearson",), threshold)),
        ("stands (0.2)", below(EARLIER, threshold)),
        ("robust", robust),
    ]


def run(cities: list[City], each: int, processes: int) -> Run:
    """Simulate all cities."""
    rates = (usual_rate(cities), SPARSE)
    work = partial(simulate, rates=rates, each=each)
    if processes > 1:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            results = list(pool.map(work, cities))
    else:
        results = [work(city) for city in cities]
    hits, fields = Counter[Key](), Counter[Key]()
    for some_hits, some_fields, _ in results:
        hits.update(some_hits)
        fields.update(some_fields)
    return Run(Tally(hits, fields), len(cities), each, sum(seconds for *_, seconds in results), rates)


def block(done: Run) -> str:
    """What stands between the marks."""
    usual, sparse = (1000 * rate for rate in done.rates)
    chosen = [size for *_, size in SIZES]
    return "\n\n".join(
        [
            f"Made by `benchmarks/verdicts.py --write docs/method.md`: {done.cities} cities, {done.each} "
            f"fields a city, kind and rate without a relation, {max(done.each // 4, 1)} with each planted "
            f"one; {usual:.0f} posts per 1,000 people, or {sparse:.1f} where they are sparse; seed {SEED}; "
            f"NumPy {np.__version__}, SciPy {scipy.__version__}; {sum_of(done):,} fields in all, "
            f"{done.seconds / 60:.0f} minutes of a processor. All numbers are percent.",
            "**False**, by threshold: found, although there is nothing. *Apart*: neighbors are independent; "
            "*alike*: they are alike.",
            false_by_threshold(done.tally, (*ALONE, *RULES), THRESHOLDS, "robust"),
            f"**False** at {USUAL}, by how rates differ for other reasons than income.",
            false_by_kind(done.tally, RULES, done.rates, USUAL),
            f"**Found** at {USUAL}, by the planted ratio between the 90th and the 10th percentile of income.",
            power(done.tally, RULES, USUAL),
            f"**By size of the city**, at {USUAL}, where neighbors are alike.",
            false_by_size(done.tally, RULES, chosen, USUAL),
            "**The interval** of the ratio holds the planted one, which it should in 95.",
            coverage(done.tally, INTERVALS),
        ]
    )


def sum_of(done: Run) -> int:
    """All fields that were drawn."""
    return sum(
        number for key, number in done.tally.fields.items() if (key[0], key[5]) == ("plain finding", USUAL)
    )


def write(page: Path, text: str) -> None:
    """Put the text between the marks of a page.

    Raises:
        SystemExit: The page has no such marks, or has them twice.
    """
    before, mark, rest = page.read_text(encoding="utf-8").partition(f"{MARKS[0]}\n")
    _, end, after = rest.partition(f"{MARKS[1]}\n")
    if not (mark and end) or MARKS[0] in after:
        raise SystemExit(f"{page}: write {MARKS[0]} and {MARKS[1]} once, each in a line of its own")
    page.write_text(f"{before}{mark}{text}\n{end}{after}", encoding="utf-8")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    real = os.environ.get("NWATCH_REAL", str(Path(__file__).resolve().parents[2] / "shared" / "real"))
    arguments.add_argument(
        "--real", type=Path, default=Path(real), help="folder with tracts and Census tables"
    )
    arguments.add_argument("--cities", type=int, help="how many; all by default")
    arguments.add_argument("--fields", type=int, default=FIELDS, help="fields a city, kind and rate")
    arguments.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--write", type=Path, help="page whose marked section is replaced")
    given = arguments.parse_args()
    if not given.real.is_dir():
        raise SystemExit(
            f"{given.real}: no such folder; name the one with tracts and Census tables: --real FOLDER"
        )
    text = block(run(read_cities(given.real, given.cities), given.fields, given.processes))
    print(text)
    if given.write is not None:
        write(given.write, text)


if __name__ == "__main__":
    main()
