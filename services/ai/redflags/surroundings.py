"""One mention of a symptom and the cue words around it, as the judgements in standing.py see it."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.ai.redflags.patterns import Hit
from services.ai.redflags.words import COMMA, LINE, SENTENCE

_SIGHT = 80  # words to either side that are looked at, even where no sentence ends
_EDGES = ("joining", "ends_denial", "clause_edge")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A message's codes and the cues found in them, by name and in reading order."""

    codes: str
    cues: Mapping[str, Sequence[Hit]]

    def within(self, name: str, start: int, end: int) -> Sequence[Hit]:
        """The cues called *name* between positions *start* (inclusive) and *end*."""
        hits = self.begun(name, start, end)
        return [hit for hit in hits if hit[1] < end]

    def begun(self, name: str, start: int, end: int) -> Sequence[Hit]:
        """The cues called *name* that begin between positions *start* (inclusive) and *end*."""
        hits = self.cues.get(name, ())
        return hits[bisect_left(hits, (start, 0)) : bisect_left(hits, (end, 0))]

    def has(self, name: str, start: int, end: int) -> bool:
        """Is a cue called *name* between these positions?"""
        return bool(self.within(name, start, end))


@dataclass(frozen=True, slots=True)
class Mention:
    """The parts of one mention (``atoms``), its first and last position, and its sentence.

    ``left`` (inclusive) and ``right`` (exclusive) bound the sentence; a line end bounds it
    too, since people write lists without full stops.
    """

    around: Surroundings
    atoms: Sequence[Hit]
    start: int
    end: int
    left: int
    right: int

    def before(self, name: str, words: int = _SIGHT) -> Sequence[Hit]:
        """The cues called *name* that end within *words* before the mention, in its sentence."""
        return self.around.within(name, max(self.left, self.start - words), self.start)

    def after(self, name: str, words: int = _SIGHT) -> Sequence[Hit]:
        """The cues called *name* that lie within *words* after the mention, in its sentence."""
        return self.around.within(name, self.end + 1, min(self.end + 1 + words, self.right))

    def anywhere(self, name: str) -> bool:
        """Is a cue called *name* in the sentence?"""
        return self.around.has(name, self.left, self.right)

    def next_sentence(self) -> tuple[int, int]:
        """The bounds of what follows, up to the end of the next sentence."""
        stop = self.around.codes.find(SENTENCE, self.right + 1)
        return self.right, stop if stop >= 0 else len(self.around.codes)

    def clause(self) -> tuple[int, int]:
        """The bounds of its part of the sentence, between commas, "but" and "and"."""
        codes = self.around.codes
        edges = [hit[1] + 1 for name in _EDGES for hit in self.before(name)]
        later = [hit[0] for name in _EDGES for hit in self.after(name)]
        comma, close = (
            codes.rfind(COMMA, self.left, self.start),
            codes.find(COMMA, self.end + 1, self.right),
        )
        ends = [*later, self.right] if close < 0 else [*later, close, self.right]
        return max([*edges, comma + 1, self.left]), min(ends)


def mention(around: Surroundings, atoms: Sequence[Hit]) -> Mention:
    """The mention made of *atoms*, with the bounds of its sentence."""
    start, end = min(hit[0] for hit in atoms), max(hit[1] for hit in atoms)
    stops = SENTENCE + LINE
    left = max(around.codes.rfind(stop, 0, start) for stop in stops) + 1
    rights = [at for stop in stops if (at := around.codes.find(stop, end + 1)) >= 0]
    right = min(rights, default=len(around.codes))
    return Mention(around, atoms, start, end, max(left, start - _SIGHT), min(right, end + _SIGHT))
