"""What the checker looks for, one claim at a time, and how it tells of one that nothing holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.notes.sections import SectionKey


class Rule(StrEnum):
    """What kind of thing a sentence claims."""

    SOURCE = "source"
    DRUG = "drug"
    DOSE = "dose"
    NUMBER = "number"
    UNIT = "unit"
    DATE = "date"
    SIDE = "side"
    FINDING = "finding"
    NEGATION = "negation"
    ADVICE = "advice"


ASKS: Mapping[Rule, str] = {
    Rule.SOURCE: "Every sentence cites a turn or a fact that exists.",
    Rule.DRUG: "Every medicine in a sentence is named in its sources.",
    Rule.DOSE: "A dose is the one its sources say of that medicine.",
    Rule.NUMBER: "Every number stands in the sources.",
    Rule.UNIT: "A number has the unit its sources give it.",
    Rule.DATE: "Every date stands in the sources.",
    Rule.SIDE: "Left and right are those of the sources.",
    Rule.FINDING: "Every symptom, illness, test or sign is named in the sources.",
    Rule.NEGATION: "What the sources deny is denied, and what they affirm is affirmed.",
    Rule.ADVICE: "What is advised or planned was said by the clinician.",
}
"""What each rule asks of a sentence, in words for staff."""


@dataclass(frozen=True)
class Claim:
    """One checkable thing a sentence says; ``why`` tells staff what is wrong where it is not held."""

    rule: Rule
    words: str = field(repr=False)
    held: bool
    why: str = field(default="", repr=False)


@dataclass(frozen=True, repr=False)
class Finding:
    """A claim that no cited source holds: where it stands in the draft, and why, for staff.

    ``place`` counts the sentences of the section from 0. ``sentence``, ``words`` and ``why`` may
    hold patient data, so a finding prints as its rule and place alone.
    """

    rule: Rule
    section: SectionKey
    place: int
    sentence: str
    words: str
    why: str
    sources: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Finding {self.rule} in {self.section}[{self.place}]>"
