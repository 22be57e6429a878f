"""A session of a reader at the terminal: which alert and question it is, and what a key does.

It reads and writes nothing: keys go in, answers to be kept come out, and what is to be seen can be asked for.
An answer is given out in the moment in which it is chosen, so that nothing is lost however a session ends.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from data.codebook import Codebook, Question
from tasks.coding.results import Item
from tasks.coding.sample.draw import Alert

ENTER: Final = "enter"
ERASE: Final = "erase"
CLEAR: Final = "clear"
ESCAPE: Final = "escape"
END: Final = "end"
"""Keys that are no letters; the last is Ctrl-C, Ctrl-D, or the end of the terminal."""

BACK, SKIP, AGAIN, STOP, WRITE, HELP = "b", "s", "r", "q", "t", "?"
_COMMANDS: Final = BACK + SKIP + AGAIN + STOP + WRITE
KEYS: Final = (
    "1234567890"
    + "".join(letter for letter in string.ascii_lowercase if letter not in _COMMANDS)
    + "".join(letter for letter in string.ascii_uppercase if letter.lower() not in _COMMANDS)
)
"""The keys of answers, in the order of the codebook."""

MOST_LETTERS: Final = 5000
"""Of a free text."""

Mode = Literal["begin", "ask", "help", "write", "done", "stop"]


@dataclass(frozen=True)
class Said:
    """What is to be kept.

    Attributes:
        alert: The alert.
        question: The question's key; None where the alert is put off.
        answers: As in :class:`tasks.coding.results.Review`; none takes an answer back.
    """

    alert: Alert
    question: str | None = None
    answers: tuple[str, ...] = ()


class Session:
    """Where a reader is.

    Attributes:
        items: The alerts, in the order in which this reader sees them.
        codebook: What is asked of each.
        given: What is answered, by alert and question.
        mode: What keys mean now.
        draft: The text that is being written.
        note: A line for the reader about the last key; may be empty.
        number: Of the question, from 0.

    Example:
        >>> from data.codebook import Answer
        >>> ask = Question(key="a", text="A?", answers=[Answer(key=k, text=k) for k in ("yes", "no")])
        >>> one = Item(1, ("lapd", "ab"), "crime alert", None, "A bang", "")
        >>> session = Session([one], Codebook(version="1", title="t", questions=[ask]))
        >>> [session.press(key) for key in (ENTER, "2")][1]
        [Said(alert=('lapd', 'ab'), question='a', answers=('no',))]
    """

    def __init__(
        self,
        items: Sequence[Item],
        codebook: Codebook,
        given: Mapping[Alert, Mapping[str, tuple[str, ...]]] | None = None,
        skipped: Iterable[Alert] = (),
    ) -> None:
        """Go on where the reader stopped: at the first alert that is open and was not put off.

        Args:
            items: The alerts of the reader, in order.
            codebook: What is asked.
            given: What was answered before.
            skipped: What was put off before.
        """
        self.items, self.codebook = tuple(items), codebook
        self.given = {alert: dict(answers) for alert, answers in (given or {}).items()}
        put_off = frozenset(skipped)
        still = [place for place in range(len(self.items)) if self.is_open(place)]
        self._queue = [place for place in still if self.items[place].alert not in put_off]
        self._later = [place for place in still if self.items[place].alert in put_off]
        self._trail = [place for place in range(len(self.items)) if place not in set(still)]
        self._place: int | None = None
        self._sure = False
        self.mode: Mode = "begin"
        self.draft, self.note, self.number = "", "", 0

    @property
    def item(self) -> Item | None:
        """The alert that is shown; None at the beginning and at the end."""
        return None if self._place is None else self.items[self._place]

    @property
    def question(self) -> Question:
        """The question that is asked."""
        return self.codebook.questions[self.number]

    @property
    def done(self) -> int:
        """How many alerts are answered."""
        return sum(not self.is_open(place) for place in range(len(self.items)))

    @property
    def begun(self) -> int:
        """How many alerts have answers, and questions that are open: as where a question is new."""
        open_still = (each.alert for place, each in enumerate(self.items) if self.is_open(place))
        return sum(any(self.given.get(alert, {}).values()) for alert in open_still)

    @property
    def put_off(self) -> int:
        """How many open alerts were put off."""
        return len(self._later)

    def is_open(self, place: int) -> bool:
        """Whether a question with a choice is not answered yet; of a codebook without one, any question."""
        answers = self.given.get(self.items[place].alert, {})
        asked = self.codebook.choices
        if not asked:
            return not any(answers.values())
        return not all(answers.get(question.key) for question in asked)

    def chosen(self) -> tuple[str, ...]:
        """What is answered to the question that is asked."""
        item = self.item
        return () if item is None else self.given.get(item.alert, {}).get(self.question.key, ())

    def press(self, key: str) -> list[Said]:
        """Do what a key means.

        Args:
            key: One character, or one of :data:`ENTER`, :data:`ERASE`, :data:`CLEAR`, :data:`ESCAPE` and
                :data:`END`.

        Returns:
            What is to be kept; often nothing.
        """
        self.note, sure, self._sure = "", self._sure, False
        if key == END:
            said = self._keep(self.draft) if self.mode == "write" and self.draft != self._text() else []
            self.mode = "stop"
            return said
        if self.mode == "write":
            return self._write(key)
        if self.mode == "help":
            self.mode = "ask"
            return []
        if key == STOP:
            self.mode = "stop"
        elif self.mode == "begin":
            if key == ENTER:
                self._next()
        elif self.mode == "done":
            self._at_the_end(key)
        else:
            return self._ask(key, sure)
        return []

    def _at_the_end(self, key: str) -> None:
        if key == BACK:
            self._back()
        elif key == ENTER and self._later:
            self._queue, self._later = self._later, []
            self._next()

    def _ask(self, key: str, sure: bool) -> list[Said]:
        if key in self._by_key():
            return self._choose(self._by_key()[key])
        if key == ENTER:
            self._go_on(sure)
        elif key == BACK:
            self._back()
        elif key == SKIP:
            return self._skip()
        elif key == HELP:
            self.mode = "help"
        elif key == WRITE and self.question.kind == "text":
            self.mode, self.draft = "write", self._text()
        elif key not in {AGAIN, ESCAPE, ERASE, CLEAR}:
            self.note = "That key has no meaning here."
        return []

    def _by_key(self) -> dict[str, str]:
        return dict(zip(KEYS, self.question.answer_keys, strict=False))

    def _choose(self, answer: str) -> list[Said]:
        before = self.chosen()
        if self.question.kind == "one":
            after: tuple[str, ...] = (answer,)
        else:
            kept = set(before) ^ {answer}
            after = tuple(key for key in self.question.answer_keys if key in kept)
        return self._keep_answers(after) if after != before else []

    def _keep(self, text: str) -> list[Said]:
        text = text.strip()
        return self._keep_answers((text,) if text else ())

    def _keep_answers(self, answers: tuple[str, ...]) -> list[Said]:
        item = self.item
        if item is None:
            return []
        self.given.setdefault(item.alert, {})[self.question.key] = answers
        return [Said(item.alert, self.question.key, answers)]

    def _text(self) -> str:
        return "\n".join(self.chosen())

    def _write(self, key: str) -> list[Said]:
        if key == ENTER:
            self.mode = "ask"
            said = self._keep(self.draft) if self.draft.strip() != self._text() else []
            self._go_on(sure=True)
            return said
        if key == ESCAPE:
            self.mode, self.note = "ask", "The text stays as it was."
        elif key == ERASE:
            self.draft = self.draft[:-1]
        elif key == CLEAR:
            self.draft = ""
        elif key.isprintable() and len(key) == 1 and len(self.draft) < MOST_LETTERS:
            self.draft += key
        return []

    def _go_on(self, sure: bool) -> None:
        if self.question.kind != "text" and not self.chosen() and not sure:
            self._sure = True
            self.note = "No answer yet. Choose one, or press Enter again to leave it open."
        elif self.number + 1 < len(self.codebook.questions):
            self.number += 1
        else:
            self._leave()
            self._next()

    def _leave(self) -> None:
        """An alert that was gone through stays behind: to it leads back, and no other way in this session."""
        if self._place is not None:
            self._trail.append(self._place)
            self._later = [place for place in self._later if place != self._place]

    def _skip(self) -> list[Said]:
        item, place = self.item, self._place
        if item is None or place is None:
            return []
        self._trail.append(place)
        said = []
        if self.is_open(place):
            self._later = [*(other for other in self._later if other != place), place]
            said = [Said(item.alert)]
        self._next()
        return said

    def _next(self) -> None:
        self.number = 0
        if self._queue:
            self._place, self.mode = self._queue.pop(0), "ask"
        else:
            self._place, self.mode = None, "done"

    def _back(self) -> None:
        if self.mode == "ask" and self.number:
            self.number -= 1
            return
        if not self._trail:
            self.note = "This is the first alert."
            return
        if self._place is not None:
            self._queue.insert(0, self._place)
        self._place, self.mode = self._trail.pop(), "ask"
        self.number = len(self.codebook.questions) - 1
