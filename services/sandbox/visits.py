"""Coming appointments and past fills, added to the charts so that there is something to ask about."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from services.sandbox.charts import Chart, patient_of
from services.sandbox.directory import ORGANIZATION, PROVIDERS, SYNTHETIC
from services.sandbox.shapes import Json

REASONS = ("Follow-up visit", "Annual physical", "Blood pressure check", "Medication review")
IN_HOUSE = ("arrived", "triaged", "in-progress", "cancelled")
FIRST_SLOT, SLOTS, SLOT = 14, 16, timedelta(minutes=30)


def appointments(chart: Chart, today: date) -> Iterator[Json]:
    """Encounters as eCW's stand-in for a schedule: planned in the next ten days, or in house today."""
    for number, patient in enumerate(p for p in chart.all("Patient") if p["active"]):
        draws = _draws(patient["id"])
        if number % 5 == 4:
            yield appointment(patient, today, draws) | {"status": IN_HOUSE[number // 5 % 4]}
        else:
            day = _weekday(today + timedelta(days=draws.randint(1, 10)))
            yield appointment(patient, day, draws)


def appointment(patient: Json, day: date, draws: random.Random) -> Json:
    """One planned visit of half an hour with the patient's own provider."""
    provider = PROVIDERS[patient["generalPractitioner"][0]["reference"]]
    start = timedelta(hours=FIRST_SLOT) + draws.randrange(SLOTS) * SLOT
    return {
        "resourceType": "Encounter",
        "id": f"ap.{patient['id'].partition('.')[2]}",
        "meta": SYNTHETIC,
        "status": "planned",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": patient_of(patient)},
        "participant": [{"individual": {"reference": f"Practitioner/{provider.id}"}}],
        "period": {"start": _at(day, start), "end": _at(day, start + SLOT)},
        "reasonCode": [{"text": draws.choice(REASONS)}],
        "location": [{"location": {"reference": f"Location/{provider.location}"}}],
        "serviceProvider": {"reference": ORGANIZATION},
    }


def dispenses(chart: Chart, today: date) -> Iterator[Json]:
    """One to three fills for each active prescription, never more than it allows."""
    for order in list(chart.all("MedicationRequest")):
        repeats = order.get("dispenseRequest", {}).get("numberOfRepeatsAllowed")
        if order["status"] == "active" and repeats is not None:
            written = date.fromisoformat(order["authoredOn"][:10])
            for fill in range(_draws(order["id"]).randint(1, repeats + 1)):
                handed_over = written + timedelta(days=28 * fill + 1)
                if handed_over <= today:
                    yield _dispense(order, fill, handed_over)


def _dispense(order: Json, fill: int, day: date) -> Json:
    return {
        "resourceType": "MedicationDispense",
        "id": f"md.{order['id'].partition('.')[2]}.{fill + 1}",
        "meta": SYNTHETIC,
        "status": "completed",
        "medicationCodeableConcept": order["medicationCodeableConcept"],
        "subject": order["subject"],
        "authorizingPrescription": [{"reference": f"MedicationRequest/{order['id']}"}],
        "whenHandedOver": f"{day}T15:00:00+00:00",
        "daysSupply": {"value": 30, "unit": "days"},
    }


def _at(day: date, since_midnight: timedelta) -> str:
    hours, rest = divmod(since_midnight, timedelta(hours=1))
    return f"{day}T{hours:02}:{rest // timedelta(minutes=1):02}:00+00:00"


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day


def _draws(resource_id: str) -> random.Random:
    # The same person keeps the same appointment from start to start.
    return random.Random(resource_id)  # noqa: S311
