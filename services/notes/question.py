"""What a draft may rest on, as a question to an engine: numbered lines, and read back from them."""

import re
from collections.abc import Iterator, Mapping

from services.ai import Facts
from services.notes.values import EncounterFacts, Fact, Kind, Material, Role, Transcript, Turn

KEYS: Mapping[Kind, str] = {
    Kind.REASON: "reason",
    Kind.PROBLEM: "problems",
    Kind.MEDICATION: "medications",
    Kind.ALLERGY: "allergies",
    Kind.VITAL: "vitals",
    Kind.RESULT: "results",
    Kind.ENCOUNTER: "visits",
    Kind.INTAKE: "intake",
}
"""Under which key the facts of each kind are asked about; ``services.ai.minimum`` lets these leave."""
_TURN = re.compile(r"^\[T(\d+)\] (\w+): (.*)$")
_FACT = re.compile(r"^\[[A-Z]\d+\] (.*?)(?: \((\d{4}[\dT:.Z+-]*)\))?$")


def facts_of(material: Material, wishes: str = "") -> Facts:
    """*material* as the facts of one question. ``wishes`` are the clinician's on style, in their words."""
    facts = material.facts
    said = {key: "\n".join(_lines(facts, kind)) for kind, key in KEYS.items()}
    said |= {"day": facts.day, "sex": facts.sex, "age": facts.age, "wishes": wishes}
    return Facts(
        text="\n".join(f"[{t.id}] {t.role}: {_flat(t.text)}" for t in material.transcript.turns),
        values={key: text for key, text in said.items() if text},
        identifiers=facts.identifiers,
    )


def material_of(facts: Facts) -> Material:
    """The material that *facts* were made of, without the references to the chart."""
    found = tuple(
        fact for kind, key in KEYS.items() for fact in _read(kind, facts.values.get(key, ""))
    )
    of = facts.values
    encounter = EncounterFacts(
        "", of.get("day", ""), of.get("sex", ""), of.get("age", ""), found, facts.identifiers
    )
    return Material(encounter, Transcript(tuple(_turns(facts.text))))


def _lines(facts: EncounterFacts, kind: Kind) -> Iterator[str]:
    for cited, fact in facts.of(kind):
        yield f"[{cited}] {_flat(fact.text)}{f' ({fact.at})' if fact.at else ''}"


def _flat(text: str) -> str:
    # One line each, so that nothing a patient says can begin a line of its own.
    return " ".join(text.split())


def _read(kind: Kind, text: str) -> Iterator[Fact]:
    for line in text.splitlines():
        if found := _FACT.match(line):
            yield Fact(kind, "", found[1], found[2] or "")


def _turns(text: str) -> Iterator[Turn]:
    for line in text.splitlines():
        if found := _TURN.match(line):
            yield Turn(int(found[1]), Role(found[2]), found[3])
