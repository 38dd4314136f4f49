"""Everything the floor knows, loaded once from the TOML files and ready to search."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from db.vocabulary import Urgency
from services.ai.redflags.index import Index
from services.ai.redflags.measurements import MEASURED
from services.ai.redflags.patterns import Part, Pattern, parse_pattern
from services.ai.redflags.phrases import Vocabulary, phrases
from services.ai.redflags.sources import read, read_folder
from services.ai.redflags.words import Reader

MASK = "_mask"  # the concept of expressions that mean something else


@dataclass(frozen=True, slots=True)
class Rule:
    """One reviewable alarm: its id, family, level, sentence for staff, and where it comes from."""

    id: str
    family: str
    level: Urgency
    says: str
    source: str
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A pattern of a rule, and for each other part or context the bits of which one must be set."""

    rule: Rule
    pattern: Pattern
    needs: tuple[int, ...]

    def possible(self, present: int) -> bool:
        """Can it occur in a message whose concepts are *present*, one bit each?"""
        return all(need & present for need in self.needs)


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """What a phrase of the lexicon stands for: concepts, their bits, and what begins with them."""

    length: int  # words
    concepts: tuple[str, ...]
    bits: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Reader, rules, and the phrases of lexicon and cues (there: length and names of cues)."""

    reader: Reader
    symptoms: Index[Phrase]
    cues: Index[tuple[int, Sequence[str]]]
    rules: tuple[Rule, ...]
    bits: Mapping[str, int]
    by_concept: Mapping[str, tuple[Candidate, ...]]


@cache
def rulebook() -> Rulebook:
    """The rulebook that ships. Raises ValueError when a rule speaks of an unknown concept."""
    concepts = {name: text for file in read_folder("lexicon") for name, text in file.items()}
    return compiled({**concepts, MASK: read("masks.toml")["masks"]["terms"]}, read("cues.toml"))


def compiled(concepts: Mapping[str, str], cues: Mapping[str, Mapping[str, str]]) -> Rulebook:
    """A rulebook of these concepts and cues with the rules and spelling that ship."""
    vocabulary = Vocabulary(read("spelling.toml"))
    lexical, around = _spoken(vocabulary, concepts), _spoken(vocabulary, cues["cues"])
    bits = {name: 1 << n for n, name in enumerate([*concepts, *sorted(MEASURED)])}
    rules = tuple(_rule(row) for file in read_folder("rules") for row in file["rule"])
    by_concept = _by_concept(rules, bits)

    def phrase(length: int, names: Sequence[str]) -> Phrase:
        candidates = tuple(c for name in names for c in by_concept.get(name, ()))
        return Phrase(length, tuple(names), sum(bits[name] for name in names), candidates)

    return Rulebook(
        vocabulary.reader(),
        vocabulary.index(lexical, phrase),
        vocabulary.index(around, lambda length, names: (length, names)),
        rules,
        bits,
        by_concept,
    )


def _spoken(vocabulary: Vocabulary, texts: Mapping[str, str]) -> dict[str, list[list[str]]]:
    return {name: [vocabulary.words(p) for p in phrases(text)] for name, text in texts.items()}


def _rule(row: Mapping[str, Any]) -> Rule:
    patterns = tuple(parse_pattern(source) for source in row["when"])
    level = Urgency(row["level"])
    return Rule(row["id"], row["family"], level, row["says"], row["source"], patterns)


def _by_concept(rules: Iterable[Rule], bits: Mapping[str, int]) -> dict[str, tuple[Candidate, ...]]:
    """Candidates by each concept their first part may be, so that only possible ones are tried."""
    index: defaultdict[str, list[Candidate]] = defaultdict(list)
    for rule in rules:
        for pattern in rule.patterns:
            if unknown := pattern.concepts - bits.keys():
                raise ValueError(f"{rule.id} speaks of unknown concepts: {sorted(unknown)}")
            others = (*pattern.parts[1:], *pattern.contexts)
            candidate = Candidate(rule, pattern, tuple(_bits(part, bits) for part in others))
            for concept in pattern.parts[0]:
                index[concept].append(candidate)
    return {concept: tuple(candidates) for concept, candidates in index.items()}


def _bits(part: Part, bits: Mapping[str, int]) -> int:
    return sum(bits[name] for name in part)
