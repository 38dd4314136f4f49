"""A year of visits of the synthetic patients, each with the claim that a biller would make of it."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from services.sandbox.charts import Chart, patient_of
from services.sandbox.clearing.insured import Insurance, active, claim_on, insurances
from services.sandbox.clearing.model import Claim, Line
from services.sandbox.clearing.parties import CLAIMS, OTHER_PROVIDER, fees, payers, renderers
from services.sandbox.shapes import Json

VISITS_A_YEAR = 59  # tries; weekends fall out
YEAR = 365
SLOPPY = 0.11  # how often the modifier, the referring provider or the authorization is forgotten


@dataclass(frozen=True)
class Visit:
    """One day in the practice, its pattern, and the insurance it is billed to."""

    insurance: Insurance
    day: date
    pattern: Json
    rendering: str
    facility: str
    encounter: str = ""


def claims_of_year(chart: Chart, until: date, seed: str) -> Iterator[Claim]:
    """Claims for the 365 days before *until*, without ids, by patient and day."""
    known = insurances(chart)
    for patient in chart.all("Patient"):
        draws = random.Random(f"{seed}:{patient['id']}")  # noqa: S311 - a rehearsal must repeat
        ones = known.get(patient_of(patient), [])
        for day, encounter in _days(chart, patient, until, draws):
            if visit := _visit(chart, patient, ones, day, encounter, draws):
                yield claim_of(visit, draws)


def claim_of(visit: Visit, draws: random.Random) -> Claim:
    """The claim of a visit, now and then with something forgotten."""
    lines, diagnoses = _coded(visit, draws)
    wanted = {line.procedure for line in lines} & set(payers()[visit.insurance.payer].authorized)
    asked_for = draws.random() >= 2 * SLOPPY
    number = f"AU{draws.randrange(10**6, 10**7)}"
    referred = visit.pattern.get("referred") and draws.random() >= SLOPPY
    return claim_on(
        visit.insurance,
        id="",
        day=visit.day,
        lines=lines,
        diagnoses=diagnoses,
        rendering=visit.rendering,
        facility=visit.facility,
        authorization=number if wanted and asked_for else "",
        referring=OTHER_PROVIDER[2] if referred else "",
        encounter=visit.encounter,
    )


def line_of(procedure: str, pointers: tuple[int, ...] = (1,), units: int = 1) -> Line:
    """A line at the practice's fee; a code that has none costs 100 dollars."""
    return Line(procedure, fees().get(procedure, 10_000) * units, pointers, (), units)


@cache
def patterns() -> tuple[Json, ...]:
    """The patterns of visits."""
    return tuple(json.loads((CLAIMS / "visits.json").read_text("utf-8")))


def pattern(name: str) -> Json:
    """One pattern by its name."""
    return next(p for p in patterns() if p["name"] == name)


@cache
def _codes() -> dict[str, str]:
    table: dict[str, str] = json.loads((CLAIMS / "diagnoses.json").read_text("utf-8"))
    return table


def _days(chart: Chart, patient: Json, until: date, draws: random.Random) -> list[tuple[date, str]]:
    """Days with a visit, oldest first: those of the chart, then others until the year is full."""
    first = max(until - timedelta(YEAR), date.fromisoformat(patient["birthDate"]))
    last = date.fromisoformat(patient.get("deceasedDateTime", until.isoformat())[:10])
    span = (min(last, until) - first).days
    found = {}
    for visit in chart.of_patient("Encounter", patient_of(patient)):
        day = date.fromisoformat(visit["period"]["start"][:10])
        if visit["status"] == "finished" and first <= day < until:
            found[day] = f"Encounter/{visit['id']}"
    for _ in range(VISITS_A_YEAR * max(span, 0) // YEAR - len(found)):
        day = first + timedelta(draws.randrange(span))
        if day.weekday() < 5:
            found.setdefault(day, "")
    return sorted(found.items())


def _visit(
    chart: Chart,
    patient: Json,
    ones: list[Insurance],
    day: date,
    encounter: str,
    draws: random.Random,
) -> Visit | None:
    # A front desk that has not noticed the end of a coverage bills it all the same.
    insurance = next(active(ones, day), None) or next(iter(ones), None)
    if insurance is None:
        return None
    age = (day - insurance.subject.born).days // 365
    fitting = [p for p in patterns() if _fits(p, age, insurance.subject.sex)]
    chosen = draws.choices(fitting, [p["weight"] for p in fitting])[0]
    if not chosen["diagnoses"]:
        chosen = chosen | {"diagnoses": [_condition(chart, patient, day, draws)]}
    provider = renderers()[patient["generalPractitioner"][0]["reference"]]
    return Visit(insurance, day, chosen, provider.npi, provider.facility, encounter)


def _fits(pattern: Json, age: int, sex: str) -> bool:
    low, high = pattern["ages"]
    other_sex = "sex" in pattern and pattern["sex"] != sex
    return bool(low <= age <= high) and not other_sex


def _condition(chart: Chart, patient: Json, day: date, draws: random.Random) -> str:
    known = [
        _codes()[c["code"]["text"]]
        for c in chart.of_patient("Condition", patient_of(patient))
        if c["code"]["text"] in _codes() and c.get("onsetDateTime", "")[:10] <= day.isoformat()
    ]
    return draws.choice(known) if known else "J069"


def _coded(visit: Visit, draws: random.Random) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    pattern = visit.pattern
    diagnoses = [*pattern["diagnoses"], *([pattern["second"]] if "second" in pattern else [])]
    lines = [line_of(code, tuple(at), *units) for code, at, *units in pattern["lines"]]
    if pattern.get("second") and len(diagnoses) == 1:
        diagnoses.append(pattern["second"])
    if pattern.get("modifier") and draws.random() >= SLOPPY:
        lines[0] = replace(lines[0], modifiers=("25",))
    return tuple(lines), tuple(diagnoses)
