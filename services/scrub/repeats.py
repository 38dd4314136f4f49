"""Services billed twice: on an earlier claim, or on two lines of this one."""

from collections.abc import Iterator

from services.ehr.x12.claim import ORIGINAL, BilledLine, Claim
from services.scrub.context import Context, EarlierLine
from services.scrub.facts import earlier, first_day, procedures, rendering
from services.scrub.findings import Found

# Modifiers that say a service was given again, or apart from the first.
AGAIN = frozenset(("76", "77", "91", "59", "XE", "XS", "XP", "XU"))


def across_claims(claim: Claim, context: Context) -> Iterator[Found]:
    """Same patient, day, procedure, modifiers and provider as on another claim that is known."""
    if claim.frequency not in ("", ORIGINAL) or not context.earlier:
        return  # a replacement or void is meant to name the same services
    for at, line in procedures(claim):
        other = _twin(claim, line, context)
        if other and not AGAIN.intersection(line.modifiers):
            yield Found(
                "procedure", other.claim_id,
                f"{line.procedure} of that day was billed before on another claim.",
                "Do not send it again; if it was repeated, add 76, 77 or 91.", at,
            )  # fmt: skip


def across_lines(claim: Claim, context: Context) -> Iterator[Found]:
    """Two lines alike in day, procedure, modifiers and provider."""
    seen: dict[tuple[object, ...], int] = {}
    for at, line in procedures(claim):
        day, modifiers = first_day(claim, line), frozenset(line.modifiers)
        key = (day, line.procedure, modifiers, rendering(claim, line), line.drug and line.drug.ndc)
        first = seen.setdefault(key, at)
        if day and first != at and not AGAIN.intersection(modifiers):
            yield Found(
                "procedure", line.procedure, f"The line repeats line {first}.",
                "Put the units on one line, or add 76, 77 or 91 if it was given again.", at,
            )  # fmt: skip


def _twin(claim: Claim, line: BilledLine, context: Context) -> EarlierLine | None:
    key = line.procedure, frozenset(line.modifiers), rendering(claim, line)
    for before in earlier(claim, line, context):
        alike = (before.procedure, before.modifiers, before.provider) == key
        if alike and before.claim_id != claim.claim_id:
            return before
    return None
