"""Today's visits: some still planned, some in house, some over, with the reason that will be talked about."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from services.sandbox.directory import ORGANIZATION, PROVIDERS, SYNTHETIC
from services.sandbox.facts import age_of
from services.sandbox.notes.talk import fitting, talks
from services.sandbox.shapes import Json
from services.sandbox.tenants import Tenant

# The day of visits is the practice's; its patients live in Massachusetts.
ZONE = ZoneInfo("America/New_York")
SLOT = timedelta(minutes=20)
ADULT = 18  # children have no conversation that fits
# How a day stands in the middle of it, repeated for as many visits as are wanted.
STATES = ("finished", "in-progress", "planned", "finished", "arrived", "finished")
# Slots from now, and how many more for each visit before it: nobody is in two rooms at once.
WHEN = {"finished": (-3, -1), "in-progress": (-1, 0), "arrived": (0, 0), "planned": (2, 1)}


def fill_day(tenant: Tenant, count: int, now: datetime) -> None:
    """Let about *count* adults have a visit today, with their own providers in turn."""
    today = now.astimezone(ZONE).date()
    for number, patient in zip(range(count), by_turns(tenant, today), strict=False):
        status = STATES[number % len(STATES)]
        add_visit(tenant, patient, status, _start(status, number, now))


def add_visit(
    tenant: Tenant,
    patient: Json,
    status: str,
    start: datetime,
    *,
    provider: str = "",
    talk: str | None = None,
    reason: str = "",
) -> Json:
    """One visit; *talk* names what will have been said, empty for nothing, ``None`` for what fits."""
    day = start.astimezone(ZONE).date()
    visit_id = tenant.next_id(f"en.{day:%Y%m%d}")
    chosen = fitting(patient, day, tenant.notes.talks.values()).id if talk is None else talk
    if chosen:
        tenant.notes.talks[visit_id] = chosen
    said = talks()[chosen].reason if chosen else "Follow-up visit"
    return tenant.write(
        _encounter(patient, visit_id, status, start, provider)
        | {"reasonCode": [{"text": reason or said[:1].upper() + said[1:]}]}
    )


def _encounter(patient: Json, visit_id: str, status: str, start: datetime, provider: str) -> Json:
    seen_by = PROVIDERS[provider or patient["generalPractitioner"][0]["reference"]]
    return {
        "resourceType": "Encounter",
        "id": visit_id,
        "meta": SYNTHETIC,
        "status": status,
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{patient['id']}"},
        "participant": [{"individual": {"reference": f"Practitioner/{seen_by.id}"}}],
        "period": {"start": _written(start), "end": _written(start + SLOT)},
        "location": [{"location": {"reference": f"Location/{seen_by.location}"}}],
        "serviceProvider": {"reference": ORGANIZATION},
    }


def by_turns(tenant: Tenant, today: date) -> Iterator[Json]:
    """The adults, one of each provider after the other."""
    queues: dict[str, list[Json]] = {}
    for patient in tenant.chart.all("Patient"):
        doctor = patient.get("generalPractitioner", [{}])[0].get("reference", "")
        if patient["active"] and doctor in PROVIDERS and age_of(patient, today) >= ADULT:
            queues.setdefault(doctor, []).append(patient)
    for row in zip_longest(*(queues[doctor] for doctor in sorted(queues))):
        yield from (patient for patient in row if patient is not None)


def _start(status: str, number: int, now: datetime) -> datetime:
    """Around now, as the status wants it, and within the practice's day."""
    here = now.astimezone(ZONE)
    midnight = datetime.combine(here.date(), time(0), ZONE)
    first, further = WHEN[status]
    start = here + (first + further * number) * SLOT
    start = min(max(start, midnight), midnight + timedelta(hours=23))
    return start.replace(minute=start.minute // 10 * 10, second=0, microsecond=0)


def _written(at: datetime) -> str:
    return at.astimezone(ZONE).isoformat()
