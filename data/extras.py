"""How to install an extra of this program: packages that only some sites need."""


def how_to_install(extra: str) -> str:
    """The end of a line that says how to install an extra.

    This program is in no public index, and a package of its name there would be somebody else's. So the words
    are for the folder of its clone, and for the image, which has its extras from locked requirements.

    Args:
        extra: A name under ``[project.optional-dependencies]`` of ``pyproject.toml``.

    Example:
        >>> how_to_install("slurm")
        "in its clone: pip install -e '.[slurm]' (its image: docker build --build-arg EXTRAS=slurm)"
    """
    return f"in its clone: pip install -e '.[{extra}]' (its image: docker build --build-arg EXTRAS={extra})"
