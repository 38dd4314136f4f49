"""What a note may rest on: the visit's transcript, turn by turn, and the facts of the encounter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Who speaks in a transcript."""

    CLINICIAN = "clinician"
    PATIENT = "patient"
    GUEST = "guest"  # a parent, a spouse, an interpreter: speaks for or about the patient
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Turn:
    """One turn of the conversation; ``number`` counts from 1 and is what a sentence cites."""

    number: int
    role: Role
    text: str = field(repr=False)

    @property
    def id(self) -> str:
        """How a sentence cites it: ``T12``."""
        return f"T{self.number}"


@dataclass(frozen=True)
class Transcript:
    """A visit as it was spoken. May be empty: a note can rest on the chart alone."""

    turns: tuple[Turn, ...] = ()


class Kind(StrEnum):
    """What a fact of the encounter is; the letter with which its citations begin."""

    REASON = "R"
    PROBLEM = "P"
    MEDICATION = "M"
    ALLERGY = "A"
    VITAL = "V"
    RESULT = "L"
    ENCOUNTER = "E"
    INTAKE = "I"


NAMES: Mapping[Kind, str] = {
    Kind.REASON: "reason for the appointment",
    Kind.PROBLEM: "problem list",
    Kind.MEDICATION: "medication list",
    Kind.ALLERGY: "allergy list",
    Kind.VITAL: "vital signs",
    Kind.RESULT: "results",
    Kind.ENCOUNTER: "earlier visit",
    Kind.INTAKE: "intake form, verified",
}
"""Where a fact comes from, in words for staff."""


@dataclass(frozen=True)
class Fact:
    """One fact in words, as the chart or a verified form holds it.

    ``ref`` is where it lies (``Condition/123``, ``QuestionnaireResponse/9#allergies[0]``), ``at``
    its day or moment (ISO 8601, empty when unknown), ``code`` its ``system|code`` if it has one.
    """

    kind: Kind
    ref: str
    text: str = field(repr=False)
    at: str = ""
    code: str = ""


@dataclass(frozen=True)
class EncounterFacts:
    """All that is known of one encounter beside what was said in it, minimum necessary.

    ``facts`` may be in any order; citations number them by kind in the order given (``M2`` is the
    second medication). ``day`` is the day of the visit (ISO 8601). ``sex`` is as the chart has it,
    ``age`` in words ("58-year-old"); both may be empty. ``identifiers`` are the patient's names,
    numbers and addresses, taken out of whatever leaves the building.
    """

    encounter_ref: str
    day: str = ""
    sex: str = ""
    age: str = ""
    facts: tuple[Fact, ...] = field(default=(), repr=False)
    identifiers: tuple[str, ...] = field(default=(), repr=False)

    def of(self, kind: Kind) -> tuple[tuple[str, Fact], ...]:
        """The facts of one kind, each with its citation."""
        mine = (fact for fact in self.facts if fact.kind is kind)
        return tuple((f"{kind}{n}", fact) for n, fact in enumerate(mine, start=1))


@dataclass(frozen=True)
class Material:
    """Everything a draft may cite, and nothing else."""

    facts: EncounterFacts
    transcript: Transcript = Transcript()

    def sources(self) -> Mapping[str, str]:
        """The words of every source by its citation (``T12``, ``M2``)."""
        return dict(self._all())

    def speaker(self, cited: str) -> Role | None:
        """Who said what *cited* names; ``None`` for a fact or an unknown citation."""
        return next((t.role for t in self.transcript.turns if t.id == cited), None)

    def _all(self) -> Iterator[tuple[str, str]]:
        yield from ((turn.id, turn.text) for turn in self.transcript.turns)
        for kind in Kind:
            for cited, fact in self.facts.of(kind):
                yield cited, f"{fact.text} ({fact.at})" if fact.at else fact.text
