"""Who is insured with whom: the chart's patients and coverages as a biller needs them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.sandbox.charts import Chart, patient_of
from services.sandbox.clearing.model import Claim, Person
from services.sandbox.clearing.parties import payer_of_plan
from services.sandbox.clearing.x12 import plain
from services.sandbox.shapes import Json

CODES = {"self": "18", "child": "19", "spouse": "01"}
STATES = {"Massachusetts": "MA"}
FOREVER = date(9999, 12, 31)


@dataclass(frozen=True)
class Insurance:
    """One coverage of one patient. ``relationship`` is the X12 code (18 self, 19 child)."""

    patient: str
    subject: Person
    payer: str
    member: str
    group: str
    relationship: str
    holder: Person | None
    order: int
    start: date
    end: date
    plan: str = ""

    def covers(self, day: date) -> bool:
        """Is *day* within its period?"""
        return self.start <= day <= self.end


def insurances(chart: Chart) -> dict[str, list[Insurance]]:
    """Per patient reference, its insurances in order; those with an unknown payer are left out."""
    found: dict[str, list[Insurance]] = {}
    for coverage in chart.all("Coverage"):
        patient = chart.at(patient_of(coverage))
        if patient and (one := _insurance(coverage, patient)):
            found.setdefault(one.patient, []).append(one)
    return {p: sorted(ones, key=lambda one: one.order) for p, ones in found.items()}


def person_of(patient: Json) -> Person:
    """A patient as a claim names them."""
    name, sex = patient["name"][0], {"male": "M", "female": "F"}.get(patient["gender"], "U")
    born = date.fromisoformat(patient["birthDate"])
    return Person(plain(name["family"]), plain(name["given"][0]), born, sex, _address(patient))


def claim_on(one: Insurance, **fields: object) -> Claim:
    """A claim to this insurance; *fields* are the rest of :class:`Claim`'s."""
    about: Json = {
        "payer": one.payer,
        "member": one.member,
        "subject": one.subject,
        "patient": one.patient,
        "relationship": one.relationship,
        "holder": one.holder,
        "group": one.group,
        "order": one.order,
    }
    return Claim(**about | dict(fields))


def active(ones: list[Insurance], day: date) -> Iterator[Insurance]:
    """Those that cover *day*."""
    return (one for one in ones if one.covers(day))


def _insurance(coverage: Json, patient: Json) -> Insurance | None:
    payer = payer_of_plan(coverage["payor"][0].get("display", ""))
    if payer is None:
        return None
    subject, period = person_of(patient), coverage.get("period", {})
    code = CODES.get(_code(coverage.get("relationship", {})), "G8")
    held_by = coverage.get("subscriber", {}).get("display", "")
    return Insurance(
        patient=patient_of(patient),
        subject=subject,
        payer=payer.id,
        member=str(coverage.get("subscriberId", "")),
        group=_class(coverage, "group"),
        relationship=code,
        holder=None if code == "18" else _holder(held_by, subject),
        order=int(coverage.get("order", 1)),
        start=date.fromisoformat(period.get("start", "1900-01-01")[:10]),
        end=date.fromisoformat(period["end"][:10]) if "end" in period else FOREVER,
        plan=_class(coverage, "plan"),
    )


def _holder(name: str, subject: Person) -> Person:
    given, _, family = plain(name).partition(" ")
    return Person(
        family or subject.family, given or "Holder", date(1980, 1, 1), "U", subject.address
    )


def _address(patient: Json) -> tuple[str, str, str, str]:
    at: Json = next(iter(patient.get("address", [])), {})
    state = str(at.get("state", "MA"))
    short = STATES.get(state, state[:2].upper())
    street = next(iter(at.get("line", [])), "1 Unknown Street")
    return plain(street), plain(at.get("city", "Springfield")), short, at.get("postalCode", "01103")


def _code(concept: Json) -> str:
    return str(next((c.get("code", "") for c in concept.get("coding", [])), ""))


def _class(coverage: Json, kind: str) -> str:
    for entry in coverage.get("class", []):
        if _code(entry.get("type", {})) == kind:
            return plain(str(entry.get("value", "")))
    return ""
