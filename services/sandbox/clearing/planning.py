"""Which claims the practice's last year had, when each was ready to go, and what was special about a few."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.sandbox.charts import Chart
from services.sandbox.clearing.encountering import claims_of_year, line_of
from services.sandbox.clearing.insured import Insurance, claim_on, insurances
from services.sandbox.clearing.judging import WHOLE, Finding
from services.sandbox.clearing.model import Claim
from services.sandbox.clearing.parties import OTHER_PROVIDER, payers, renderers

FIRST_ID = 100_001
LATE = 0.04
GROUP_PAYER, GROUP_SIZE, GROUP_PROCEDURE = "SHH01", 12, "76700"
SETTLED_AFTER = timedelta(90)  # by then every unauthorized claim of the group's payer is mended


@dataclass(frozen=True)
class Planned:
    """A claim and the day it is ready. ``findings`` force the payer's answer, ``payday`` its day.

    Claims of one ``lot`` are paid in a remittance of their own.
    """

    claim: Claim
    ready: date
    findings: tuple[Finding, ...] | None = None
    payday: date | None = None
    lot: str = ""


def planned_year(chart: Chart, until: date, seed: str) -> list[Planned]:
    """The year before *until*, by day of service, with ids."""
    draws = random.Random(f"{seed}:planning")  # noqa: S311 - a rehearsal must repeat
    plans = [_plan(claim, until, draws) for claim in claims_of_year(chart, until, seed)]
    plans = _with_timely_filing(plans, until)
    taken = {(p.claim.member, p.claim.day) for p in plans}
    plans += [p for make in SPECIALS for p in make(chart, until, taken)]
    ordered = sorted(plans, key=lambda p: (p.claim.day, p.claim.patient, p.lot))
    return [
        replace(p, claim=replace(p.claim, id=f"FH{FIRST_ID + n}")) for n, p in enumerate(ordered)
    ]


def _plan(claim: Claim, until: date, draws: random.Random) -> Planned:
    payer = payers()[claim.payer]
    lag = draws.randint(1, 4)
    if draws.random() < LATE and payer.timely < 200:
        lag = payer.timely + draws.randint(5, 30)
    recent = claim.day > until - SETTLED_AFTER
    if claim.payer == GROUP_PAYER and recent and not claim.authorization:
        claim = replace(claim, authorization=f"AU{draws.randrange(10**6, 10**7)}")
    return Planned(claim, claim.day + timedelta(lag))


def _with_timely_filing(plans: list[Planned], until: date) -> list[Planned]:
    """One claim that was sent and accepted in time, and denied as late a few days ago."""
    oldest, newest = until - timedelta(80), until - timedelta(60)
    for index, plan in enumerate(plans):
        right = plan.claim.payer == GROUP_PAYER and oldest < plan.claim.day < newest
        if right and (plan.ready - plan.claim.day).days < 5:
            finding = Finding(WHOLE, "CO", "29", ("N211",))
            special = replace(plan, findings=(finding,), payday=until - timedelta(4), lot="timely")
            return [*plans[:index], special, *plans[index + 1 :]]
    return plans


def _authorization_group(
    chart: Chart, until: date, taken: set[tuple[str, date]]
) -> Iterator[Planned]:
    payday = until - timedelta(6)
    finding = Finding(WHOLE, "CO", "197", ("M62",))
    days = _free_days(chart, GROUP_PAYER, until - timedelta(40), taken, GROUP_SIZE)
    for one, day in days:
        claim = _simple(one, day, GROUP_PROCEDURE, "R109")
        claim = replace(claim, referring=OTHER_PROVIDER[2])
        yield Planned(claim, day + timedelta(1), (finding,), payday, "group")


def _unprocessable(chart: Chart, until: date, taken: set[tuple[str, date]]) -> Iterator[Planned]:
    finding = Finding(WHOLE, "CO", "16", ("MA130", "N286"))
    for one, day in _free_days(chart, "SMR01", until - timedelta(32), taken, 1):
        claim = _simple(one, day, "71046", "R059")
        yield Planned(claim, day + timedelta(1), (finding,), until - timedelta(5), "unprocessable")


def _unbalanced(chart: Chart, until: date, taken: set[tuple[str, date]]) -> Iterator[Planned]:
    for one, day in _free_days(chart, "SPC01", until - timedelta(35), taken, 3):
        claim = _simple(one, day, "99213", "J069")
        yield Planned(claim, day + timedelta(1), (), until - timedelta(3), "unbalanced")


SPECIALS: tuple[Callable[[Chart, date, set[tuple[str, date]]], Iterator[Planned]], ...] = (
    _authorization_group,
    _unprocessable,
    _unbalanced,
)


def _simple(one: Insurance, day: date, procedure: str, diagnosis: str) -> Claim:
    provider = next(iter(renderers().values()))
    return claim_on(
        one,
        id="",
        day=day,
        lines=(line_of(procedure),),
        diagnoses=(diagnosis,),
        rendering=provider.npi,
        facility=provider.facility,
    )


def _free_days(
    chart: Chart, payer: str, first: date, taken: set[tuple[str, date]], count: int
) -> Iterator[tuple[Insurance, date]]:
    """*count* days on which a patient of *payer* has no other claim, going round the patients."""
    active = {f"Patient/{p['id']}" for p in chart.all("Patient") if p.get("active", True)}
    ones = [
        one
        for patient, found in insurances(chart).items()
        for one in found
        if one.payer == payer and one.order == 1 and patient in active and one.covers(first)
    ]
    days = (first + timedelta(n) for n in range(12))
    found = ((one, day) for day in days for one in ones)
    for _ in range(count if ones else 0):
        one, day = next(f for f in found if (f[0].member, f[1]) not in taken)
        taken.add((one.member, day))
        yield one, day
