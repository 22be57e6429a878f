"""A simulation of the cluster: what a run of a site's mail would take, from costs that were measured.

``record`` measures the pieces of real runs, ``costs`` fits what a piece costs by its size, ``site`` cuts the
mail of a site into the same pieces, in the order of the program, ``engine`` and ``simulate`` let them happen,
and ``page`` writes the table and the figure. ``benchmarks/cluster.py`` is the command.
"""
