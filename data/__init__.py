"""What is the data? Schemas, catalog, settings, reference tables and the synthetic investigation.

The innermost room: it imports none of the others (`flows`, `tasks`, `cluster`), and every other room may
import it.
"""
