"""Finds concepts and cues in a coded message, and lets longer expressions hide shorter ones."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.ai.redflags.index import Index
from services.ai.redflags.patterns import Hit, Hits
from services.ai.redflags.rulebook import MASK, Phrase

# Lacking a medicine is said in the words of denial ("no tengo", "without"), so it hides none.
_HIDES_NO_CUE = frozenset({"ran_out", "had_none", "error_words"})
# Cues that only keep a mention alive are never hidden.
_NEVER_HIDDEN = frozenset(
    {
        "present",
        "recent",
        "today",
        "asserting",
        "subject",
        "personal",
        "past",
        "joining",
        "ends_denial",
        "clause_edge",
        "another_topic",
        "bound_topic",
    }
)
# Cues that a longer symptom may hold: the "not" of "not breathing" denies nothing.
_HELD_BY_SYMPTOMS = frozenset({"negation", "denied_after", "hypothetical", "resolved"})


def symptoms_at(phrases: Iterable[tuple[int, Phrase]]) -> dict[str, list[Hit]]:
    """Concept to where it occurs, from phrases by their last position; masked ones are left out."""
    found: defaultdict[str, list[Hit]] = defaultdict(list)
    for last, phrase in phrases:
        hit = (last - phrase.length + 1, last)
        for name in phrase.concepts:
            found[name].append(hit)
    masks = found.pop(MASK, ())
    return _sorted(_unmasked(found, masks) if masks else found)


def cues_in(
    cues: Index[tuple[int, Sequence[str]]], codes: str, symptoms: Hits
) -> dict[str, list[Hit]]:
    """Cues by name; the longest wins, and a symptom hides the cues it is made of."""
    every = [((last - length + 1, last), names) for last, (length, names) in cues.find(codes)]
    by_cue = _longest_at(hit for hit, _ in every)
    by_symptom = _longest_at(
        hit for name, hits in symptoms.items() if name not in _HIDES_NO_CUE for hit in hits
    )
    found: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit, names in every:
        in_cue, in_symptom = _hidden(hit, by_cue), _hidden(hit, by_symptom)
        for name in names:
            held = in_cue or (in_symptom and name in _HELD_BY_SYMPTOMS)
            if name in _NEVER_HIDDEN or not held:
                found[name].append(hit)
    return _sorted(found)


def _unmasked(found: Mapping[str, Sequence[Hit]], masks: Sequence[Hit]) -> dict[str, list[Hit]]:
    longest = _longest_at(masks)
    kept = {
        name: [hit for hit in hits if not _hidden(hit, longest)] for name, hits in found.items()
    }
    return {name: hits for name, hits in kept.items() if hits}


def _longest_at(hits: Iterable[Hit]) -> dict[int, int]:
    """For each position in an expression of several words, how far apart its ends are."""
    longest: dict[int, int] = {}
    for start, end in hits:
        if end > start:
            for at in range(start, end + 1):
                longest[at] = max(longest.get(at, 0), end - start)
    return longest


def _hidden(hit: Hit, longest: Mapping[int, int]) -> bool:
    """Does it end within something longer than itself?"""
    return longest.get(hit[1], 0) > hit[1] - hit[0]


def _sorted(found: Mapping[str, list[Hit]]) -> dict[str, list[Hit]]:
    return {name: sorted(hits) if len(hits) > 1 else hits for name, hits in found.items()}
