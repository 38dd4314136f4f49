"""A note as an HL7 v2.5.1 ORU^R01: a plain function of note, profile, id and moment.

eCW drops an OBX that its template does not expect, and answers AA all the same. So sections
leave in the template's order, and what the template has no place for is refused before it leaves.
"""

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

from services.ehr.hl7.escapes import escaped, formatted
from services.ehr.hl7.note import Note, Patient, Provider
from services.ehr.hl7.profile import LONGEST_STRING, Interface, Profile
from services.errors import Refused

LONGEST_SECTION = 65_536  # characters as sent, escapes included; HL7 2.5.1, data types FT and TX
NPI_AUTHORITY = "&2.16.840.1.113883.4.6&ISO"  # the object identifier of the NPI registry
PRELIMINARY = "P"  # a draft for signature: Foyer never signs


def control_id(delivery_id: str) -> str:
    """MSH-10 of a delivery: 20 letters and digits, the same whenever it is sent again."""
    digest = hashlib.sha256(f"foyer hl7 {delivery_id}".encode()).digest()
    return base64.b32encode(digest).decode()[:20]


def build(note: Note, profile: Profile, control: str, at: datetime) -> bytes:
    """The message, each segment ended by CR. The same arguments give the same bytes.

    *at* is the aware moment at which the note was approved. Raises ``Refused``: a section that
    the profile does not know (by its name), one too long, nothing to send, an id missing, or
    half a character (a lone surrogate), which no encoding can carry.
    """
    _require(note, profile)
    stamp, fixed = _stamp(at), profile.fixed
    who = _person(note.provider)
    segments = [
        f"MSH|^~\\&|{fixed.route}|{stamp}||ORU^R01^ORU_R01|{escaped(control)}"
        f"|{profile.interface.processing}|2.5.1||||||UNICODE UTF-8",
        _patient(note.patient),
        f"PV1|1|O|{fixed.place}||||{who}||||||||||||{escaped(note.encounter_id)}",
        f"OBR|1||{escaped(control)}|{fixed.marker}|||{stamp}|||||||||{who}||||||{stamp}"
        f"|||{PRELIMINARY}",
        *_observations(note, profile, stamp),
    ]
    try:
        return ("\r".join(segments) + "\r").encode()
    except UnicodeEncodeError:
        raise Refused(_half_a_character(note), code="108") from None


def _stamp(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("The moment has no time zone.")
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S}+0000"


def _patient(patient: Patient) -> str:
    born = patient.dob.isoformat().replace("-", "") if patient.dob else ""
    name = f"{escaped(patient.family)}^{escaped(patient.given)}^^^^^L"
    return f"PID|1||{escaped(patient.mrn)}^^^^MR||{name}||{born}|{patient.sex}"


def _person(provider: Provider) -> str:
    name = f"{escaped(provider.family)}^{escaped(provider.given)}"
    return f"{provider.npi}^{name}^^^^^^{NPI_AUTHORITY}^L^^^NPI"


def _observations(note: Note, profile: Profile, stamp: str) -> Iterator[str]:
    end = f"||||||{PRELIMINARY}|||{stamp}"
    texts, number = note.sections, 0
    for key, identifier in profile.identifiers.items():
        if key not in texts:
            continue
        number += 1
        text = formatted(texts[key])
        if len(text) > LONGEST_SECTION:
            raise Refused(
                f"The section {key} is too long: {len(text):,} characters as they are sent, and "
                f"HL7 carries {LONGEST_SECTION:,}.",
                code="109",
            )
        yield f"OBX|{number}|FT|{identifier}||{text}{end}"
    if note.document is not None and profile.document is not None:
        value = _encapsulated(note.document, profile.interface)
        yield f"OBX|{number + 1}|ED|{profile.document.identifier}||{value}{end}"


def _encapsulated(document: bytes, ours: Interface) -> str:
    """OBX-5 of type ED; Base64 has no delimiter in its alphabet."""
    data = base64.b64encode(document).decode()
    return f"^{escaped(ours.document_type)}^{escaped(ours.document_subtype)}^Base64^{data}"


def _require(note: Note, profile: Profile) -> None:
    unknown = note.sections.keys() - profile.identifiers.keys()
    if unknown:
        raise Refused(
            f"The template {profile.name} of {profile.location} has no section "
            f"{', '.join(sorted(unknown))}; eCW would drop it without saying so.",
            code="section",
        )
    _require_document(note, profile)
    if not note.sections and note.document is None:
        raise Refused("The note has no text in any section.", code="empty")
    _require_people(note)


def _require_document(note: Note, profile: Profile) -> None:
    if note.document is None:
        return
    if profile.document is None:
        raise Refused(
            f"The template {profile.name} of {profile.location} takes no document.", code="document"
        )
    largest = profile.interface.largest_document
    if len(note.document) > largest:
        raise Refused(
            f"The document has {len(note.document):,} bytes; this interface takes {largest:,}.",
            code="109",
        )


def _require_people(note: Note) -> None:
    needed = {
        "the patient's record number (MRN)": note.patient.mrn,
        "the patient's family name": note.patient.family,
        "the encounter's id": note.encounter_id,
    }
    for what, value in needed.items():
        if not value.strip():
            raise Refused(f"Nothing can be sent without {what}.", code="missing")
    npi = note.provider.npi
    if not (len(npi) == 10 and npi.isascii() and npi.isdigit()):
        raise Refused("The provider's NPI does not have ten digits.", code="101")
    people = (note.patient.given, note.provider.family, note.provider.given)
    if any(_is_too_long(value) for value in (*needed.values(), *people)):
        raise Refused(f"A name or id has more than {LONGEST_STRING} characters.", code="109")


def _is_too_long(value: str) -> bool:
    # No character takes more than five as it is sent, so short ones need no second look.
    return len(value) * 5 > LONGEST_STRING and len(escaped(value)) > LONGEST_STRING


def _half_a_character(note: Note) -> str:
    for key, text in note.sections.items():
        for place, sign in enumerate(text, start=1):
            if "\ud800" <= sign <= "\udfff":
                return (
                    f"The section {key} holds half a character at position {place}, left from "
                    "text that was cut; remove it or type it again."
                )
    return "A name or id holds half a character, left from text that was cut; type it again."
