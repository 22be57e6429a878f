"""The requests room's door for what needs no server: ``requests.csv``, looked at before any work is done."""

from tasks.requests.read import read_requests

__all__ = ["read_requests"]
