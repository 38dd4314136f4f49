"""What the cited sources of one sentence say, each source read once: medicines, numbers, sides, findings."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

from services.notes.values import Material, Role
from services.notes.words.answers import answer_of, asks
from services.notes.words.dates import Day, days
from services.notes.words.findings import Mention, mentions
from services.notes.words.medicines import Named, doses, medicines
from services.notes.words.numbers import Quantity, quantities
from services.notes.words.sides import Side, sides
from services.notes.words.speech import tidy, utterances

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
Said = Mapping[str, Sequence[tuple[bool | None, frozenset[str]]]]
"""What is said of each finding: affirmed, denied, or asked without a clear answer (``None``), each
with the words of the sentence that says so; of one that is only asked about, nothing."""
_NEAR = 4  # turns between a question and its answer, with echoes between them


class Words:
    """A sentence or a source with what it says. Kept no longer than the check that reads it.

    What was ``spoken`` is tidied first; a sentence of a draft is taken to the letter.
    """

    def __init__(self, text: str, *, spoken: bool = False) -> None:
        self._raw, self._spoken = text, spoken

    @cached_property
    def text(self) -> str:
        """Its words, without fillers where it was spoken."""
        return tidy(self._raw) if self._spoken else self._raw

    @cached_property
    def drugs(self) -> tuple[Named, ...]:
        """Every medicine."""
        return medicines(self.text)

    @cached_property
    def doses(self) -> Sequence[tuple[Named, Quantity]]:
        """Each medicine with its dose."""
        return doses(self.text, self.drugs)

    @cached_property
    def numbers(self) -> Sequence[Quantity]:
        """Every number that is no part of a date."""
        taken = [(day.start, day.end) for day in self.days]
        return [q for q in quantities(self.text) if not any(s <= q.start < e for s, e in taken)]

    @cached_property
    def days(self) -> Sequence[Day]:
        """Every date."""
        return days(self.text)

    @cached_property
    def sides(self) -> Sequence[Side]:
        """Every left and right."""
        return sides(self.text)

    @cached_property
    def mentions(self) -> Sequence[Mention]:
        """Every symptom, illness, test or sign."""
        return mentions(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Its words, shortened."""
        return stems(self.text)

    @cached_property
    def sentences(self) -> Sequence[tuple[str, bool, Sequence[Mention]]]:
        """Its sentences: the words, whether they ask, and what they mention."""
        return [(text, asks(text), mentions(text)) for text in utterances(self.text)]


@dataclass(frozen=True)
class Ground:
    """The cited sources of one sentence. ``advising`` are those that the clinician or the chart gives."""

    sources: tuple[Words, ...]
    advising: tuple[Words, ...]
    said: Said
    is_empty: bool

    @cached_property
    def drugs(self) -> frozenset[str]:
        """Every ingredient that is named."""
        return frozenset(
            part for s in self.sources for drug in s.drugs for part in drug.ingredients
        )

    @property
    def doses(self) -> Iterator[tuple[Named, Quantity]]:
        """Each medicine with its dose."""
        return chain.from_iterable(s.doses for s in self.sources)

    @property
    def numbers(self) -> Iterator[Quantity]:
        """Every number."""
        return chain.from_iterable(s.numbers for s in self.sources)

    @property
    def days(self) -> Iterator[Day]:
        """Every date."""
        return chain.from_iterable(s.days for s in self.sources)

    @property
    def sides(self) -> Iterator[Side]:
        """Every left and right."""
        return chain.from_iterable(s.sides for s in self.sources)

    @cached_property
    def sentences(self) -> Sequence[str]:
        """The sentences of all sources."""
        return [text for s in self.sources for text, _, _ in s.sentences]

    def has_words(self, words: str) -> bool:
        """Whether every word of *words* stands somewhere in the sources, in any form."""
        return stems(words) <= frozenset[str]().union(*(s.stems for s in self.sources))

    def has(self, words: str) -> bool:
        """Whether *words* stand in a source to the letter."""
        return any(words.lower() in s.text.lower() for s in self.sources)


class Library:
    """All sources of one encounter, from which the ground of each sentence is taken."""

    def __init__(self, material: Material) -> None:
        self._sources = {
            cited: Words(text, spoken=True) for cited, text in material.sources().items()
        }
        self._turns = {turn.id: turn.role for turn in material.transcript.turns}
        order = [turn.id for turn in material.transcript.turns]
        self._before = dict(zip(order[1:], order, strict=False))
        self._after = dict(pairwise(order))
        self._day = Words(material.facts.day)

    def has(self, cited: str) -> bool:
        """Whether there is a source called *cited*."""
        return cited in self._sources

    def ground(self, cited: Sequence[str]) -> Ground:
        """What the sources called *cited* say; an answer counts with the question before it."""
        known = [c for c in cited if c in self._sources]
        whole = [*(q for c in known if (q := self._question_before(c)) and q not in known), *known]
        advising = [c for c in known if self._turns.get(c) not in (Role.PATIENT, Role.GUEST)]
        return Ground(
            (*(self._sources[c] for c in whole), self._day),
            tuple(self._sources[c] for c in advising),
            self._said(whole),
            not known,
        )

    def _question_before(self, cited: str) -> str | None:
        before = self._before.get(cited)
        is_answer = self._turns.get(cited) in (Role.PATIENT, Role.GUEST, Role.UNKNOWN)
        return before if before and is_answer and self._turns[before] is Role.CLINICIAN else None

    def _said(self, cited: Sequence[str]) -> Said:
        found: dict[str, list[tuple[bool | None, frozenset[str]]]] = {}
        for c in cited:
            for text, named, polarities in self._polarities(c, cited):
                for mention in named:
                    own = (not mention.denied,) if polarities is None else polarities
                    found.setdefault(mention.name, []).extend((one, stems(text)) for one in own)
        return found

    def _polarities(
        self, c: str, cited: Sequence[str]
    ) -> Iterator[tuple[str, Sequence[Mention], tuple[bool | None, ...] | None]]:
        """Each sentence with what it mentions, and what a question was answered (``None``: it asks not)."""
        spoken = self._sources[c].sentences
        for place, (text, asked, named) in enumerate(spoken):
            if named:
                asks_here = asked and c in self._turns
                answered = self._answer_to(c, cited, spoken[place + 1 :]) if asks_here else None
                yield text, named, answered

    def _answer_to(
        self, c: str, cited: Sequence[str], rest: Sequence[tuple[str, bool, Sequence[Mention]]]
    ) -> tuple[bool | None, ...]:
        """What a question in turn *c* was answered: nothing at all where the answer is not cited."""
        if answer := self._next_answer(c, cited):
            said = self._sources[answer].sentences
            return (answer_of(said[0][0]) if said else None,)
        # A recogniser may put question and answer into one turn.
        goes_on = any(not asked and len(text.split()) > 3 for text, asked, _ in rest)
        return (None,) if goes_on else ()

    def _next_answer(self, c: str, cited: Sequence[str]) -> str:
        following = c
        for _ in range(_NEAR):
            following = self._after.get(following, "")
            if following in cited and self._turns[following] is not Role.CLINICIAN:
                return following
        return ""


def stems(text: str) -> frozenset[str]:
    """The words of *text*, each cut to its first five letters, so that endings do not matter."""
    return frozenset(word[:5] for word in _WORD.findall(text.lower()))
