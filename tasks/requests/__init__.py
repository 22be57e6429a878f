"""Requests: which agencies were asked for their records, and what came."""
