"""Let three made-up readers fill in the sheets of an investigation, and say what a tally must find.

The sheets are those of ``nwatch sample FOLDER --reader anna --reader ben --reader carla``. What the readers
answer goes into FOLDER/coding/returned, what is known of it into FOLDER/truth/coding.json. Afterwards
``nwatch tally FOLDER`` shows the same but for chance.

    .venv/bin/python benchmarks/coding.py FOLDER
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data.errors import InputError
from data.synthetic.handed_in import hand_in
from data.synthetic.readers import READERS


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    coding, truth = given.folder / "coding", given.folder / "truth"
    lacking = [one.name for one in READERS if not (coding / "sheets" / f"{one.name}.xlsx").is_file()]
    if lacking:
        named = " ".join(f"--reader {reader.name}" for reader in READERS)
        raise InputError(f"{coding}/sheets: no {lacking[0]}.xlsx; call: nwatch sample {given.folder} {named}")
    truth.mkdir(exist_ok=True)
    known = hand_in(coding, READERS, seed=given.seed, truth=truth / "coding.json")
    for reader in READERS:
        bias = f", else {', '.join(reader.bias.values())}" if reader.bias else ""
        print(f"{reader.name}: right in {reader.accuracy:.0%}{bias}; hands in .{reader.form}")
    print(
        f"reviews: {known.asked} asked, {known.given} given, {known.missing} missing, "
        f"{known.unusable} not usable"
    )
    for question, each in known.expected.items():
        print(f"{question}: alpha {each.alpha:.3f}; a majority in {each.decided:.1%}")
        for answer, share in each.shares.items():
            print(f"  {answer}: {share:.1%} of the majorities, {each.truth[answer]:.1%} in truth")


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"ERROR: {error}")
