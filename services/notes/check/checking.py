"""A whole draft against its material: every claim of every sentence, and those that nothing holds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from services.notes.check.advice import advice
from services.notes.check.claims import Claim, Finding, Rule
from services.notes.check.findings import findings, sides
from services.notes.check.ground import Ground, Library, Words
from services.notes.check.quantities import dates, dosages, drugs, numbers
from services.notes.draft import Draft, Sentence
from services.notes.sections import SectionKey
from services.notes.values import Material

FACTS = frozenset(Rule) - {Rule.SOURCE, Rule.ADVICE}
"""The rules whose claims are facts; they make the rate of unsupported facts."""


@dataclass(frozen=True)
class Checked:
    """What was looked at and what was found; ``claims`` and ``unheld`` count claims by rule."""

    findings: tuple[Finding, ...]
    claims: Counter[Rule]
    unheld: Counter[Rule]

    @property
    def facts(self) -> tuple[int, int]:
        """How many facts no source holds, of how many."""
        return sum(self.unheld[r] for r in FACTS), sum(self.claims[r] for r in FACTS)

    def of(self, section: SectionKey, place: int) -> tuple[Finding, ...]:
        """The findings of one sentence."""
        return tuple(f for f in self.findings if f.section is section and f.place == place)


def check(draft: Draft, material: Material) -> Checked:
    """Compare *draft* with *material*, whoever wrote it. Changes nothing and asks nobody."""
    library = Library(material)
    found: list[Finding] = []
    claims: Counter[Rule] = Counter()
    unheld: Counter[Rule] = Counter()
    for section, place, sentence in draft.sentences():
        ground = library.ground(sentence.sources)
        for claim in claims_of(sentence, ground, section, library):
            claims[claim.rule] += 1
            unheld[claim.rule] += not claim.held
            # A sentence that rests on nothing is told once, not once for each of its words.
            if not claim.held and (claim.rule is Rule.SOURCE or not ground.is_empty):
                found.append(_finding(claim, section, place, sentence))
    return Checked(tuple(found), claims, unheld)


def claims_of(
    sentence: Sentence, ground: Ground, section: SectionKey, library: Library
) -> Iterator[Claim]:
    """Everything checkable that *sentence* says."""
    yield from _sources(sentence, library)
    said = Words(sentence.text)
    for rule in (drugs, dosages, numbers, dates, sides, findings):
        yield from rule(said, ground)
    yield from advice(said, ground, section)


def _sources(sentence: Sentence, library: Library) -> Iterator[Claim]:
    if not sentence.sources:
        yield Claim(
            Rule.SOURCE,
            sentence.text,
            False,
            "No source is cited. Tick it if it is true, or remove it.",
        )
    for cited in sentence.sources:
        yield Claim(Rule.SOURCE, cited, library.has(cited), f"There is no source {cited}.")


def _finding(claim: Claim, section: SectionKey, place: int, sentence: Sentence) -> Finding:
    return Finding(
        claim.rule, section, place, sentence.text, claim.words, claim.why, sentence.sources
    )
