"""The input of the parts beside the mail: looked at before any work is done, each thing once in a run.

Whoever starts a run looks at it first and hands on what was seen (:func:`using`); the flows go out from that
(:func:`inputs`). What a part needs is imported when it is looked at, so that a run of the mail loads
none of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from data.catalog import Investigation
from data.errors import InputError
from data.settings import FILE, Crime, Posts

if TYPE_CHECKING:
    from tasks.places.look import Bounds
    from tasks.places.results import Census
    from tasks.requests.results import Requests
    from tasks.selection.results import AtlasInput, GentrificationInput

Files = tuple[tuple[str, Path], ...]
"""Path inside the investigation folder, and where to open it; in order of the first."""


@dataclass(frozen=True)
class PostsInput:
    """What the posts' part of a run goes out from.

    Attributes:
        files: The files of posts.
        settings: The section ``[posts]``.
        layer: The tract layer's file.
        census: The Census and the examined cities.
        alpha: The configured alpha, which is divided by the number of cities examined.
    """

    files: Files
    settings: Posts
    layer: Path
    census: Census
    alpha: float


@dataclass(frozen=True)
class CrimeInput:
    """What the crimes' part of a run goes out from.

    Attributes:
        files: By folder of ``crime/``, its files.
        settings: By folder, its section ``[crime.<folder>]``.
        layer: The tract layer's file.
        census: The Census, and the lists of all cities, examined or not.
        threshold: What p is held against: alpha by the number of cities examined.
    """

    files: Mapping[str, Files]
    settings: Mapping[str, Crime]
    layer: Path
    census: Census
    threshold: float


class Inputs:
    """The input of one investigation: each thing is looked at when it is first asked for, and then kept.

    Every look raises an InputError where a file, a column, a value or a setting is missing or wrong; it is
    named, with the mend.

    Attributes:
        investigation: One whose folder has files for all that will be asked for.
    """

    def __init__(self, investigation: Investigation) -> None:
        self.investigation = investigation

    def check(self, parts: Collection[str]) -> None:
        """Look at all that some parts of a run go out from: at what is called as they are here.

        The mail is surveyed by the run itself.

        Args:
            parts: The parts that will be carried out.

        Raises:
            InputError: Something is missing or wrong; the message names it, and the mend.
        """
        for part in parts:
            if part != "mail":
                getattr(self, part)

    @cached_property
    def posts(self) -> PostsInput:
        """The posts, looked at beside the tract layer, with the Census and the examined cities."""
        from tasks.posts.look import check_posts

        settings = self.investigation.config.posts
        if settings is None:
            raise InputError(
                f"{FILE}: posts/ holds files, but there is no section [posts]; write which year to analyse:\n"
                "[posts]\nyear = 2019"
            )
        files = self.investigation.post_files()
        check_posts(files, self.bounds)
        alpha = self.investigation.config.tests.alpha
        return PostsInput(tuple(files), settings, self.layer, self.census_of_examined, alpha)

    @cached_property
    def crime(self) -> CrimeInput:
        """The crimes, looked at beside the tract layer, with the Census and the lists of all cities."""
        from tasks.crime.look import check_crimes, sections
        from tasks.income.look import bonferroni

        files = self.investigation.crime_files()
        settings = sections(files, self.investigation.config.crime, _cities(self.census))
        for key, own in files.items():
            check_crimes(key, own, settings[key], self.bounds)
        return CrimeInput(
            files={key: tuple(own) for key, own in files.items()},
            settings=settings,
            layer=self.layer,
            census=self.census,
            threshold=bonferroni(
                self.investigation.config.tests.alpha, len(_cities(self.census_of_examined))
            ),
        )

    @cached_property
    def layer(self) -> Path:
        """The tract layer's file."""
        from tasks.places.look import find_layer

        return find_layer(self.investigation.layer_files())

    @cached_property
    def bounds(self) -> Bounds | None:
        """The tract layer's extent in degrees; None where it tells none."""
        from tasks.places.look import check_layer

        return check_layer(self.layer)

    @cached_property
    def census(self) -> Census:
        """The Census, and the lists of all cities."""
        from tasks.places.look import read_census

        place = self.investigation.census_file
        return read_census(place("acs"), place("city_tracts"), include=None)

    @cached_property
    def census_of_examined(self) -> Census:
        """The same Census, and the lists of the examined cities alone."""
        from tasks.places.look import examined

        label, _ = self.investigation.census_file("city_tracts")
        return examined(self.census, self.investigation.config.cities.include, label)

    @cached_property
    def gentrification(self) -> GentrificationInput:
        """The tracts of ``census/gentrification``."""
        from tasks.selection.look import read_gentrification

        place = self.investigation.census_file("gentrification")
        return read_gentrification(place, self.investigation.config.selection)

    @cached_property
    def selection(self) -> AtlasInput:
        """The Atlas of Surveillance, in which the cities of ``census/gentrification`` can be found."""
        from tasks.selection.look import check_cities, read_atlas

        check_cities(self.gentrification)
        return read_atlas(self.investigation.atlas_files())

    @cached_property
    def requests(self) -> Requests:
        """``requests.csv``, and what lies in the folders that it names."""
        from tasks.requests.look import read_requests

        return read_requests(
            self.investigation.requests_file(),
            self.investigation.place,
            self.investigation.agencies_with_records(),
        )


def _cities(census: Census) -> set[str]:
    return set(census.cities["city"].unique().to_pylist())


_CURRENT: ContextVar[Inputs] = ContextVar("inputs")


@contextmanager
def using(looked_at: Inputs) -> Iterator[None]:
    """Let flows called within the block go out from this input.

    It is not a flow's argument because Prefect writes those into its database.
    """
    token = _CURRENT.set(looked_at)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def inputs(folder: Path, agencies: Collection[str] | None = None) -> Inputs:
    """The input that the caller has looked at; what nobody has looked at yet where none was handed on.

    Args:
        folder: The investigation folder.
        agencies: The agencies that must have their settings, as for :meth:`Investigation.open`.

    Raises:
        InputError: The folder or its configuration is missing or wrong.
    """
    current = _CURRENT.get(None)
    if current is not None and current.investigation.folder == folder.absolute():
        return current
    return Inputs(Investigation.open(folder, agencies))


def check_agency(investigation: Investigation, agency: str) -> None:
    """See that an agency has mail to read.

    Raises:
        InputError: It has no mailbox; the message names the agencies that have.
    """
    if not investigation.place.mailboxes(agency):
        there = sorted({one.agency for one in investigation.place.look().seen if one.mailbox})
        raise InputError(
            f"records/{agency}: no mailbox (*.pst, *.ost) of an agency {agency!r}; "
            f"name one of: {', '.join(there)}"
        )
