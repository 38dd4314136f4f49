"""The clinical sections of a C-CDA, entry by entry; what is denied, resolved or withdrawn is left out."""

from collections.abc import Iterator

from services.workflows.intake.extract.ccda_xml import (
    V3,
    Element,
    Record,
    all_of,
    attribute,
    first,
    has_template,
    is_negated,
)
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.fields import Source

# Templates of HL7 C-CDA R2.1, by the last part of their OID.
ALLERGY, REACTION, CRITICALITY, PROBLEM, MEDICATION, VACCINE = "7", "9", "145", "4", "16", "52"
SMOKING, HABIT, TOBACCO, RELATIVE, PRN = "78", "38", "85", "45", "25"
ENDED = ("completed", "aborted", "suspended", "cancelled", "nullified")
INACTIVE = ("73425007", "413322009", "723506003")  # SNOMED CT: inactive, problem resolved, resolved
DRUGS_ONLY = ("416098002", "59037007")  # SNOMED CT: allergy to drug, intolerance to drug
ANY_DRUG = "410942007"  # SNOMED CT: drug or medicament
NOT_ALL = "The record denies drug allergies only; others are not known."
NOWHERE = Source()
UNITS = {"h": "hours", "d": "days", "wk": "weeks", "mo": "months"}
EVENTS = {"HS": "at bedtime", "ACM": "before meals", "PCM": "after meals", "AC": "before meals",
          "PC": "after meals", "C": "with meals", "CM": "with meals"}  # fmt: skip
GENERIC = ("family member",)


def allergies(record: Record, section: Element) -> Iterator[Finding]:
    """Allergies that hold, each with reaction and criticality; "no known" where that is said."""
    for row, (act, entry) in enumerate(_concerns(section, ALLERGY)):
        substance = _substance(record, entry)
        if is_negated(entry):
            yield from _no_allergy(entry, substance)
        elif substance and not _is_over(act, entry):
            yield Finding("allergies.substance", substance, NOWHERE, row=row)
            for part, template in (("reaction", REACTION), ("criticality", CRITICALITY)):
                if said := _inside(record, entry, template):
                    yield Finding(f"allergies.{part}", said, NOWHERE, row=row)


def medications(record: Record, section: Element) -> Iterator[Finding]:
    """Medicines being taken, each with dose and frequency."""
    given = [
        e for e in all_of(section, "entry/substanceAdministration") if has_template(e, MEDICATION)
    ]
    for row, entry in enumerate(given):
        name = _product(record, entry)
        if is_negated(entry):
            if not name or _is_any_drug(entry):
                yield Finding("medications.none", "yes", NOWHERE)
        elif name and attribute(entry, "statusCode", "code") not in ENDED:
            yield Finding("medications.name", name, NOWHERE, row=row)
            for part, said in (("dose", _dose(entry)), ("frequency", _frequency(entry))):
                if said:
                    yield Finding(f"medications.{part}", said, NOWHERE, row=row)


def problems(record: Record, section: Element) -> Iterator[Finding]:
    """Illnesses that the patient has now."""
    for act, entry in _concerns(section, PROBLEM):
        name = record.words(entry, "value")
        ended = attribute(entry, "effectiveTime", "high", "value")
        if name and not is_negated(entry) and not ended and not _is_over(act, entry):
            yield Finding("problems.item", name, NOWHERE, whole=True)


def immunizations(record: Record, section: Element) -> Iterator[Finding]:
    """Vaccines that were given."""
    for entry in all_of(section, ".//substanceAdministration"):
        if (
            has_template(entry, VACCINE)
            and not is_negated(entry)
            and (name := _product(record, entry))
        ):
            yield Finding("immunizations.item", name, NOWHERE, whole=True)


