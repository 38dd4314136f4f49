"""Sentences that the chart and verified forms give by themselves, word for word."""

from collections.abc import Iterator

from services.notes.draft import Sentence
from services.notes.local.writing import sentence
from services.notes.sections import SectionKey
from services.notes.values import EncounterFacts, Fact, Kind

Found = tuple[SectionKey, Sentence]
_PLACES = {
    Kind.PROBLEM: SectionKey.MEDICAL_HISTORY,
    Kind.MEDICATION: SectionKey.MEDICATIONS,
    Kind.ALLERGY: SectionKey.ALLERGIES,
    Kind.VITAL: SectionKey.VITALS,
    Kind.RESULT: SectionKey.RESULTS,
}
_LAST_VISITS = 3


def of_chart(facts: EncounterFacts) -> Iterator[Found]:
    """One sentence for each fact that has a section of its own, and the last visits for the HPI."""
    for kind, section in _PLACES.items():
        for cited, fact in facts.of(kind):
            yield section, sentence(_dated(fact), (cited,))
    for cited, fact in facts.of(Kind.ENCOUNTER)[:_LAST_VISITS]:
        yield SectionKey.HPI, sentence(f"Earlier visit: {_dated(fact)}", (cited,))


def of_intake(facts: EncounterFacts) -> Iterator[Found]:
    """What the patient wrote on a verified form, in their words and marked as theirs."""
    for cited, fact in facts.of(Kind.INTAKE):
        yield (
            SectionKey.HPI,
            sentence(f"On the intake form the patient wrote: {fact.text}", (cited,)),
        )


def _dated(fact: Fact) -> str:
    text = fact.text.strip().rstrip(".")
    return f"{text} ({fact.at[:10]})" if fact.at else text
