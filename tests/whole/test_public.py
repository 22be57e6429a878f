"""What a run with small counts left out publishes: nothing private in any form, and no count that is small.

The search is over all files of ``out/`` but the private ones, whatever they are.
"""

import csv
import json
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy.optimize import linprog

from data.full_tables import FULL
from tests.leaks import found_in, public_files
from tests.outputs import contents

pytestmark = [
    pytest.mark.slow,
    # Dask 2026.8 resets an index in a way that pandas 4 will drop.
    pytest.mark.filterwarnings("ignore:The inplace keyword"),
]

LEAST = 4
PLATES = ["7XKQ419", "8ZRT552"]
PHONES = ["(213) 555-0187", "+1 415 555 0134"]
ADDRESS = "1420 Foxglove Ln, Apt 7"
PLANTED = f"Stolen by {{name}}, plate {PLATES[0]}, call {PHONES[0]}, {ADDRESS}"
PLANTED_TOO = f"{{name}} drives {PLATES[1]}; write to zephine.planted@example.net or call {PHONES[1]}."
MAILBOX = "Mossbeck 213-555-0187.pst"
READERS = ("Zephyrine Quillfeather", "Oberon O'Malley")
WRITTEN = {
    "no answer": "Wexcombe did it",
    "free text": '=HYPERLINK("http://wexcombe.example", "remark of Cordelia Vexworthy")',
    "comment": "Thornapple called twice",
    "file": "from Mallory Wigglesworth",
    "decided by": "Philippa Hollowbrook",
    "annotator": "annotator.hollow@labels.example",
}
"""What readers of the sample and those who decide write, and how they call what they hand in."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An investigation with names, numbers, plates and addresses in titles, texts, subjects and files."""
    from data.synthetic import create, words

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "CRIME_TITLES", [*words.CRIME_TITLES[:4], *[PLANTED] * 4])
        patch.setattr(words, "SENTENCES", [*words.SENTENCES[:4], *[PLANTED_TOO] * 4])
        patch.setattr(words, "UNCLASSIFIED", [PLANTED, *words.UNCLASSIFIED])
        folder = create(tmp_path_factory.mktemp("planted") / "case", scale=0.0008, seed=3)
    mailbox = next((folder / "records").rglob("*.pst"))
    mailbox.rename(mailbox.with_name(MAILBOX))
    with (folder / "investigation.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[public]\nleast_count = {LEAST}\n")
    return folder


