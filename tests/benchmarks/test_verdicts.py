"""The simulation of wrong verdicts makes the tests of the program, and the page shows what it wrote."""

import importlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.statistics.error_model import error_model
from tasks.statistics.ranks import spearman
from tasks.statistics.rates import rate_model
from tasks.statistics.relation import relate
from tasks.statistics.spatial import modified_t

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(CHECKOUT / "benchmarks"))
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "1")
    return importlib.import_module("verdicts")


@pytest.mark.long
def test_every_check_of_many_fields_is_that_of_the_program(bench: Any):
    fields = importlib.import_module("fields")
    city = fields.made_up_city(7, 1)
    drawn = fields.Fields(city, 1)
    counts = np.column_stack([drawn.draw(kind, 0.01, 1.3, 2) for kind in fields.KINDS])
    many = importlib.import_module("checks").Many(city)
    checks = many.checks(counts)
    for at in range(counts.shape[1]):
        count = np.ascontiguousarray(counts[:, at])
        rate = count / city.population * 1000
        line, ranks = relate(city.income, rate), spearman(city.income, rate)
        model = rate_model(count, city.population, city.income)
        modified = modified_t(city.income, rate, city.centroids)
        errors = error_model(city.income, rate, city.neighbors, city.centroids)
        assert line
        assert model
        assert modified
        assert errors
        one = {name: float(values[at]) for name, values in checks.items()}
        assert one["Pearson"] == pytest.approx(np.sign(line.r) * line.p, rel=1e-9)
        assert one["Spearman"] == pytest.approx(np.sign(ranks.rho) * ranks.p, rel=1e-9)
        assert one["rate model"] == pytest.approx(np.sign(model.ratio - 1) * model.p, rel=1e-7)
        assert one["log ratio"] == pytest.approx(np.log(model.ratio) * city.span / 1e4, rel=1e-7)
        assert one["effective n"] == pytest.approx(min(modified.effective_n, 49.0), rel=1e-9)
        assert one["error model"] == pytest.approx(np.sign(errors.slope) * errors.p, rel=1e-4)


@pytest.mark.long
def test_robust_is_what_the_program_calls_robust(bench: Any):
    judge = importlib.import_module("tasks.income.judge")
    sample = importlib.import_module("tasks.income.sample").Sample
    tests = importlib.import_module("data.settings").Tests()
    fields = importlib.import_module("fields")
    city = fields.made_up_city(9, 2)
    drawn = fields.Fields(city, 2)
    counts = np.column_stack([drawn.draw(kind, 0.02, 1.3, 6) for kind in fields.KINDS])
    checks = importlib.import_module("checks").Many(city).checks(counts)
    expected = dict(bench.rules(checks, 0.002))["robust"]
    geoids = tuple(f"{at:011}" for at in range(81))
    found = []
    for count in counts.T:
        one = sample(
            geoids,
            city.income,
            city.population,
            np.ascontiguousarray(count),
            city.centroids,
            city.neighbors,
            1,
        )
        found.append(judge.judge(one, 0.002, tests, clustering=False).verdict.endswith(", robust"))
    assert found == expected.tolist()
    assert {True, False} <= set(found)


@pytest.mark.long
def test_the_page_has_the_form_that_the_command_writes(bench: Any, tmp_path: Path):
    fields = importlib.import_module("fields")
    written = tmp_path / "method.md"
    page = (CHECKOUT / "docs" / "method.md").read_text(encoding="utf-8")
    written.write_text(page, encoding="utf-8")
    bench.write(written, bench.block(bench.run([fields.made_up_city(6, 3)], 2, processes=1)))
    form = [
        re.sub(r"[\d.,]+", "0", text).replace(" (0–0)", "") for text in (page, written.read_text("utf-8"))
    ]
    assert form[0] == form[1]
