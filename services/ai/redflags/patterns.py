"""The pattern language of the rules, and how a pattern is found among the concepts of a message."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

NEAR = 6  # words that may lie between two parts when a pattern does not say
_MOST = 400  # combinations looked at for one pattern in one message: bounds hostile texts
_LONGEST = 13  # words of the longest phrase of a concept
_WITHIN = re.compile(r" within (\d+)")

Hit = tuple[int, int]  # first and last position in the codes, both inclusive
Hits = Mapping[str, Sequence[Hit]]
Part = tuple[str, ...]  # concepts, any of which will do


@dataclass(frozen=True, slots=True)
class Pattern:
    """Parts near each other in one sentence, with contexts anywhere in the message."""

    parts: tuple[Part, ...]
    within: int
    contexts: tuple[Part, ...]

    @property
    def concepts(self) -> frozenset[str]:
        """Every concept the pattern speaks of."""
        return frozenset(name for part in (*self.parts, *self.contexts) for name in part)


def parse_pattern(source: str) -> Pattern:
    """Read "a|b + c within 4 with d|e with f"."""
    within = _WITHIN.search(source)
    near, *contexts = _WITHIN.sub("", source).split(" with ")
    within_words = int(within[1]) if within else NEAR
    return Pattern(_parts(near.split(" + ")), within_words, _parts(contexts))


def found(pattern: Pattern, hits: Hits, sentences: Sequence[int]) -> Iterator[tuple[Hit, ...]]:
    """Each way *pattern* occurs: one hit per part. ``sentences`` numbers every position."""
    return islice(_combinations(pattern, hits, sentences), _MOST)


def positions(hits: Hits, part: Part) -> Sequence[Hit]:
    """The hits of all concepts of *part*, in reading order."""
    if len(part) == 1:
        return hits.get(part[0], ())
    return sorted({hit for concept in part for hit in hits.get(concept, ())})


def _parts(sources: Iterable[str]) -> tuple[Part, ...]:
    return tuple(tuple(name.strip() for name in source.split("|")) for source in sources)


def _combinations(
    pattern: Pattern, hits: Hits, sentences: Sequence[int]
) -> Iterator[tuple[Hit, ...]]:
    first, *rest = (positions(hits, part) for part in pattern.parts)
    for anchor in first:
        combined: list[tuple[Hit, ...]] = [(anchor,)]
        for candidates in rest:
            combined = [
                (*chosen, hit)
                for chosen in combined
                for hit in _near(candidates, chosen, pattern.within, sentences)
            ][:_MOST]
        yield from combined


def _near(
    candidates: Sequence[Hit], chosen: tuple[Hit, ...], within: int, sentences: Sequence[int]
) -> Iterator[Hit]:
    left, right = min(hit[0] for hit in chosen), max(hit[1] for hit in chosen)
    for hit in starting(candidates, left - within - _LONGEST, right + within + 1):
        apart = all(hit[1] < other[0] or other[1] < hit[0] for other in chosen)
        if apart and hit[1] >= left - within - 1 and sentences[hit[0]] == sentences[left]:
            yield hit


def starting(hits: Sequence[Hit], first: int, last: int) -> Sequence[Hit]:
    """The hits that start between positions *first* and *last*, both inclusive."""
    return hits[bisect_left(hits, (first, 0)) : bisect_left(hits, (last + 1, 0))]
