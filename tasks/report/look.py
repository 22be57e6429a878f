"""The door of the report's room for flows: what was found in sentences, and what may be published."""

from __future__ import annotations

from tasks.report.public_words import in_public, without_counts
from tasks.report.results import Story

__all__ = ["in_public", "what_was_found", "without_counts"]


def what_was_found(story: Story) -> tuple[str, ...]:
    """What a run found, in sentences whose numbers all come from the run (method 13.5).

    Args:
        story: The results.

    Returns:
        Plain sentences in the order of the report, without Markdown and HTML; none is empty. Names of cities,
        agencies and types come from files: whoever shows them has to escape them.
    """
    from tasks.report.sentences.found import found

    return tuple(sentence for paragraph in found(story) for sentence in paragraph.sentences)
