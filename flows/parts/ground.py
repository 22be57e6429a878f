"""What posts and crimes stand on when they run: the hashes of their files, and the tract layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from data.kept import InputHashes, Keeper, Stage, code_of
from flows.parts.points import Files
from flows.run.part import Job
from flows.run.step import step
from tasks.rows.results import InputFile

if TYPE_CHECKING:
    from tasks.layers.results import Layer

T = TypeVar("T")

LAYER: Final = "census/tracts"
PREPARE: Final = "prepare the tracts"
_CODE: Final = (
    "tasks",
    "tasks/rows",
    "tasks/rows/forms",
    "tasks/places",
    "tasks/layers",
    "tasks/census",
    "tasks/income",
    "tasks/statistics",
    "tasks/tracts",
    "tasks/ledger",
)
"""What posts and crimes share of the code."""


@dataclass
class Ground:
    """The ground of a part.

    Attributes:
        job: The job.
        part: The part's name; its own code is in the area of that name.
        layer: The tract layer as it was handed in: one file, or several.
        hashes: The hashes of input files.
        keeper: The stages of the part.
    """

    job: Job
    part: str
    layer: Path | Sequence[Path]
    hashes: InputHashes = field(init=False)
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        work = self.job.work
        self.hashes = InputHashes(work)
        self.keeper = Keeper(work, self.part, code_of(*_CODE, f"tasks/{self.part}"))
        self.keeper.rebuilt += self.hashes.rebuilt

    @cached_property
    def _stage(self) -> Stage[Layer]:
        known = self.hashes.of_layer(LAYER, files_of_layer(self.layer))
        return self.shared().stage(PREPARE, known, self._prepared, key_after=lambda layer: layer.input.sha256)

    def shared(self) -> Keeper:
        """Keeps stages that the parts share: the first of a run makes them, and the notes are that part's."""
        return Keeper(self.job.work, "tracts", code_of(*_CODE), self.keeper.rebuilt)

    @property
    def tracts(self) -> Layer:
        """The tracts as they are kept: what is known of them; their file may be damaged."""
        return self._stage.value

    @cached_property
    def readable_tracts(self) -> Layer:
        """The tracts, with a file that is as it was written."""
        found = self.tracts
        return found if self._stage.keeper.made else self._prepared()

    def _prepared(self) -> Layer:
        from tasks.layers.task import prepare

        states = self.hashes.states_of_layer(LAYER, files_of_layer(self.layer))
        found = step(prepare)(self.layer, self.job.work)
        self.keeper.rebuilt += found.rebuilt
        self.hashes.note(states, {LAYER: found.input.sha256})
        return replace(found, rebuilt=())

    def key_of(self, files: Files, settings: object) -> object:
        """What the rows of some files depend on; None where it is not known before they are read.

        Args:
            files: The files.
            settings: The section of the settings.
        """
        known = self.hashes.of(files)
        return None if known is None else (sorted(known.items()), settings)

    def note(self, states: Mapping[str, Any], files: Iterable[InputFile]) -> None:
        """Remember the hashes of files of rows, which were computed as they were read.

        Args:
            states: Their states before, from ``hashes.states``.
            files: The files.
        """
        self.hashes.note(states, {file.file: file.sha256 for file in files})


class Together(Generic[T]):
    """Things that are made in one go for several names, when the first of them is asked for.

    Args:
        make: Makes them, for names.

    Attributes:
        names: The names for which they will be wanted.
    """

    def __init__(self, make: Callable[[Sequence[str]], Mapping[str, T]]) -> None:
        self._make = make
        self._made: dict[str, T] = {}
        self.names: list[str] = []

    def of(self, name: str) -> T:
        """What was made for a name; asked for again, it is made again."""
        if name not in self._made:
            self._made |= self._make(list(dict.fromkeys([*self.names, name])))
            self.names.clear()
        return self._made.pop(name)


def key_from(files: Iterable[InputFile], settings: object) -> object:
    """The same as :meth:`Ground.key_of`, of files that have been read."""
    return sorted((file.file, file.sha256) for file in files), settings


def files_of_layer(layer: Path | Sequence[Path]) -> list[Path]:
    """All files of a tract layer: those below its folders, and those of the same name beside its files.

    Side files of a shapefile may be in other letters, as ``TRACTS.DBF`` beside ``tracts.shp``, and
    ``tracts.shp.xml`` is one too.

    Args:
        layer: The layer as it was handed in, one file or folder, or several.
    """
    given = [layer] if isinstance(layer, Path) else list(layer)
    found: set[Path] = set()
    for path in given:
        if path.is_dir():
            found.update(each for each in path.rglob("*") if each.is_file())
        else:
            own = f"{path.stem}.".lower()
            found.update(
                each for each in path.parent.glob("*") if each.name.lower().startswith(own) and each.is_file()
            )
            found.add(path)
    return sorted(found)
