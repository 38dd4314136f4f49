"""From FHIR shapes to what staff read: pure translation, one function for each kind of record."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.ehr.fhir_datatypes import Concept, HumanName
from services.ehr.fhir_shapes import (
    AllergyIntolerance,
    Component,
    Condition,
    Encounter,
    Immunization,
    MedicationDispense,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
)
from services.ehr.ports import Allergy, Medication, PatientRecord, Problem, ResultValue, Visit

VIRTUAL = "VR"  # v3-ActCode: eCW's telephone encounters are not visits
COMING = {"planned", "arrived", "triaged"}
PAST = {"finished", "in-progress", "arrived"}


def patient_record(patient: Patient) -> PatientRecord:
    """Who it is; of several names the official one."""
    name = official_name(patient.name)
    return PatientRecord(
        ref=patient.ref(),
        family=name.family,
        given=" ".join(name.given),
        birth_date=patient.birth_date,
        gender=patient.gender,
        mrn=_record_number(patient),
        language=_language(patient),
        active=patient.active,
        replaced_by=next((k.other.ref() for k in patient.link if k.type == "replaced-by"), None),
        synthetic=patient.meta is not None and any(t.code == "synthetic" for t in patient.meta.tag),
    )


def official_name(names: Sequence[HumanName]) -> HumanName:
    """The official name, else the first, else an empty one."""
    official = [name for name in names if name.use == "official"]
    return next(iter([*official, *names]), HumanName())


def _record_number(patient: Patient) -> str:
    """The identifier of type MR (HL7 v2 table 0203)."""
    return next((i.value for i in patient.identifier if i.type and i.type.has("MR")), "")


def _language(patient: Patient) -> str:
    spoken = sorted(patient.communication, key=lambda spoken: not spoken.preferred)
    return next((one.language.code() or one.language.text for one in spoken), "")


def problem(condition: Condition) -> Problem:
    """One problem."""
    return Problem(
        ref=condition.ref(),
        text=condition.code.words(),
        code=condition.code.code(),
        onset=condition.onset_date_time,
    )


def is_active(status: Concept | None) -> bool:
    """Active, or not said: what is not known to be over is shown."""
    return status is None or not status.coding or any(status.has(c) for c in ACTIVE)


ACTIVE = ("active", "recurrence", "relapse")


def medication(order: MedicationRequest, fills: Iterable[MedicationDispense]) -> Medication:
    """One prescription; *fills* are the patient's, of which its own are counted."""
    own = [
        fill for fill in fills if order.ref() in (r.ref() for r in fill.authorizing_prescription)
    ]
    named = order.medication_codeable_concept.words()
    referenced = order.medication_reference.display if order.medication_reference else ""
    return Medication(
        ref=order.ref(),
        text=named or referenced,
        dose="; ".join(dosage.text for dosage in order.dosage_instruction if dosage.text),
        authored=order.authored_on,
        last_fill=max((fill.when_handed_over for fill in own), default=""),
        refills_left=_refills_left(order, len(own)),
    )


def _refills_left(order: MedicationRequest, fills: int) -> int | None:
    """The first fill is not a repeat (FHIR R4, numberOfRepeatsAllowed)."""
    request = order.dispense_request
    if request is None or request.number_of_repeats_allowed is None:
        return None
    return max(0, request.number_of_repeats_allowed - max(0, fills - 1))


def stated(statement: MedicationStatement) -> Medication:
    """One medication that is taken without a prescription of ours."""
    return Medication(
        ref=statement.ref(),
        text=statement.medication_codeable_concept.words(),
        dose="; ".join(dosage.text for dosage in statement.dosage if dosage.text),
        authored=statement.date_asserted,
    )


def immunization(given: Immunization) -> Problem:
    """One vaccination; ``onset`` is when it was given."""
    return Problem(
        ref=given.ref(),
        text=given.vaccine_code.words(),
        code=given.vaccine_code.code(),
        onset=given.occurrence_date_time,
    )


def allergy(found: AllergyIntolerance) -> Allergy:
    """One allergy with what it did."""
    signs = (sign.words() for reaction in found.reaction for sign in reaction.manifestation)
    return Allergy(
        ref=found.ref(),
        text=found.code.words(),
        reaction=", ".join(filter(None, signs)),
        criticality=found.criticality,
    )


def latest_results(observations: Iterable[Observation]) -> tuple[ResultValue, ...]:
    """The newest value of each test, newest first; FHIR's dates sort as text within a day."""
    newest: dict[str, Observation] = {}
    for one in sorted(observations, key=lambda o: o.effective_date_time):
        if one.status not in ("entered-in-error", "cancelled"):
            newest[one.code.code() or one.code.words()] = one
    ordered = sorted(newest.values(), key=lambda o: o.effective_date_time, reverse=True)
    return tuple(result(one) for one in ordered)


def result(observation: Observation) -> ResultValue:
    """One value, with its parts joined by a slash, as in 120/80."""
    quantity = observation.value_quantity
    parts = [c.value_quantity for c in _systolic_first(observation.component) if c.value_quantity]
    words = observation.value_codeable_concept
    shown = "/".join(str(part.value) for part in parts if part.value is not None)
    if quantity and quantity.value is not None:
        shown = str(quantity.value)
    return ResultValue(
        ref=observation.ref(),
        text=observation.code.words(),
        value=shown or observation.value_string or (words.words() if words else ""),
        unit=quantity.unit if quantity else next((part.unit for part in parts), ""),
        when=observation.effective_date_time,
        flag=next((c.code() or c.words() for c in observation.interpretation), ""),
    )


def _systolic_first(components: Iterable[Component]) -> list[Component]:
    # LOINC 8480-6; eCW sends the two pressures in any order, people read 120/80.
    return sorted(components, key=lambda part: part.code.code() != "8480-6")


def visits(
    encounters: Iterable[Encounter], today: date, zone: ZoneInfo
) -> tuple[Visit | None, Visit | None]:
    """The last visit up to *today* and the next one, by the practice's calendar."""
    dated = [
        (local_day(e.period.start, zone), e)
        for e in encounters
        if e.period and e.period.start and e.kind.code != VIRTUAL
    ]
    past = [(day, e) for day, e in dated if day <= today and e.status in PAST]
    coming = [(day, e) for day, e in dated if day >= today and e.status in COMING]
    last = max(past, key=_when, default=None)
    following = min(coming, key=_when, default=None)
    return (visit(last[1]) if last else None, visit(following[1]) if following else None)


def _when(dated: tuple[date, Encounter]) -> tuple[date, str]:
    day, encounter = dated
    return day, encounter.period.start if encounter.period else ""


def visit(encounter: Encounter) -> Visit:
    """One visit."""
    seen_by = (p.individual.ref() for p in encounter.participant if p.individual)
    return Visit(
        ref=encounter.ref(),
        start=encounter.period.start if encounter.period else "",
        status=encounter.status,
        reason=next((reason.words() for reason in encounter.reason_code), ""),
        provider_ref=next(seen_by, ""),
        location_ref=next((stay.location.ref() for stay in encounter.location), ""),
    )


def local_day(text: str, zone: ZoneInfo) -> date:
    """The practice's calendar day of a FHIR date or instant; a month counts from its first day.

    What is no date at all counts as the first of all days, so that it is never "next".
    """
    try:
        moment = datetime.fromisoformat(text if len(text) > 7 else f"{text}-01")
        return moment.astimezone(zone).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        return date.min
