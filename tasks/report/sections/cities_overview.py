"""All cities on one page: do richer tracts post more?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tasks.figures.effects import forest_of_cities
from tasks.figures.words import noun
from tasks.report.blocks import Block, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.verdicts import in_order


def blocks(story: Story) -> Iterator[Block]:
    """How many cities have which verdict, and the rate ratio of each."""
    verdicts = Counter(row["verdict"] for row in story.rows("city_tests_robust"))
    if verdicts:
        cities = noun(verdicts.total(), "city was", "cities were")
        said = "; ".join(f"{name} ({verdicts[name]:,})" for name in sorted(verdicts, key=in_order))
        yield Text((f"{cities} examined. Verdicts: {said}.",))
    figure = forest_of_cities(story.table("city_effects"), story.table("city_tests_robust"))
    if figure is not None:
        yield figure
    elif verdicts:
        yield Text(("No city has enough tracts and posts for a rate ratio.",))


SECTION = Section("cities-overview", "All cities", blocks, "No city was examined.")
