"""What a payer's rules and the patient's coverage ask for; silent where they are not known."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.ehr.x12.claim import ORIGINAL, BilledLine, Claim
from services.scrub.context import Authorization, Context, CoveragePeriod
from services.scrub.facts import (
    first_day,
    last_day,
    member,
    numbered,
    patient,
    payer_rules,
    procedures,
)
from services.scrub.findings import Found

SOON = timedelta(days=14)
AUTHORIZATION, REFERRAL = "G1", "9F"  # REF01


def authorization(claim: Claim, context: Context) -> Iterator[Found]:
    """A procedure that the payer's table wants authorized, on a claim without a number.

    A number on file that fits is named in the fix; the claim must carry it.
    """
    wanted = payer_rules(claim, context).authorization_for
    for at, line in procedures(claim):
        if line.procedure in wanted and not _referred(claim, line, AUTHORIZATION):
            on_file = _on_file(claim, line, context)
            yield Found(
                "authorization", on_file.number if on_file else "",
                f"The payer wants {line.procedure} authorized, and the claim has no number.",
                "Put the number that is on file on the claim." if on_file
                else "Find the authorization or ask the payer for one.", at,
            )  # fmt: skip


def referral(claim: Claim, context: Context) -> Iterator[Found]:
    """A procedure for which the payer's table wants a referral, on a claim without a number."""
    wanted = payer_rules(claim, context).referral_for
    for at, line in procedures(claim):
        if line.procedure in wanted and not _referred(claim, line, REFERRAL):
            yield Found(
                "referral", "", f"The payer wants a referral for {line.procedure}.",
                "Get the referral number from the referring practice.", at,
            )  # fmt: skip


def coverage(claim: Claim, context: Context) -> Iterator[Found]:
    """A service outside of every period of coverage that is known of the member."""
    periods = context.coverage.get(member(claim))
    if periods is None:
        return
    for at, line in numbered(claim):
        first, last = first_day(claim, line), last_day(claim, line)
        if first and last and not any(_covers(period, first, last) for period in periods):
            yield Found(
                "service_date", first.isoformat(), "The patient was not covered on that day.",
                "Check eligibility and bill the payer who covered the day.", at,
            )  # fmt: skip


def too_late(claim: Claim, context: Context) -> Iterator[Found]:
    """An original claim after the payer's last day for filing."""
    for at, last, left in _left(claim, context):
        if left < timedelta():
            yield Found(
                "service_date", last.isoformat(), f"The time to file ended {-left.days} days ago.",
                "Look for proof that the claim was accepted in time; else it cannot be paid.", at,
            )  # fmt: skip


def soon_late(claim: Claim, context: Context) -> Iterator[Found]:
    """An original claim in the last two weeks that the payer gives for filing."""
    for at, last, left in _left(claim, context):
        if timedelta() <= left <= SOON:
            yield Found(
                "service_date", last.isoformat(), f"{left.days} days are left to file.",
                "Submit it first.", at,
            )  # fmt: skip


def _left(claim: Claim, context: Context) -> Iterator[tuple[int, date, timedelta]]:
    limit = payer_rules(claim, context).timely_days
    if limit is None or context.today is None or claim.frequency not in ("", ORIGINAL):
        return  # a replacement has a time of its own, from the remittance
    for at, line in numbered(claim):
        if last := last_day(claim, line):
            yield at, last, last + timedelta(days=limit) - context.today


def _referred(claim: Claim, line: BilledLine, qualifier: str) -> bool:
    references = (*claim.references, *line.references)
    return any(r.qualifier == qualifier and r.value for r in references)


def _on_file(claim: Claim, line: BilledLine, context: Context) -> Authorization | None:
    who, day = patient(claim), first_day(claim, line)
    known = context.authorizations.get(who, ()) if who else ()
    return next((a for a in known if day and _fits(a, line.procedure, day)), None)


def _fits(authorization: Authorization, procedure: str, day: date) -> bool:
    first, last = authorization.first or day, authorization.last or day
    return first <= day <= last and procedure in (authorization.procedures or {procedure})


def _covers(period: CoveragePeriod, first: date, last: date) -> bool:
    return period.first <= first and (period.last is None or last <= period.last)
