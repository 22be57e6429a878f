r"""How long would a site's mail take on its cluster, and in how much memory?

A simulation of single events, from what pieces of work cost here: 1,000 agencies with 30 TB on 1, 4, 16 and
64 workers, unless something else is asked for. Each step can be made by itself; all of them, on a machine
that does nothing else:

    .venv/bin/python benchmarks/cluster.py measure check predict write

- measure: writes synthetic investigations into ``--folder`` (5 GB, and 3 for check, on the disk that workers
  share), runs them with two workers, and keeps what each piece cost in ``cluster-costs.json`` of
  ``benchmarks/results``;
- check: holds the simulation against runs with one worker and two, and against eight workers of Dask whose
  pieces sleep;
- predict: simulates the site, and what each input moves;
- write: writes the tables into ``docs/performance.md`` and the figure into ``docs/pictures``.

Another site measures its own costs and asks for itself:

    .venv/bin/python benchmarks/cluster.py measure predict show --results my-site --folder /shared/tmp \
        --agencies 40 --terabytes 2 --workers 8 24 --bandwidth 900

``show`` prints what ``write`` writes. Nothing is published of a site but what is in its two small files.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Before this folder, in which this file would hide the program's package of the same name.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.simulation.command import main

if __name__ == "__main__":
    main(__doc__)
