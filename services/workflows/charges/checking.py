"""What the claim's rules would say of these codes: NCCI, units, modifiers, pointers; warned of beforehand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from services.ehr.x12.claim import PROFESSIONAL, BilledLine, Claim, Coverage, Diagnosis, Party
from services.ehr.x12.rows import Dated, Named
from services.scrub import RULES, Context, scrub
from services.workflows.charges.coding import CodeLine, Coding

# Rules that look at codes alone; what a claim needs besides is not known before it is made.
ASKED = frozenset(
    (
        "diagnosis-missing", "diagnosis-pointer", "diagnosis-repeated", "icd10-invalid",
        "icd10-header", "icd10-unlisted", "preventive-diagnosis", "ncci-pair", "ncci-visit",
        "visit-without-25", "preventive-without-25", "mue-units", "add-on-alone", "modifier-shape",
        "modifier-unknown", "modifier-repeated", "modifier-conflict", "modifier-misplaced",
        "duplicate-line", "ndc-missing",
    )
)  # fmt: skip
CODE_RULES = tuple(rule for rule in RULES if rule.id in ASKED)


@dataclass(frozen=True)
class Warned:
    """What a rule would find on the claim; it would *hold* it, or warn as here."""

    sentence: str = field(repr=False)
    fix: str = field(repr=False)
    source: str
    holds: bool


def warnings(codes: Coding, day: date) -> tuple[Warned, ...]:
    """Everything that the rules find on the codes that stand, each sentence once."""
    if not codes.charged():
        return ()
    found = scrub(_claim(codes, day), Context(), CODE_RULES)
    told = {f.sentence: Warned(f.sentence, f.fix, f.source, f.holds) for f in found}
    return tuple(told.values())


def _claim(codes: Coding, day: date) -> Claim:
    """The codes as the claim that they would become; it is only looked at."""
    diagnoses = codes.diagnoses()
    places = {one.id: place for place, one in enumerate(diagnoses, start=1)}
    return Claim(
        kind=PROFESSIONAL, claim_id="", charge=0, facility="11", facility_qualifier="B",
        frequency="1", terms=("", "", "", ""), billing=Party(Named("85")), coverage=Coverage("P"),
        diagnoses=tuple(_diagnoses(diagnoses)),
        lines=tuple(_line(line, places, day) for line in codes.charged()),
    )  # fmt: skip


def _diagnoses(lines: Sequence[CodeLine]) -> Iterator[Diagnosis]:
    for place, line in enumerate(lines):
        yield Diagnosis("ABF" if place else "ABK", line.code.replace(".", ""))


def _line(line: CodeLine, places: dict[str, int], day: date) -> BilledLine:
    return BilledLine(
        qualifier="HC", procedure=line.code, modifiers=line.modifiers, charge=0,
        units=Decimal(line.units), pointers=tuple(places[p] for p in line.pointers if p in places),
        dates=(Dated("472", day),),
    )  # fmt: skip
