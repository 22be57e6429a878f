"""How fast, and in how much memory, a city's crime records are read and counted, compared with pandas.

The records are those of the synthetic investigation's large city, in the format of the City of Los Angeles
(28 columns; 2.1 million rows at scale 1, in a gzipped file and a plain one). Each contender is a process of
its own, and must find the same number of records of the year and type. nwatch's seconds are from reading to
the batches, without the start of its workers; its memory is that of its largest process. pandas reads either
every column, as a first script would, or the five that are needed.

    .venv/bin/python benchmarks/crime.py --scale 1
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Before this folder, in which cluster.py would hide the program's package of that name.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from memory import watched

SEED = 1
FOLDER = "alderfall"
COLUMNS = ("DR_NO", "DATE OCC", "Crm Cd Desc", "LAT", "LON")
CONTENDERS = ("nwatch, 2 workers", "nwatch, 1 worker", "pandas, five columns", "pandas, all columns")


def make_input(folder: Path, scale: float) -> None:
    """Write the crime records and the settings."""
    from data.synthetic.country import make_country
    from data.synthetic.public_records import write_public_records

    records = write_public_records(folder, make_country(scale, SEED), scale, SEED)
    (folder / "investigation.toml").write_text(f'name = "benchmark"\n{records.settings}', encoding="utf-8")


def nwatch(folder: Path, workers: int) -> tuple[float, int, int]:
    """Seconds, rows, and records of the year and types."""
    import pyarrow.parquet as pq

    from cluster import ClusterSettings, connect
    from data.catalog import Investigation
    from tasks.crime.gather import gather_crimes

    given = Investigation.open(folder)
    files = given.crime_files()[FOLDER]
    with connect(ClusterSettings(workers=workers)) as client:
        client.run(lambda: __import__("tasks.crime.gather"))
        start = time.perf_counter()
        found = gather_crimes(FOLDER, files, given.config.crime[FOLDER], folder / f"work-{workers}", client)
        seconds = time.perf_counter() - start
    left = sum(pq.read_metadata(batch).num_rows for batch in found.batches)
    return seconds, sum(file.rows for file in found.files), left + found.no_location


def pandas_alone(folder: Path, columns: tuple[str, ...] | None) -> tuple[float, int, int]:
    """The same with pandas, in one piece."""
    import pandas as pd

    from data.catalog import Investigation

    given = Investigation.open(folder)
    settings = given.config.crime[FOLDER]
    start = time.perf_counter()
    frames = [pd.read_csv(path, usecols=columns) for _, path in given.crime_files()[FOLDER]]
    table = pd.concat(frames).drop_duplicates("DR_NO")
    kept = table[
        table["DATE OCC"].str[6:10].eq(str(settings.year)) & table["Crm Cd Desc"].isin(settings.types)
    ]
    return time.perf_counter() - start, sum(map(len, frames)), len(kept)


def run_one(contender: str, folder: Path) -> None:
    """Run a contender in this process, and print its measurements as JSON."""
    if contender.startswith("nwatch"):
        found = nwatch(folder, int(contender.split()[1]))
    else:
        found = pandas_alone(folder, COLUMNS if "five" in contender else None)
    print(json.dumps(found))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=0.05, help="1 is 2.1 million rows")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run_one(given.one, given.folder)
        return
    with tempfile.TemporaryDirectory(prefix="nwatch-crime-") as place:
        folder = Path(place) / "case"
        folder.mkdir()
        make_input(folder, given.scale)
        size = sum(path.stat().st_size for path in (folder / "crime" / FOLDER).iterdir()) / 1e6
        print("| rows, MB | contender | seconds | peak MB | of the year and types |")
        print("| --- | --- | ---: | ---: | ---: |")
        for contender in CONTENDERS:
            words = [sys.executable, __file__, "--one", contender, "--folder", str(folder)]
            with (
                subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process,
                watched(process.pid) as peak,
            ):
                answer, _ = process.communicate()
            if process.returncode:
                sys.exit(f"{contender}: failed")
            seconds, rows, left = json.loads(answer)
            print(
                f"| {rows:,}, {size:,.0f} | {contender} | {seconds:.1f} | {peak.megabytes:,.0f} | {left:,} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
