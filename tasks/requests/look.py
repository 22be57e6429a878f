"""The door of the requests room for checks before a run: ``requests.csv``."""

from tasks.requests.read import read_requests

__all__ = ["read_requests"]
