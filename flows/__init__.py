"""What runs, and in what order? Prefect flows, a page each, and the command line `nwatch`.

The outermost room: it calls the doors of `tasks`, takes its Dask client from `cluster`, and nothing imports
it.
"""

from flows.service.log import tell_mistakes_in_one_line

# Here, as whoever starts a flow, a deployment too, comes by; it costs nothing and imports nothing of Prefect.
tell_mistakes_in_one_line()
