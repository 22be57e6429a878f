from tasks.report import in_this_run
from tasks.report.blocks import Group, Heading, InThisRun, Text, flat
from tasks.report.rules import chapters
from tasks.report.sections import methods
from tests.tasks.report.stories import everything, only_requests


def test_every_rule_is_there_with_what_it_did_in_this_run(tmp_path, monkeypatch):
    told = {"7.6": (lambda story: (f"{story.name}: alpha {story.config.tests.alpha}.",),)}
    monkeypatch.setattr(in_this_run, "rules", lambda: told)
    blocks = list(flat(methods.blocks(everything(tmp_path))))
    keys = [block.key for block in blocks if isinstance(block, Heading)]
    assert keys == [f"rule-{rule.number.replace('.', '-')}" for each in chapters() for rule in each.rules]
    after = blocks[blocks.index(next(b for b in blocks if getattr(b, "key", "") == "rule-7-6")) + 2]
    assert after == InThisRun(("Test investigation: alpha 0.05.",))


def test_sections_of_the_method_that_were_not_used_say_so_and_say_nothing_of_this_run(tmp_path, monkeypatch):
    monkeypatch.setattr(in_this_run, "rules", lambda: {"7.6": (lambda story: ("Never.",),)})
    blocks = list(methods.blocks(only_requests(tmp_path)))
    unused = {each.key for each in blocks if isinstance(each, Group) and methods.UNUSED in each.summary}
    assert unused == {f"method-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9)}
    assert not any(isinstance(block, InThisRun) for block in flat(blocks))
    [line] = [block for block in blocks if isinstance(block, Text)]
    assert "7 Income" in line.sentences[0]
