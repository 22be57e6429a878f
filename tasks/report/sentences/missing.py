"""Is anything missing? The answer, why it is no plain "No", and what entered with what became of it."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.ledger.balances import Balance
from tasks.report.results import Story
from tasks.report.sentences.counts import because
from tasks.report.sentences.words import amount, listed, missing_in, verb


def answer(story: Story) -> Iterator[str]:
    """The answer of this run (method 10.6), never a fixed sentence."""
    if not story.headline:
        yield "Nothing was counted in this run, so that nobody can say whether anything is missing."
        return
    headline = story.headline.rstrip(":.")
    if not story.perhaps:
        yield f"{headline}."
        return
    many = len(story.perhaps)
    yield f"{headline}: there {'is one reason' if many == 1 else f'are {many:,} reasons'} to look closer."
    yield "Everything else is accounted for."


def entered(story: Story) -> Iterator[str]:
    """What entered, and what became of it: one sentence for each kind of thing."""
    for balance in story.balances:
        yield _sum(balance)


def _sum(balance: Balance) -> str:
    missing = missing_in(balance.part)
    whole = (
        f"{missing} of {balance.name}"
        if balance.count is None
        else amount(balance.count, balance.name, balance.name)
    )
    parts = [
        f"{missing if count is None else f'{count:,}'} {name}" for name, count in balance.parts if count != 0
    ]
    none = [name for name, count in balance.parts if count == 0]
    said = f"{whole}: {listed(parts)}" if parts else whole
    said += f"; none {listed(none, 'or')}." if none else "."
    return f"{said[:1].upper()}{said[1:]}"


def warned(story: Story) -> str:
    """How many warnings there are, of the run and of the earlier ones whose tables are shown with its own."""
    many, before = len(story.warnings), len(story.warned_before)
    if not many:
        return (
            f"The run ended without a warning. Of the parts that it left out, an earlier run gave "
            f"{amount(before, 'warning')}."
            if before
            else "The run ended without a warning."
        )
    said = (
        f"The run ended with {amount(many, 'warning')}: "
        f"{verb(many, 'it is a judgement', 'they are judgements')} for a person to make."
    )
    more = f" Of the parts that it left out, an earlier run gave {before:,} more." if before else ""
    return f"{said}{more}"


def skipped(story: Story) -> Iterator[str]:
    """The parts that did not run, each with its reason."""
    for part, why in story.skipped.items():
        yield f"The part {part} did not run: {because(why)}."
