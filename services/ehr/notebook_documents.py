"""Notes as DocumentReferences: our draft as a PDF for signature, and the progress note that eCW shows."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.documents.reading import read as read_paper
from services.ehr import note_ccda, note_pdf
from services.ehr.answer_values import listed, member, text_of
from services.ehr.codes import SUCCESS, Channel, in_words
from services.ehr.fhir import id_of
from services.ehr.line import Document, Line
from services.ehr.note_codes import PROGRESS_NOTE, key_of
from services.ehr.note_compare import is_there, letters, require_same
from services.ehr.notebook import NoteSection, NoteWrite
from services.ehr.paging import trees
from services.ehr.ports import Receipt
from services.ehr.strict_json import Unreadable
from services.ehr.writeback import code_and_place, is_marked, our_identifier, transaction
from services.errors import Invalid, Refused

ONE_DAY = timedelta(days=1)
PDF, XML = "application/pdf", "text/xml"
WITHDRAWN = "entered-in-error"
SIGNED = ("final", "amended")
Json = dict[str, Any]


@dataclass(frozen=True)
class NoteDocuments:
    """Documents of visits over FHIR. ``back`` writes, and reads what was written."""

    back: Line
    zone: ZoneInfo

    def write(self, note: NoteWrite) -> Receipt:
        """File the PDF as a draft. Refuses before sending what cannot be printed."""
        return self.back.write(
            "", transaction(resource(note, self.zone)), _receipt, creates="DocumentReference"
        )

    def find(self, note: NoteWrite) -> Receipt | None:
        """Our document by patient, day and delivery, and its pages section by section."""
        day = note.at.astimezone(self.zone).date()
        asked = [
            ("patient", id_of(note.patient_ref)),
            ("type", PROGRESS_NOTE),
            ("date", f"ge{day - ONE_DAY}"),
            ("date", f"lt{day + 2 * ONE_DAY}"),
        ]
        for found in trees(self.back, "DocumentReference", asked):
            if is_marked(found, note.delivery_id) and _status(found) != WITHDRAWN:
                self._verify(found, note)
                return Receipt(f"DocumentReference/{found.get('id')}")
        return None

    def find_progress_note(self, note: NoteWrite) -> Receipt | None:
        """The note as eCW shows it, for a road that cannot be read back itself."""
        for found in self._of_visit(note.patient_ref, note.encounter_ref):
            if _media_type(found) == XML:
                texts = {one.code: one.text for one in note_ccda.sections_in(self._content(found))}
                if not is_there(note, texts):
                    return None
                require_same(note, texts)
                return Receipt(f"DocumentReference/{found.get('id')}")
        return None

    def signed(self, patient_ref: str, encounter_ref: str) -> tuple[str, list[NoteSection]] | None:
        """The signed note's date as it is written, and its sections; ``None`` while none is final."""
        final = [d for d in self._of_visit(patient_ref, encounter_ref) if _status(d) in SIGNED]
        # What eCW itself shows has the provider's last words; our PDF only the draft's.
        for found in sorted(final, key=lambda one: _media_type(one) != XML):
            data = self._content(found)
            read = note_ccda.sections_in(data) if _media_type(found) == XML else _on_paper(data)
            return text_of(found.get("date")), list(read)
        return None

    def _of_visit(self, patient_ref: str, encounter_ref: str) -> list[Json]:
        asked = [
            ("patient", id_of(patient_ref)),
            ("encounter", id_of(encounter_ref)),
            ("type", PROGRESS_NOTE),
        ]
        found = trees(self.back, "DocumentReference", asked)
        return [d for d in found if _subject(d) == patient_ref and encounter_ref in _visits(d)]

    def _verify(self, found: Json, note: NoteWrite) -> None:
        if _subject(found) != note.patient_ref or note.encounter_ref not in _visits(found):
            raise Refused(
                "The note is in eCW, but with another patient or visit. Please compare it there.",
                code="differs",
            )
        data = self._content(found)
        if data == printed(note, self.zone):
            return
        shown = {section.code: section.text for section in _on_paper(data)}
        require_same(note, shown, lambda text: letters(note_pdf.printed(text)))

    def _content(self, found: Json) -> bytes:
        attachment = _attachment(found)
        if "data" in attachment:
            return _decoded(attachment["data"])
        return self.back.read(text_of(attachment.get("url")) or "Binary/none", (), _binary)


def resource(note: NoteWrite, zone: ZoneInfo) -> Json:
    """The DocumentReference of *note*: a draft, since only the provider signs."""
    data = base64.b64encode(printed(note, zone)).decode()
    at = note.at.isoformat()
    loinc = {"system": "http://loinc.org", "code": PROGRESS_NOTE, "display": "Progress note"}
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "preliminary",
        "identifier": [our_identifier(note.delivery_id)],
        "type": {"coding": [loinc]},
        "subject": {"reference": note.patient_ref},
        "date": at,
        "author": [{"reference": note.provider_ref}],
        "description": "Progress note, draft for signature",
        "content": [{"attachment": {"contentType": PDF, "data": data, "creation": at}}],
        "context": {"encounter": [{"reference": note.encounter_ref}]},
    }


def printed(note: NoteWrite, zone: ZoneInfo) -> bytes:
    """The PDF, the visit at the practice's own time of day. Raises ``Refused``."""
    from services.ehr.note_paper import pdf  # seconds of imports that only a document needs

    return pdf(replace(note, visit_at=note.visit_at.astimezone(zone)))


def _receipt(found: Document) -> Receipt:
    code, place = code_and_place(found)
    if code != SUCCESS:
        words = in_words(code, Channel.FHIR_WRITEBACK)
        raise Refused(f"eCW did not take the note: {words}.", code=code)
    return Receipt(place)


def _binary(found: Document) -> bytes:
    match found.tree:
        case {"resourceType": "Binary", "data": data}:
            return _decoded(data)
        case _:
            raise Unreadable("The answer is not a document's content.")


def _decoded(data: Any) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Refused("The note in eCW cannot be read back.", code="differs") from None


def _on_paper(data: bytes) -> Iterator[NoteSection]:
    try:
        paper = read_paper(data)
    except Invalid as error:
        raise Refused("The note in eCW cannot be read back.", code="differs") from error
    shown = (line.text for page in paper.pages for line in page.lines)
    for title, code, text in note_pdf.sections_in(shown):
        yield NoteSection(key_of("", title), code, title, "L", text)


def _attachment(found: Json) -> Mapping[str, Any]:
    held: Iterator[Mapping[str, Any]] = (member(o, "attachment") for o in listed(found, "content"))
    return next(held, {})


def _media_type(found: Json) -> str:
    return text_of(_attachment(found).get("contentType"))


def _status(found: Json) -> str:
    return text_of(found.get("docStatus")) or text_of(found.get("status"))


def _subject(found: Json) -> str:
    return text_of(member(found, "subject").get("reference"))


def _visits(found: Json) -> list[str]:
    return [text_of(one.get("reference")) for one in listed(member(found, "context"), "encounter")]
