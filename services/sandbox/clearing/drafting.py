"""The batch of claims of the last days that waits to be checked and released: some of them should not pass."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.sandbox.charts import Chart
from services.sandbox.clearing.encountering import line_of
from services.sandbox.clearing.insured import Insurance, claim_on, insurances
from services.sandbox.clearing.mending import with_wrong_digit
from services.sandbox.clearing.model import Claim
from services.sandbox.clearing.parties import renderers

DRAFTS = 15
ADULT = 18


@dataclass(frozen=True)
class Draft:
    """A claim ready to be released, and what is wrong with it, empty for nothing."""

    claim: Claim
    reasons: tuple[str, ...] = ()


def drafts(chart: Chart, until: date, next_id: int, before: list[Claim], seed: str) -> list[Draft]:
    """Fifteen claims of the last days before *until*; six have a fault that a scrubber should find."""
    draws = random.Random(f"{seed}:drafts")  # noqa: S311 - a rehearsal must repeat
    known = [one for ones in insurances(chart).values() for one in ones if one.order == 1]
    alive = {f"Patient/{p['id']}" for p in chart.all("Patient") if p.get("active", True)}
    good = [one for one in known if one.covers(until) and one.patient in alive]
    over = [one for one in known if not one.covers(until) and one.patient in alive]
    made = [d for fault in FAULTS if (d := fault(good, over, until, before))]
    spare = (one for one in draws.sample(good, len(good)))
    while len(made) < DRAFTS and (one := next(spare, None)):
        made.append(Draft(_claim(one, until - timedelta(draws.randint(1, 4)), "99213", "J069")))
    draws.shuffle(made)
    return [replace(d, claim=replace(d.claim, id=f"FH{next_id + n}")) for n, d in enumerate(made)]


Fault = Callable[[list[Insurance], list[Insurance], date, list[Claim]], Draft | None]


def _bad_npi(
    good: list[Insurance], _: list[Insurance], until: date, __: list[Claim]
) -> Draft | None:
    for one in good[:1]:
        claim = _claim(one, until - timedelta(2), "99213", "J029")
        return Draft(
            replace(claim, rendering=with_wrong_digit(claim.rendering)), ("npi_check_digit",)
        )
    return None


def _expired(
    _: list[Insurance], over: list[Insurance], until: date, __: list[Claim]
) -> Draft | None:
    for one in over[:1]:
        return Draft(_claim(one, until - timedelta(1), "99213", "J069"), ("coverage_ended",))
    return None


def _unauthorized(
    good: list[Insurance], _: list[Insurance], until: date, __: list[Claim]
) -> Draft | None:
    for one in _of_payer(good, "SBP01", "SPC01", "SNM01", "SHH01"):
        claim = _claim(one, until - timedelta(3), "73721", "M25561")
        return Draft(claim, ("authorization_missing",))
    return None


def _pointer(
    good: list[Insurance], _: list[Insurance], until: date, __: list[Claim]
) -> Draft | None:
    for one in good[1:2]:
        claim = _claim(one, until - timedelta(2), "99213", "J069")
        line = replace(claim.lines[0], pointers=(4,))
        return Draft(replace(claim, lines=(line,)), ("diagnosis_pointer",))
    return None


def _wrong_sex(
    good: list[Insurance], _: list[Insurance], until: date, __: list[Claim]
) -> Draft | None:
    for one in good:
        age = (until - one.subject.born).days // 365
        if one.subject.sex == "M" and age >= ADULT and one.relationship == "18":
            claim = _claim(one, until - timedelta(1), "88142", "Z01419")
            return Draft(claim, ("sex_mismatch",))
    return None


def _duplicate(
    _: list[Insurance], __: list[Insurance], until: date, before: list[Claim]
) -> Draft | None:
    recent = (c for c in reversed(before) if c.day < until - timedelta(14) and c.order == 1)
    for claim in recent:
        again = replace(claim, frequency="1", original="")
        return Draft(again, ("duplicate",))
    return None


FAULTS: tuple[Fault, ...] = (_bad_npi, _expired, _unauthorized, _pointer, _wrong_sex, _duplicate)


def _of_payer(ones: list[Insurance], *payers: str) -> Iterator[Insurance]:
    return (one for one in ones if one.payer in payers and one.relationship == "18")


def _weekday(day: date) -> date:
    """*day*, or the Friday before it."""
    return day - timedelta(max(0, day.weekday() - 4))


def _claim(one: Insurance, day: date, procedure: str, diagnosis: str) -> Claim:
    provider = next(iter(renderers().values()))
    return claim_on(
        one,
        id="",
        day=_weekday(day),
        lines=(line_of(procedure),),
        diagnoses=(diagnosis,),
        rendering=provider.npi,
        facility=provider.facility,
    )
