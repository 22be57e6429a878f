"""A mailbox that is unchanged is not listed again, and what is kept of it is what listing it gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from distributed import Client

from data.catalog import RecordFile
from tasks.mail import kept_plans, sources
from tasks.mail.kept_plans import FOLDER, KeptPlans
from tasks.mail.layout import NBT
from tasks.mail.plan import MailPlan, open_plan
from tasks.mail.sources import Examined
from tasks.mail.survey import survey_files

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Surgery

SHA = "ab" * 32


def facts(plan: MailPlan | None) -> Any:
    assert plan is not None
    return plan.nodes.dtype, plan.nodes.tobytes(), replace(plan, nodes=np.empty(0))


def keep(work: Path, plan: MailPlan, names: bool = True) -> Path:
    KeptPlans(work).save([Examined(SHA, plan.size, plan, None, [1], names)])
    return work / FOLDER / f"{SHA}.parquet"


def same(a: MailPlan | None, b: MailPlan) -> bool:
    (kind, rows, rest), (other_kind, other_rows, other) = facts(a), facts(b)
    fields = ("header", "size", "folders", "damages", "cut")
    return (
        kind == other_kind
        and rows == other_rows
        and all(getattr(rest, name) == getattr(other, name) for name in fields)
    )


def test_what_is_kept_is_what_was_listed(alerts_box: Box, tmp_path: Path):
    plan = open_plan(alerts_box.path)
    keep(tmp_path, plan)
    assert same(KeptPlans(tmp_path).get(SHA, True), plan)
    assert KeptPlans(tmp_path).get(SHA, False) is None
    assert KeptPlans(tmp_path).get("cd" * 32, True) is None


def test_damage_to_the_mailbox_is_kept_too(damaged: Surgery, tmp_path: Path):
    damaged.zero(damaged.leaves(NBT)[12][0])
    plan = open_plan(damaged.save())
    assert plan.damages
    keep(tmp_path, plan)
    found = KeptPlans(tmp_path).get(SHA, True)
    assert same(found, plan)
    assert found is not None
    assert (found.unknown, found.warnings) == (plan.unknown, plan.warnings)


def test_what_is_damaged_or_of_another_program_is_not_taken(
    alerts_box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = keep(tmp_path, open_plan(alerts_box.path))
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"?")
    plans = KeptPlans(tmp_path)
    assert plans.get(SHA, True) is None
    assert plans.rebuilt == (f"work/plans/{SHA}.parquet: was damaged; the mailbox was listed again",)
    path.write_bytes(content)
    (path.parent / f"{'cd' * 32}.parquet").write_bytes(content)
    assert KeptPlans(tmp_path).get("cd" * 32, True) is None
    assert KeptPlans(tmp_path).get(SHA, True) is not None
    monkeypatch.setattr(kept_plans, "code_of", lambda *_: "another")
    assert KeptPlans(tmp_path).get(SHA, True) is None


def test_a_second_survey_reads_nothing_of_the_mailboxes(
    threads: Client, alerts_box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    text = tmp_path / "text.pst"
    text.write_text("Dear colleagues")
    files = [RecordFile("pd", path, f"records/pd/{path.name}") for path in (alerts_box.path, text)]
    first = survey_files(files, tmp_path / "work", threads)
    listed = []

    def listing(path: Path, **_: Any) -> MailPlan:
        listed.append(path)
        return open_plan(path)

    monkeypatch.setattr(sources, "open_plan", listing)
    second = survey_files(files, tmp_path / "work", threads)
    assert listed == [text]  # it is no mailbox, and says why each time
    for before, after in zip(first.mailboxes, second.mailboxes, strict=True):
        assert replace(after.examined, plan=None) == replace(before.examined, plan=None)
        if before.examined.plan is not None:
            assert same(after.examined.plan, before.examined.plan)
