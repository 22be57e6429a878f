"""The report of a run: one page that shows what was found, each number with where it comes from.

A section of the page is a module of ``sections/`` and a name in :data:`tasks.report.sections.SECTIONS`. It
takes a :class:`~tasks.report.results.Story` and gives blocks (:mod:`tasks.report.blocks`); ``page.py`` turns
them into HTML.
"""