@pytest.fixture(scope="module")
def out(case: Path, threads) -> Path:
    """Its outputs with a sample that was read, with the report and all that is made with it."""
    from flows.investigate import investigate

    investigate(case, only=["mail"])
    hand_in(case)
    investigate(case, only=["coding"])
    with (case / "coding/to_decide.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    decided = [
        row | {"answer": row["votes"].split(":")[0], "decided_by": WRITTEN["decided by"]} for row in rows
    ]
    assert decided
    with (case / "coding/to_decide.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, decided[0])
        writer.writeheader()
        writer.writerows(decided)
    return investigate(case).out


def hand_in(case: Path) -> None:
    """Draw a sample, and hand in a workbook of one reader and the export of Label Studio of the other."""
    from flows.console.coding.sample import sample

    sample(case, READERS)
    returned = case / "coding/returned"
    returned.mkdir(exist_ok=True)
    first, second = READERS
    workbook = openpyxl.load_workbook(case / f"coding/sheets/{first}.xlsx")
    workbook.properties.lastModifiedBy = WRITTEN["annotator"]
    sheet = workbook["alerts"]
    at = {cell.value: cell.column for cell in sheet[1] if cell.value}
    sheet.cell(2, len(at) + 1).value = WRITTEN["comment"]
    for row in range(3, sheet.max_row + 1):
        sheet.cell(row, at["question:criminal_act"]).value = "Yes" if row % 9 else WRITTEN["no answer"]
        sheet.cell(row, at["question:subject_area"]).value = "Theft"
        sheet.cell(row, at["question:note"]).value = WRITTEN["free text"]
        sheet.cell(row, len(at) + 1).value = WRITTEN["comment"]
    workbook.save(returned / f"{WRITTEN['file']}.xlsx")
    tasks = json.loads((case / f"coding/sheets/label-studio/tasks-{second}.json").read_bytes())
    said = {"criminal_act": "no", "subject_area": "other"}
    result = [
        {"from_name": f"question_{key}", "value": {"choices": [answer]}} for key, answer in said.items()
    ]
    result.append({"from_name": "question_note", "value": {"text": [WRITTEN["free text"]]}})
    who = {"id": 1, "email": WRITTEN["annotator"], "first_name": "Mallory", "last_name": "Wigglesworth"}
    export = [{**task, "annotations": [{"completed_by": who, "result": result}]} for task in tasks]
    (returned / f"{WRITTEN['annotator']}.json").write_text(json.dumps(export), encoding="utf-8")


def planted(case: Path) -> set[str]:
    """All that is private: names, addresses, titles, texts and subjects that were written into the mail."""
    from data.synthetic import words

    read = lambda name: pd.read_parquet(case / f"truth/private/{name}.parquet")  # noqa: E731
    alerts, messages = read("alerts"), read("messages")
    texts = {*words.LAST_NAMES, *words.STREETS, ADDRESS, MAILBOX, "zephine.planted@example.net"}
    texts |= {*read("people")["person"], *read("recipients")["recipient"], *messages["message_id"].dropna()}
    texts |= {*alerts["title"], *alerts["description"]}
    texts |= {*READERS, "Cordelia Vexworthy", *WRITTEN.values()}
    texts |= {Path(file).stem for file in read("sources")["file"]}
    texts |= set(messages.loc[messages["kind"] == "unclassified", "subject"].dropna())
    return {text for text in texts if len(text) > 6}


def test_nothing_private_is_in_a_public_file(case: Path, out: Path):
    texts = planted(case)
    assert len(texts) > 200
    assert any(PLATES[0] in text for text in texts)
    files = public_files(out)
    assert out / "report.html" in files
    seen = {
        path.relative_to(out).as_posix(): found_in(path.read_bytes(), texts, PLATES + PHONES)
        for path in files
    }
    assert {name: found for name, found in seen.items() if found} == {}
    assert pd.read_parquet(out / "public/coding_tally.parquet")["decided"].max() > 20
    held = (out / "private/coding_reviews.parquet").read_bytes()
    assert found_in(held, [*READERS, "Cordelia Vexworthy"]) == {*READERS, "Cordelia Vexworthy"}
    names = " ".join(seen)
    assert found_in(names.encode(), texts, PLATES + PHONES) == set()


def test_the_search_would_find_it_there(case: Path, out: Path):
    """The control: private tables of the same run hold all of it, and a public file into which it is put."""
    held = b"".join(path.read_bytes() for path in (case / "records").rglob(MAILBOX))
    assert held
    found = found_in((out / "private/alerts.parquet").read_bytes(), planted(case), PLATES + PHONES)
    assert {*PLATES, *PHONES} <= found
    page = (out / "report.html").read_text(encoding="utf-8")[-50_000:]  # all of it was searched above
    worse = re.sub("</body>", f"<p data-x='{json.dumps(PHONES[0])}'>{PLATES[0]}</p></body>", page)
    assert found_in(worse.encode(), [], PLATES + PHONES) == {PLATES[0], PHONES[0]}


def numbers(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"public/{name}.parquet")


def of_place(folder: Path, name: str, city: str, crime: str | None) -> pd.DataFrame:
    table = numbers(folder, name)
    own = table[table["city"] == city]
    return own[own["crime"] == crime] if "crime" in own else own


def equations(out: Path, city: str, crime: str | None) -> tuple[list[tuple[set[str], float]], pd.Series]:
    """By what is published of a city: sets of tracts and their sums; and the tracts' counts as shown."""
    of, count, tracts = (
        ("city", "posts", "tracts_used") if crime is None else ("crime", "crimes", "tract_crimes")
    )
    shown = of_place(out, tracts, city, crime).set_index("GEOID")[count]
    observed = set(of_place(out / FULL, tracts, city, crime).dropna(subset=[count])["GEOID"])
    whole = of_place(out, "tracts_used", city, None).set_index("GEOID")
    used = whole[whole["status"] == "used"]
    peopled = set(whole[whole["status"].isin(["used", "few people"])].index)
    which = {
        "published": set(used.index),
        "every tract with people": peopled,
        "at least half inside": set(used[used["share_in_city"] >= 0.5].index),
    }
    said: list[tuple[set[str], float]] = []
    for _, row in of_place(out, f"{of}_deciles", city, crime).iterrows():
        said.append((set(used[used["decile"] == row["decile"]].index), row[count]))
    for name in ("tests", "effects"):
        said += [(set(used.index), value) for value in of_place(out, f"{of}_{name}", city, crime)[count]]
    for _, row in of_place(out, f"{of}_variants", city, crime).iterrows():
        if row["n"]:
            said.append((which[row["variant"]], row[count]))
    if crime is None:
        border = numbers(out, "border_posts").rename(columns={"scope": "city"})
        border = border[(border["city"] == city) & (border["year"] != "all")]
        said += [(set(whole.index), value) for value in border["posts"]]
    else:
        said += [(set(whole.index), value) for value in of_place(out, "crime_types", city, crime)["counted"]]
    known = [(own & observed, float(value)) for own, value in said if not pd.isna(value)]
    return [each for each in known if each[0]], shown[shown.index.isin(observed)]


@pytest.mark.parametrize("of", ["posts", "crimes"])
def test_nobody_can_compute_a_small_count(out: Path, of: str):
    """An attack by linear programming with the tables of one city and type, as anybody could read them."""
    name = "tracts_used" if of == "posts" else "tract_crimes"
    whole = numbers(out / FULL, name)
    small = whole[(whole[of] > 0) & (whole[of] < LEAST)]
    assert len(small) > 10
    key = ["city"] if of == "posts" else ["city", "crime"]
    for place, rows in small.groupby(key):
        named = [str(each) for each in place]
        city, crime = named[0], named[1] if of == "crimes" else None
        said, shown = equations(out, city, crime)
        tracts = sorted(shown.index)
        at = {geoid: number for number, geoid in enumerate(tracts)}
        bounds = [(1, None) if pd.isna(shown[geoid]) else (shown[geoid],) * 2 for geoid in tracts]
        sums = np.zeros((len(said), len(tracts)))
        for line, (own, _) in enumerate(said):
            sums[line, [at[geoid] for geoid in own]] = 1
        for geoid in rows["GEOID"]:
            assert pd.isna(shown[geoid])
            for sign in (1, -1):
                cost = np.zeros(len(tracts))
                cost[at[geoid]] = sign
                given = {"A_eq": sums, "b_eq": [value for _, value in said]} if said else {}
                done = linprog(cost, bounds=bounds, **given)
                assert done.status in {0, 3}
                most = sign * done.fun if done.status == 0 else np.inf
                assert most <= 1 + 1e-6 if sign == 1 else most >= LEAST - 1 - 1e-6, (city, crime, geoid)


def test_the_map_and_the_rates_say_no_more_than_the_table(out: Path):
    used = numbers(out, "tracts_used").set_index(["city", "GEOID"])
    assert (used["posts"].isna() <= used["posts_per_1000"].isna()).all()
    features = json.loads((out / "public/tracts_used.geojson").read_text(encoding="utf-8"))["features"]
    assert len(features) == len(used)
    crimes = numbers(out, "tract_crimes").set_index(["city", "GEOID", "crime"])["crimes"]
    for feature in features:
        said = feature["properties"]
        posts = used["posts"][said["city"], said["GEOID"]]
        assert said["posts"] == (None if pd.isna(posts) else posts)
        for name, value in said.items():
            if name.startswith("crimes: "):
                count = crimes[said["city"], said["GEOID"], name.removeprefix("crimes: ")]
                assert value == (None if pd.isna(count) else count)
    left = numbers(out, "left_out")
    missing = numbers(out / FULL, "tracts_used")["posts"].notna().sum() - used["posts"].notna().sum()
    assert left.query("table == 'public/tracts_used'")["left_out"].item() == missing > 0
    found = [
        path
        for path in (out / "public").glob("*.csv")
        if re.search(r"\b[1-9] counted in all", path.read_text())
    ]
    assert not found


def test_a_run_of_one_part_leaves_out_the_same_and_brings_it_back(case: Path, out: Path):
    """Last, as it runs again."""
    from flows.investigate import investigate

    before = {path: path.read_bytes() for path in public_files(out) if path.parts[-2] == "public"}
    ledger = (out / FULL / "public/ledger.parquet").read_bytes()
    investigate(case, only=["crime"])
    assert {path: path.read_bytes() for path in before} == before
    assert (out / FULL / "public/ledger.parquet").read_bytes() == ledger
    whole = contents(out / FULL)
    config = case / "investigation.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(f"least_count = {LEAST}", "least_count = 0"))
    investigate(case, only=["crime"])
    assert {name: (out / name).read_bytes() for name in whole} == whole
    assert not [path for path in (out / FULL).rglob("*") if path.is_file()]
    assert not (out / "public/left_out.csv").exists()
