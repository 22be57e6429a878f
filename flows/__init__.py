"""What runs, and in what order? Prefect flows, a page each, and the command line `nwatch`.

The outermost room: it calls the doors of `tasks`, takes its Dask client from `cluster`, and nothing imports
it.
"""
