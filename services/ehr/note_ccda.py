"""A note as a C-CDA R2.1 progress note: built byte for byte the same each time, and read by section."""

import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from services.documents.refusals import Unread
from services.documents.strict_xml import root_of, text_of
from services.ehr.note_codes import ANNOTATION, KINDS, LOINC, PROGRESS_NOTE, key_of
from services.ehr.notebook import NoteSection, NoteWrite
from services.errors import Refused

V3, XSI = "urn:hl7-org:v3", "http://www.w3.org/2001/XMLSchema-instance"
NPI = "2.16.840.1.113883.4.6"
GENDERS = {"male": "M", "female": "F"}
ORG = "2.16.840.1.113883.10.20.22.1"
HEADER_TEMPLATES = ((f"{ORG}.1", "2015-08-01"), (f"{ORG}.9", "2015-08-01"))
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def ccda(note: NoteWrite) -> bytes:
    """*note* as XML in UTF-8. Raises ``Refused`` (code 108) naming a section XML cannot hold."""
    _require_writable(note)
    root = Element("ClinicalDocument", {"xmlns": V3, "xmlns:xsi": XSI})
    _header(root, note)
    _people(root, note)
    body = SubElement(SubElement(root, "component"), "structuredBody")
    for section in note.sections:
        _section(body, section)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, "unicode")}'.encode()


def sections_in(data: bytes) -> list[NoteSection]:
    """The sections of a C-CDA. Raises ``Refused`` (code ``differs``) if it cannot be read."""
    try:
        root = root_of(text_of(data))
    except Unread as error:
        raise Refused("The note in eCW cannot be read back.", code="differs") from error
    return [_read(section) for section in root.iter(f"{{{V3}}}section")]


def _require_writable(note: NoteWrite) -> None:
    for section in note.sections:
        if NOT_XML.search(f"{section.title}{section.text}"):
            raise Refused(
                f"{section.title} has a control character that C-CDA cannot hold. "
                "Please take it away.",
                code="108",
            )


def _header(root: Element, note: NoteWrite) -> None:
    SubElement(root, "realmCode", code="US")
    SubElement(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    for template in HEADER_TEMPLATES:
        _template(root, template)
    SubElement(root, "id", root=str(uuid.uuid5(uuid.NAMESPACE_URL, note.delivery_id)))
    coded = {"code": PROGRESS_NOTE, "codeSystem": LOINC, "displayName": "Progress note"}
    SubElement(root, "code", coded)
    SubElement(root, "title").text = "Progress note (draft for signature)"
    SubElement(root, "effectiveTime", value=_stamp(note.at))
    SubElement(root, "confidentialityCode", code="N", codeSystem="2.16.840.1.113883.5.25")
    SubElement(root, "languageCode", code="en-US")


def _people(root: Element, note: NoteWrite) -> None:
    role = SubElement(SubElement(root, "recordTarget"), "patientRole")
    SubElement(role, "id", nullFlavor="UNK", extension=note.mrn, assigningAuthorityName="MRN")
    _unknown_contact(role)
    patient = SubElement(role, "patient")
    _name(patient, note.given, note.family)
    gender = GENDERS.get(note.sex.lower(), "UN")
    SubElement(patient, "administrativeGenderCode", code=gender, codeSystem="2.16.840.1.113883.5.1")
    SubElement(patient, "birthTime", value=note.birth_date.replace("-", ""))
    author = SubElement(root, "author")
    SubElement(author, "time", value=_stamp(note.at))
    _provider(SubElement(author, "assignedAuthor"), note)
    keeper = SubElement(SubElement(root, "custodian"), "assignedCustodian")
    organization = SubElement(keeper, "representedCustodianOrganization")
    SubElement(organization, "id", nullFlavor="NI")
    SubElement(organization, "name", nullFlavor="NI")
    _unknown_contact(organization, telecom_first=True)
    visit = SubElement(SubElement(root, "componentOf"), "encompassingEncounter")
    SubElement(visit, "id", nullFlavor="UNK", extension=note.encounter_ref.partition("/")[2])
    SubElement(SubElement(visit, "effectiveTime"), "low", value=_stamp(note.visit_at))


def _provider(author: Element, note: NoteWrite) -> None:
    SubElement(author, "id", root=NPI, extension=note.provider_npi)
    _unknown_contact(author)
    _name(SubElement(author, "assignedPerson"), note.provider_given, note.provider_family)


def _section(body: Element, section: NoteSection) -> None:
    kind = KINDS.get(section.key)
    held = SubElement(SubElement(body, "component"), "section")
    if kind and kind.template[0]:
        _template(held, kind.template)
    coded = {"code": kind.loinc if kind else ANNOTATION, "codeSystem": LOINC}
    code = SubElement(held, "code", coded)
    # The practice's own code for the section, by which eCW and our read-back tell it.
    SubElement(code, "translation", code=section.code, codeSystemName=section.system)
    SubElement(held, "title").text = section.title
    text = SubElement(held, "text")
    for line in section.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        SubElement(text, "paragraph").text = line


def _template(parent: Element, template: tuple[str, str]) -> None:
    root, extension = template
    SubElement(
        parent, "templateId", {"root": root} | ({"extension": extension} if extension else {})
    )


def _name(parent: Element, given: str, family: str) -> None:
    name = SubElement(parent, "name")
    SubElement(name, "given").text = given
    SubElement(name, "family").text = family


def _unknown_contact(parent: Element, *, telecom_first: bool = False) -> None:
    for tag in ("telecom", "addr") if telecom_first else ("addr", "telecom"):
        SubElement(parent, tag, nullFlavor="NI")


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%d%H%M%S%z")


def _read(section: Element) -> NoteSection:
    code = section.find(f"{{{V3}}}code")
    loinc = code.get("code", "") if code is not None else ""
    own = code.find(f"{{{V3}}}translation") if code is not None else None
    title = (section.findtext(f"{{{V3}}}title") or "").strip()
    text = section.find(f"{{{V3}}}text")
    return NoteSection(
        key=key_of(loinc, title),
        code=own.get("code", loinc) if own is not None else loinc,
        title=title,
        system=own.get("codeSystemName", "L") if own is not None else "LN",
        text="".join(_narrative(text)).strip("\n") if text is not None else "",
    )


def _narrative(element: Element) -> Iterator[str]:
    """The words of a narrative block, with a line's end after what stands on a line of its own."""
    yield element.text or ""
    for child in element:
        yield from _narrative(child)
        if child.tag in BLOCKS:
            yield "\n"
        yield child.tail or ""


BLOCKS = {f"{{{V3}}}{name}" for name in ("br", "paragraph", "item", "tr", "caption")}
