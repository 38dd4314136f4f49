"""Age and sex against diagnosis and procedure, only where a published rule gives them."""

from collections.abc import Iterator
from datetime import date

from services.ehr.x12.claim import Claim
from services.scrub.context import Context
from services.scrub.facts import begun, first_day, icd10, patient_party, procedures
from services.scrub.findings import Found

# Years, both included, of the Medicare Code Editor: pediatric, maternity, adult. The codes are those
# whose ICD-10-CM title or chapter says so.
DIAGNOSIS_AGES: tuple[tuple[str, int, int, str], ...] = (
    ("Z0012", 0, 17, "a child's examination"),
    ("Z0011", 0, 0, "a newborn's examination"),
    ("Z000", 15, 124, "an adult's examination"),
    ("O", 9, 64, "pregnancy or childbirth"),
)
# ICD-10-CM's own headings: chapter 15, and blocks and categories named for female or male organs.
FEMALE = (
    "O", "C51", "C52", "C53", "C54", "C55", "C56", "C57", "C58", "D06", "D25", "D26", "D27", "D28",
    "N70", "N71", "N72", "N73", "N74", "N75", "N76", "N77", "N8", "N90", "N91", "N92", "N93", "N94",
    "N95", "N96", "N97", "N98", "R87", "Z014", "Z124", "Z34", "Z3A",
)  # fmt: skip
MALE = (
    "C60", "C61", "C62", "C63", "D29", "D40", "N40", "N41", "N42", "N43", "N44", "N45", "N46",
    "N47", "N48", "N49", "N50", "N51", "N52", "N53", "R86", "Z125",
)  # fmt: skip
# CMS: KX says that a service is right although sex and procedure seem not to fit (CR 6638).
SEX_IS_RIGHT = "KX"
# Preventive visits, new and established, by the ages in years for which they are.
VISIT_AGES: dict[str, tuple[int, int]] = {
    code: ages
    for codes, ages in (
        (("99381", "99391"), (0, 0)), (("99382", "99392"), (1, 4)), (("99383", "99393"), (5, 11)),
        (("99384", "99394"), (12, 17)), (("99385", "99395"), (18, 39)),
        (("99386", "99396"), (40, 64)), (("99387", "99397"), (65, 124)),
    )
    for code in codes
}  # fmt: skip


def diagnosis_age(claim: Claim, context: Context) -> Iterator[Found]:
    """A diagnosis for an age that the patient did not have on the first day of service."""
    age = _age(claim, begun(claim))
    for _, code in icd10(claim):
        for start, youngest, oldest, what in DIAGNOSIS_AGES:
            if age is not None and code.startswith(start) and not youngest <= age <= oldest:
                yield Found(
                    "diagnosis", code, f"A diagnosis is for {what}, which the patient's age rules out.",
                    "Compare date of birth and diagnosis with the record.",
                )  # fmt: skip


def diagnosis_sex(claim: Claim, context: Context) -> Iterator[Found]:
    """A diagnosis of female or male organs for a patient registered otherwise; silent with KX."""
    party = patient_party(claim)
    sex = party.sex if party else ""
    other = {"M": FEMALE, "F": MALE}.get(sex)
    if other and not any(SEX_IS_RIGHT in line.modifiers for line in claim.lines):
        for _, code in icd10(claim):
            if code.startswith(other):
                yield Found(
                    "diagnosis", code, "A diagnosis does not fit the sex that the claim states.",
                    "Compare both with the record; if both are right, add KX.",
                )  # fmt: skip


def visit_age(claim: Claim, context: Context) -> Iterator[Found]:
    """A preventive visit for other years of age."""
    for at, line in procedures(claim):
        ages = VISIT_AGES.get(line.procedure)
        age = _age(claim, first_day(claim, line)) if ages else None
        if ages and age is not None and not ages[0] <= age <= ages[1]:
            yield Found(
                "procedure", line.procedure,
                f"{line.procedure} is for ages {ages[0]} to {ages[1]}, not for the patient's.",
                "Choose the preventive visit of the patient's age.", at,
            )  # fmt: skip


def birth(claim: Claim, context: Context) -> Iterator[Found]:
    """A service before the patient was born."""
    party, day = patient_party(claim), begun(claim)
    if party and party.birth_date and day and day < party.birth_date:
        yield Found(
            "birth_date", party.birth_date.isoformat(), "The service lies before the date of birth.",
            "Correct the date of birth or of service.",
        )  # fmt: skip


def _age(claim: Claim, day: date | None) -> int | None:
    """Whole years on *day*; ``None`` where unknown or before birth."""
    party = patient_party(claim)
    born = party.birth_date if party else None
    if born is None or day is None or day < born:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
