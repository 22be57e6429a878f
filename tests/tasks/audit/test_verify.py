"""Inputs are known by their hashes; each difference is a line, and there is one answer."""

from dataclasses import replace

import pytest

from tasks.audit.now import InputNow, Now
from tasks.audit.verify import verdict

A, B, C, D = (letter * 64 for letter in "abcd")
THEN = {
    "configuration": {"sha256": "cc"},
    "versions": {"scipy": "1", "numpy": "2"},
    "tables": {"public/kinds.csv": A},
    "outputs": {"report.html": B},
    "sources": [{"agency": "lapd", "source": A[:12], "sha256": A, "bytes": 1}],
    "crosswalk": {"sha256": C},
    "posts": {"files": [{"sha256": B}, {"sha256": B}], "tracts": {"sha256": C}, "census": [{"sha256": D}]},
}
INPUTS = (
    InputNow("sources lapd", "records/lapd/a.pst", A),
    InputNow("sources lapd", "records/lapd/again.pst", A),
    InputNow("crosswalk", "the rows on subjects", C),
    InputNow("posts files", "posts/1.csv", B),
    InputNow("posts files", "posts/2.csv", B),
    InputNow("posts tracts", "the layer of tracts", C),
    InputNow("posts census", "census/acs.csv", D),
    InputNow("posts census", "census/places.zip", B, needed=False),
)
NOW = Now(
    inputs=INPUTS,
    outputs={"public/kinds.csv": A, "report.html": B},
    versions={"scipy": "1", "numpy": "2"},
    configuration="cc",
    parts={"mail": ("sources", "crosswalk"), "posts": ("posts",), "requests": ("requests",)},
    runnable=("mail", "posts"),
    names={"records/lapd/a.pst": A[:12], "posts/1.csv": B[:12], "posts/2.csv": B[:12]},
)


def with_input(file: str, sha256: str) -> Now:
    return replace(NOW, inputs=[replace(i, sha256=sha256) if i.file == file else i for i in INPUTS])


def test_all_as_it_was_is_yes_whatever_files_are_called():
    assert verdict(THEN, NOW).code == 0
    assert verdict(THEN, replace(NOW, names={})).line.startswith("Yes")
    # What a person confirmed to be gone is no input.
    gone = [{"agency": "lapd", "source": D[:12], "sha256": D, "bytes": 1}]
    assert verdict({**THEN, "accepted": gone}, NOW).code == 0


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (with_input("posts/2.csv", C), "input: posts/2.csv: was changed"),
        (with_input("census/acs.csv", B), "input: census/acs.csv: was changed"),
        (with_input("census/acs.csv", ""), "input: census/acs.csv: cannot be read"),
        (replace(NOW, inputs=INPUTS[2:]), "input: records/lapd/a.pst: is gone"),
        (replace(NOW, inputs=INPUTS[:4] + INPUTS[5:]), "input: posts/1.csv: is there 1 ×"),
        (replace(NOW, inputs=(*INPUTS, InputNow("posts files", "x", C))), "input: x: is new"),
        (
            replace(NOW, inputs=INPUTS[:3], runnable=("mail",), lacks={"posts": "no census/acs.csv"}),
            "input: the part posts has not all of its input any more: no census/acs.csv",
        ),
        (replace(NOW, runnable=("mail", "requests")), "input: the part requests has its input, and was not"),
        (replace(NOW, outputs={**NOW.outputs, "x.txt": A}), "output: out/x.txt: is not in the provenance; "),
        (replace(NOW, outputs={"report.html": A}), "output: out/public/kinds.csv: is gone"),
        (replace(NOW, outputs={"report.html": A}), "output: out/report.html: was changed since the run"),
        (replace(NOW, versions={"scipy": "1", "numpy": "3"}), "version: numpy 2 made the outputs; here is 3"),
        (replace(NOW, configuration="dd"), "settings: investigation.toml, or an agency.toml, was changed"),
    ],
)  # fmt: skip
def test_what_differs_is_named(now: Now, line: str):
    found = verdict(THEN, now)
    assert found.code == 1
    assert found.line.startswith("No:")
    assert [each for each in found.differs if each.startswith(line)], found.differs


def test_a_part_that_was_kept_cannot_be_told_or_was_made_with_other_settings():
    found = verdict({**THEN, "kept": {"posts": "cc"}}, NOW)
    assert found.code == 2
    assert found.line.startswith("Cannot tell")
    assert verdict({**THEN, "kept": {"posts": "dd"}}, NOW).code == 1


def test_of_a_part_that_lacks_a_file_nothing_else_is_called_gone():
    lacking = replace(NOW, inputs=INPUTS[:3], runnable=("mail",), lacks={"posts": "no census/acs.csv"})
    assert verdict(THEN, lacking).differs == (
        "input: the part posts has not all of its input any more: no census/acs.csv",
    )


def test_settings_that_another_version_reads_otherwise_are_not_called_changed():
    now = replace(NOW, configuration="dd", versions={"neighborhood-watch": "2"})
    lines = verdict({**THEN, "versions": {"neighborhood-watch": "1"}}, now).differs
    assert [line for line in lines if line.startswith("settings: they are not those of the run; ")]
    assert not [line for line in lines if "was changed" in line]
