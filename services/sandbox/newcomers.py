"""New patients: a chart with a name and a birth date, a visit soon, and a form that tells the rest."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.sandbox.charts import Chart
from services.sandbox.filling import as_charted
from services.sandbox.news import new_member, new_phone
from services.sandbox.registered import coverage, newcomer, registered
from services.sandbox.shapes import Json
from services.sandbox.sheet import Sheet
from services.sandbox.slips import Person
from services.sandbox.tenants import Tenant
from services.sandbox.visits import appointment

# The people of a first start: two adults and a child.
SEEDED = (
    ("Newcomer", "Nell", "1991-04-12"),
    ("Firstvisit", "Otis", "1957-09-30"),
    ("Beginner", "Pia", "2019-02-03"),
)
TWELVE = {
    *(f"demographics.{name}" for name in ("last_name", "first_name", "dob", "sex", "phone")),
    *(f"demographics.{name}" for name in ("address", "city", "state", "zip")),
    *(f"coverage[0].{name}" for name in ("payer", "member_id", "group")),
}
IN_TWO_DAYS = timedelta(days=2)


@dataclass(frozen=True)
class Newcomer:
    """Who is new."""

    family: str
    given: str
    born: str


def arrive_new(tenant: Tenant, who: Newcomer, today: date) -> tuple[Json, Json]:
    """Register a new patient and their visit in two days."""
    number = tenant.next_id("p.new")
    patient = tenant.write(newcomer(number, who.family, who.given, who.born))
    visit = appointment(patient, today + IN_TWO_DAYS, _draws(number))
    return patient, tenant.write(visit | {"id": f"ap.{number.partition('.')[2]}"})


def full_chart_of(patient: Json, today: date) -> Chart:
    """The chart a newcomer's own answers would make: address, phone, contacts, one insurance."""
    draws = _draws(f"full {patient['id']}")
    phone = f"555-{draws.randrange(200, 1000)}-{draws.randrange(10_000):04}"
    told = {
        **patient,
        "gender": draws.choice(("female", "male")),
        "telecom": [{"system": "phone", "value": phone, "use": "home"}],
        "address": [
            {
                "line": [f"{draws.randrange(1, 900)} Placeholder Road"],
                "city": "Salem",
                "state": "Massachusetts",
                "postalCode": "01970",
            }
        ],
        "communication": [
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en-US"}]}}
        ],
    }
    known = registered(told, today)
    return Chart([known, coverage(known, f"cov.{patient['id']}", "Harbor Health", today, draws)])


def twelve_fields(tenant: Tenant, patient: Json, now: datetime) -> Sheet:
    """Give the chart twelve fields, and a form of twelve: nine equal, phone, member id and group not."""
    full = full_chart_of(patient, now.date())
    reference = f"Patient/{patient['id']}"
    sheet = _only_twelve(as_charted(full, full.at(reference) or patient))
    known = full.at(reference) or patient
    kept = ("gender", "telecom", "address")
    phones = [t for t in known["telecom"] if t["system"] == "phone"]
    tenant.write({**patient, **{name: known[name] for name in kept}, "telecom": phones})
    for owned in full.all("Coverage"):
        group = [c for c in owned["class"] if c["type"]["coding"][0]["code"] == "group"]
        left_out = ("subscriber", "relationship", "period", "class")
        bare = {name: value for name, value in owned.items() if name not in left_out}
        tenant.write({**bare, "class": group})
    draws, person = _draws(f"twelve {patient['id']}"), Person(known, now.date())
    new_phone(sheet, person, draws)
    new_member(sheet, person, draws)
    sheet.say("insurance1.group", "G99001", "coverage[0].group", why="changed")
    return sheet


def _only_twelve(sheet: Sheet) -> Sheet:
    for link in list(sheet.answers):
        paths = {path for path, place in sheet.places.items() if place == link}
        if not paths & TWELVE:
            sheet.forget(link)
    return sheet


def _draws(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a rehearsal must repeat
