"""What runs, and in what order? The flows, the parts of a run, and the command line `nwatch`.

The outermost room: it calls the doors of `tasks`, takes its Dask client from `cluster`, and nothing imports
it.
"""

from flows.service.log import log_mistakes_in_one_line

# Here, because whatever starts a flow imports this package, a deployment too. It imports nothing of Prefect.
log_mistakes_in_one_line()
