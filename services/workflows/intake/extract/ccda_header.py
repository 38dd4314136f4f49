"""Who a C-CDA is about: name, birth date, sex, address, language, guardian."""

from collections.abc import Iterator

from services.workflows.intake.extract.ccda_xml import Element, Record, all_of, attribute, first
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.fields import Source

HERE = Source(link_id="recordTarget", label="Patient")
FORMER = ("BAD", "OLD", "TMP")  # HL7 AddressUse of addresses and numbers that no longer hold
KINDS = {"tel": "patient.phone", "mailto": "patient.email"}
USES = {"HP": "_home", "HV": "_home", "WP": "_work"}
SEXES = {"M": "male", "F": "female", "UN": "other"}


def header(record: Record) -> Iterator[Finding]:
    """What the header says of the patient."""
    role = first(record.root, "recordTarget", "patientRole")
    patient = first(role, "patient")
    yield from _name(record, patient)
    born = attribute(patient, "birthTime", "value")[:8]
    yield from _said("patient.dob", f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == 8 else "")
    yield from _said(
        "patient.sex", SEXES.get(attribute(patient, "administrativeGenderCode", "code"), "")
    )
    yield from _address(record, role)
    yield from _telecoms(role)
    yield from _language(patient)
    guardian = first(patient, "guardian", "guardianPerson", "name")
    yield from _said("guardian.name", whole_name(record, guardian))


def whole_name(record: Record, name: Element | None) -> str:
    """A name in reading order, without the call names."""
    given = [record.text(g) for g in all_of(name, "given") if not g.get("qualifier")]
    words = [*given, record.text(first(name, "family"))]
    return " ".join(word for word in words if word) or record.text(name)


def _name(record: Record, patient: Element | None) -> Iterator[Finding]:
    names = [n for n in all_of(patient, "name") if n.get("use") in (None, "L", "C")]
    name = next((n for n in names if n.get("use") == "L"), next(iter(names), None))
    given = [record.text(g) for g in all_of(name, "given") if g.get("qualifier") != "CL"]
    yield from _said("patient.last", record.text(first(name, "family")))
    yield from _said("patient.first", next(iter(given), ""))
    yield from _said("patient.middle", " ".join(given[1:]))


def _address(record: Record, role: Element | None) -> Iterator[Finding]:
    known = [
        a for a in all_of(role, "addr") if not a.get("nullFlavor") and a.get("use") not in FORMER
    ]
    current = [a for a in known if not attribute(a, "useablePeriod", "high", "value")]
    address = next(iter(current), None)
    lines = [record.text(line) for line in all_of(address, "streetAddressLine")]
    yield from _said("patient.street", " ".join(lines))
    for part, tag in (("city", "city"), ("state", "state"), ("zip", "postalCode")):
        yield from _said(f"patient.{part}", record.text(first(address, tag)))


def _telecoms(role: Element | None) -> Iterator[Finding]:
    seen: set[str] = set()
    for telecom in all_of(role, "telecom"):
        kind, _, value = (telecom.get("value") or "").partition(":")
        slot, use = KINDS.get(kind.lower(), ""), telecom.get("use") or ""
        slot += USES.get(use, "") if slot == "patient.phone" else ""
        if slot and slot not in seen and use not in FORMER:
            seen.add(slot)
            yield from _said(slot, value)


def _language(patient: Element | None) -> Iterator[Finding]:
    spoken = all_of(patient, "languageCommunication")
    preferred = [s for s in spoken if attribute(s, "preferenceInd", "value") == "true"]
    meant = preferred[0] if len(preferred) == 1 else spoken[0] if len(spoken) == 1 else None
    yield from _said("patient.language", attribute(meant, "languageCode", "code"))


def _said(slot: str, text: str) -> Iterator[Finding]:
    if text.strip():
        yield Finding(slot, text.strip(), HERE)