def family(record: Record, section: Element) -> Iterator[Finding]:
    """Illnesses of named relatives."""
    for organizer in all_of(section, ".//organizer"):
        relation = record.words(organizer, "subject", "relatedSubject", "code")
        if not has_template(organizer, RELATIVE) or not relation or relation.lower() in GENERIC:
            continue
        for entry in all_of(organizer, "component/observation"):
            if (condition := record.words(entry, "value")) and not is_negated(entry):
                yield Finding("family.relation", relation, NOWHERE)
                yield Finding("family.condition", condition, NOWHERE)


def social(record: Record, section: Element) -> Iterator[Finding]:
    """Smoking status, and other habits under their own names."""
    for entry in all_of(section, "entry/observation"):
        said = record.words(entry, "value") or record.text(first(entry, "value"))
        if not said or is_negated(entry):
            continue
        if has_template(entry, SMOKING) or has_template(entry, TOBACCO):
            yield Finding("social.tobacco", said, NOWHERE)
        elif has_template(entry, HABIT) and (name := record.words(entry, "code")):
            yield Finding("social.other", f"{name}: {said}", NOWHERE)


def reason(record: Record, section: Element) -> Iterator[Finding]:
    """Why the patient came, in the narrative's words."""
    if said := record.text(first(section, "text")):
        yield Finding("visit.reason", said, NOWHERE)


def _concerns(section: Element, template: str) -> Iterator[tuple[Element, Element]]:
    for act in all_of(section, "entry/act"):
        for entry in all_of(act, "entryRelationship/observation"):
            if has_template(entry, template):
                yield act, entry


def _is_over(act: Element, entry: Element) -> bool:
    status = [attribute(o, "value", "code") for o in all_of(entry, "entryRelationship/observation")]
    return attribute(act, "statusCode", "code") in ENDED or any(code in INACTIVE for code in status)


def _substance(record: Record, entry: Element) -> str:
    entity = next(iter(all_of(entry, "participant/participantRole/playingEntity")), None)
    return record.words(entity, "code") or record.text(first(entity, "name"))


def _no_allergy(entry: Element, substance: str) -> Iterator[Finding]:
    if substance:  # "not allergic to peanuts" says nothing of anything else
        return
    fault = NOT_ALL if attribute(entry, "value", "code") in DRUGS_ONLY else ""
    yield Finding("allergies.none", "yes", NOWHERE, fault=fault)


def _inside(record: Record, entry: Element, template: str) -> str:
    inner = all_of(entry, "entryRelationship/observation")
    said = [
        record.words(o, "value") for o in inner if has_template(o, template) and not is_negated(o)
    ]
    return ", ".join(word for word in said if word)


def _product(record: Record, entry: Element) -> str:
    material = first(entry, "consumable", "manufacturedProduct", "manufacturedMaterial")
    return record.words(material, "code") or record.text(first(material, "name"))


def _is_any_drug(entry: Element) -> bool:
    coded = entry.iter(f"{V3}translation")
    return any(code.get("code") == ANY_DRUG for code in coded)


def _dose(entry: Element) -> str:
    value = attribute(entry, "doseQuantity", "value")
    unit = attribute(entry, "doseQuantity", "unit").strip("{}")
    # A bare number counts tablets or puffs; which, only the name of the product says.
    return f"{value} {unit}" if value and unit not in ("", "1") else ""


def _frequency(entry: Element) -> str:
    for time in all_of(entry, "effectiveTime"):
        event = EVENTS.get(attribute(time, "event", "code"), "")
        if said := event or _period(time):
            return said + _as_needed(entry)
    return _as_needed(entry).strip()


def _period(time: Element) -> str:
    period = first(time, "period")
    unit = UNITS.get(attribute(period, "unit") or attribute(period, "low", "unit"), "")
    low = attribute(period, "value") or attribute(period, "low", "value")
    high = attribute(period, "high", "value")
    if not unit or not low:
        return ""
    if (low, unit) in (("24", "hours"), ("1", "days")) and not high:
        return "once daily"
    return f"every {low}{f'-{high}' if high else ''} {unit}"


def _as_needed(entry: Element) -> str:
    is_prn = any(has_template(p, PRN) for p in all_of(entry, "precondition/criterion"))
    return " as needed" if is_prn else ""
