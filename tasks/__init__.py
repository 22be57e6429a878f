"""How is each step done? One folder an area, with one door, `task.py`, and plain functions behind it.

The doors are Prefect tasks that flows call; the functions behind them know neither Prefect nor the cluster
and run in a test without a server. This room imports `data` alone.
"""
