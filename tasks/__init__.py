"""How is each step done? One folder per area: its steps are listed in `task.py`, its accounts in `ledger.py`.

A step is a plain function that knows neither Prefect nor the cluster, and runs in a test without a server.
This room imports `data` alone.
"""
