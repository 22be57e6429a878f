"""What is the data? Schema, catalog, settings, records, storage, reference tables, synthetic investigation.

The innermost room: it imports none of the others (``flows``, ``tasks``, ``cluster``), and every other room
may import it.
"""
