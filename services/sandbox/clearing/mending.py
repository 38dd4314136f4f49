"""How a practice mends a claim that came back: the cause taken away, and nothing else changed."""

import random
from dataclasses import replace
from datetime import date

from services.sandbox.clearing.judging import VISITS
from services.sandbox.clearing.model import Adjustment, Claim, Line, OtherPayer, Verdict
from services.sandbox.clearing.parties import OTHER_PROVIDER

# Denials a corrected claim can cure; the others need a letter, or are the patient's.
CURABLE = {"197", "97", "16", "252", "50"}
SUPPORTING = {"80061": "E785", "84443": "R5383", "93000": "R002", "83036": "R7303"}


def spoilt(claim: Claim, draws: random.Random) -> Claim:
    """The claim with a slip that gets it rejected: member id, diagnosis, provider or pointer."""
    match draws.choice(("member", "member", "diagnosis", "provider", "pointer")):
        case "member":
            return replace(claim, member=f"{claim.member[:-1]}X")
        case "diagnosis":
            return replace(claim, diagnoses=(claim.diagnoses[0][:2], *claim.diagnoses[1:]))
        case "provider":
            return replace(claim, rendering=with_wrong_digit(claim.rendering))
    beyond = replace(claim.lines[0], pointers=(len(claim.diagnoses) + 1,))
    return replace(claim, lines=(beyond, *claim.lines[1:]))


def with_wrong_digit(npi: str) -> str:
    """The identifier with another last digit, so that its check fails."""
    return npi[:-1] + str((int(npi[-1]) + 3) % 10)


def corrected(claim: Claim, verdict: Verdict, draws: random.Random) -> Claim:
    """The replacement (frequency 7) of a denied claim, with the payer's number."""
    reasons = {a.code for a in verdict.adjustments if a.denies}
    again = replace(claim, frequency="7", original=verdict.number)
    if "97" in reasons:
        again = replace(again, lines=tuple(map(_with_25, again.lines)))
    if "50" in reasons:
        again = _supported(again)
    if "197" in reasons:
        again = replace(again, authorization=f"AU{draws.randrange(10**6, 10**7)}")
    return replace(again, referring=OTHER_PROVIDER[2]) if "16" in reasons else again


def curable(verdict: Verdict) -> bool:
    """Would a corrected claim be paid?"""
    reasons = {a.code for a in verdict.adjustments if a.denies}
    return bool(reasons) and reasons <= CURABLE


def secondary(
    claim: Claim, verdict: Verdict, payer: str, member: str, group: str, day: date
) -> Claim:
    """The claim to the second payer, with what the first one did."""
    paid = tuple(line.paid for line in verdict.lines)
    taken: tuple[tuple[Adjustment, ...], ...] = tuple(line.adjustments for line in verdict.lines)
    other = OtherPayer(claim.payer, claim.member, paid, taken, day)
    return replace(
        claim,
        payer=payer,
        member=member,
        group=group,
        order=2,
        other=other,
        frequency="1",
        original="",
    )


def _with_25(line: Line) -> Line:
    return replace(line, modifiers=("25",)) if VISITS.fullmatch(line.procedure) else line


def _supported(claim: Claim) -> Claim:
    diagnoses, lines = list(claim.diagnoses), []
    for line in claim.lines:
        wanted = SUPPORTING.get(line.procedure)
        if wanted and wanted not in diagnoses:
            diagnoses.append(wanted)
        points = (diagnoses.index(wanted) + 1,) if wanted else line.pointers
        lines.append(replace(line, pointers=points))
    return replace(claim, diagnoses=tuple(diagnoses), lines=tuple(lines))
