"""The figures: each is made from public tables alone, and drawn as SVG, PNG and the CSV of its data.

A figure is a function of a module here that takes tables and gives a :class:`~tasks.figures.figure.Figure`.
``draw.py`` draws it, with the same bytes each time.
"""
