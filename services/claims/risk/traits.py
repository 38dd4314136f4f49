"""What the risk model looks at: a claim as a set of short words, without anybody's name or number."""

from collections.abc import Iterator, Sequence
from datetime import date

from services.ehr.x12.claim import BilledLine, Claim

Traits = tuple[str, ...]
DAYS = (3, 7, 14, 30, 60, 90, 120, 180, 365)  # to filing; payers' limits lie at many of these
CHARGES = (10_000, 20_000, 40_000, 80_000, 160_000)  # cents
JOIN = "+"
NEW = {"99202", "99203", "99204", "99205", "99381", "99382", "99383", "99384", "99385", "99386",
       "99387"}  # fmt: skip
IMMUNIZATION = {"90460", "90461", "90471", "90472", "90473", "90474"}


BLOOD_DRAWS = {"36415", "36416"}  # among surgery in CPT, and a part of the test to everybody else
ORDERED = {"imaging", "laboratory", "medicine"}  # by a provider whom the claim names
SELDOM_AUTHORIZED = {"visit", "laboratory", "vaccine"}


def traits_of(claim: Claim, filed: date, served: date) -> Traits:
    """The words for *claim*, filed on a day for services of another; each once, in no order.

    A word with ``+`` in it holds of a claim where all of its parts hold of one line: payers differ
    in what they ask for, so most causes are a service at a payer, with or without something.
    """
    return tuple(dict.fromkeys(_all(claim, filed, served)))


def _all(claim: Claim, filed: date, served: date) -> Iterator[str]:
    payer = claim.coverage.payer.name.id if claim.coverage.payer else ""
    yield f"payer:{payer}"
    yield from _frame(claim, filed, served, payer)
    families = [family_of(line.procedure) for line in claim.lines]
    for line, family in zip(claim.lines, families, strict=True):
        yield from _line(claim, line, family, payer)
    if "procedure" in families and _plain_visit(claim.lines, families):
        yield "unmarked"
        yield f"unmarked{JOIN}payer:{payer}"


def _frame(claim: Claim, filed: date, served: date, payer: str) -> Iterator[str]:
    waited = f"filed:{_band((filed - served).days, DAYS)}"
    yield from (waited, f"{waited}{JOIN}payer:{payer}")
    yield f"charge:{_band(claim.charge, CHARGES)}"
    yield f"lines:{min(len(claim.lines), 5)}"
    yield f"place:{claim.facility}"
    yield "authorized" if claim.prior_authorization else "unauthorized"
    if claim.diagnoses:
        yield f"diagnosis:{claim.diagnoses[0].code[:1]}"
    if provider := claim.party("82"):
        yield f"provider:{provider.name.npi}"
    if any(line.procedure in NEW for line in claim.lines):
        yield "new"


def _line(claim: Claim, line: BilledLine, family: str, payer: str) -> Iterator[str]:
    what = f"code:{line.procedure}"
    yield from (f"family:{family}", what, f"{what}{JOIN}payer:{payer}")
    yield f"family:{family}{JOIN}payer:{payer}"
    yield from (f"modifier:{modifier}" for modifier in line.modifiers)
    if not claim.prior_authorization and family not in SELDOM_AUTHORIZED:
        yield f"{what}{JOIN}payer:{payer}{JOIN}unauthorized"
    if claim.party("DN") is None and family in ORDERED:
        yield f"family:{family}{JOIN}payer:{payer}{JOIN}unreferred"
    for chapter in sorted({c[:1] for c in _supported_by(claim, line)}):
        yield f"{what}{JOIN}diagnosis:{chapter}"
        yield f"{what}{JOIN}diagnosis:{chapter}{JOIN}payer:{payer}"


def _supported_by(claim: Claim, line: BilledLine) -> list[str]:
    known = range(1, len(claim.diagnoses) + 1)
    return [claim.diagnoses[p - 1].code for p in line.pointers[:1] if p in known]


def _plain_visit(lines: Sequence[BilledLine], families: Sequence[str]) -> bool:
    """Whether a visit is billed without modifier 25, which says that it stands beside a procedure."""
    return any(
        family == "visit" and "25" not in line.modifiers
        for line, family in zip(lines, families, strict=True)
    )


def family_of(procedure: str) -> str:
    """What kind of service a procedure is, by the sections of CPT and HCPCS Level II."""
    if procedure in IMMUNIZATION or procedure in ("96372", "94640", "97110"):
        return "procedure"
    if procedure in BLOOD_DRAWS:
        return "laboratory"
    if not procedure[:5].isdecimal():
        return {"J": "drug", "G": "program", "A": "supply", "E": "equipment"}.get(
            procedure[:1], "other"
        )
    number = int(procedure[:5])
    return next((name for last, name in SECTIONS if number <= last), "other")


SECTIONS = (
    (1999, "anesthesia"), (69990, "procedure"), (79999, "imaging"), (89398, "laboratory"),
    (90756, "vaccine"), (99199, "medicine"), (99499, "visit"),
)  # fmt: skip


def _band(value: int, borders: Sequence[int]) -> str:
    """The lowest border that *value* does not exceed; above the last it is ``over``."""
    return next((str(border) for border in borders if value <= border), "over")
