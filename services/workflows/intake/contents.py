"""What is sealed of a form, as JSON and back: its answers or its pages, the chart beside it, a row."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from services.documents.pages import Box, Document, Kind, Line, Page, Word
from services.ehr.ports import Allergy, Medication, PatientRecord, Problem
from services.ehr.registration import CoverageRecord, FormAnswer, IncomingForm, Registration
from services.workflows.intake.fields import Difference, Field, Source, Step, Verdict
from services.workflows.intake.matching import Candidate

Content = IncomingForm | Document
TUPLES = ("codes", "trail", "chosen", "rows")  # of an answer


def of_form(form: IncomingForm) -> str:
    """A check-in form as JSON."""
    return _json({"form": asdict(form)})


def of_document(document: Document) -> str:
    """A document as JSON."""
    return _json({"document": asdict(document)})


def of_bytes(data: bytes) -> str:
    """A file as it came, as text that can be sealed."""
    return base64.b64encode(data).decode("ascii")


def to_bytes(text: str) -> bytes:
    """The file again."""
    return base64.b64decode(text)


def of_registration(registration: Registration) -> str:
    """The chart a form was compared with, as JSON."""
    return _json(asdict(registration))


def of_difference(row: Difference) -> str:
    """One row of the review as JSON."""
    return _json(asdict(row))


def of_handover(told: Mapping[str, Sequence[str]]) -> str:
    """Clinical content by part of the form, as JSON."""
    return _json(dict(told))


def of_candidates(candidates: Sequence[Candidate]) -> str:
    """Whose a form may be, likeliest first, as JSON: enough to tell people apart, no chart."""
    return _json([_person(one) for one in candidates])


def to_candidates(text: str) -> list[dict[str, Any]]:
    """``ref``, ``name``, ``birth_date``, ``mrn`` and ``reasons`` of each."""
    kept: list[dict[str, Any]] = json.loads(text)
    return kept


def to_content(text: str) -> Content:
    """The form or the document again."""
    stored = json.loads(text)
    return _form(stored["form"]) if "form" in stored else _document(stored["document"])


def to_registration(text: str) -> Registration:
    """The chart again."""
    stored: dict[str, Any] = json.loads(text)
    lists: dict[str, Any] = {
        "coverage": CoverageRecord,
        "allergies": Allergy,
        "medications": Medication,
        "problems": Problem,
        "immunizations": Problem,
    }
    for name, shape in lists.items():
        stored[name] = tuple(shape(**item) for item in stored[name])
    stored["patient"] = PatientRecord(**stored["patient"])
    return Registration(**stored)


def to_difference(text: str) -> Difference:
    """The row again."""
    stored: dict[str, Any] = json.loads(text)
    found = stored.pop("found")
    verdict, step = Verdict(stored.pop("verdict")), stored.pop("step")
    return Difference(
        **stored, verdict=verdict, step=Step(step) if step else None,
        found=_field(found) if found else None,
    )  # fmt: skip


def _person(one: Candidate) -> dict[str, Any]:
    record = one.record
    name = f"{record.given} {record.family}".strip()
    return {
        "ref": record.ref, "name": name, "birth_date": record.birth_date, "mrn": record.mrn,
        "reasons": list(one.reasons),
    }  # fmt: skip


def _field(stored: dict[str, Any]) -> Field:
    source = stored.pop("source")
    box = source.pop("box")
    for name in ("choices", "codes", "warnings"):
        stored[name] = tuple(stored[name])
    return Field(**stored, source=Source(**source, box=Box(**box) if box else None))


def _form(stored: dict[str, Any]) -> IncomingForm:
    answers = tuple(
        FormAnswer(**(a | {name: tuple(a.get(name, ())) for name in TUPLES}))
        for a in stored.pop("answers")
    )
    authored = datetime.fromisoformat(stored.pop("authored"))
    return IncomingForm(**stored, authored=authored, answers=answers)


def _document(stored: dict[str, Any]) -> Document:
    pages = tuple(
        Page(p["number"], p["width"], p["height"], tuple(_line(line) for line in p["lines"]))
        for p in stored.pop("pages")
    )
    kind, flags = Kind(stored.pop("kind")), tuple(stored.pop("flags"))
    return Document(**stored, kind=kind, flags=flags, pages=pages)


def _line(stored: dict[str, Any]) -> Line:
    return Line(tuple(_word(word) for word in stored["words"]))


def _word(stored: dict[str, Any]) -> Word:
    box = stored["box"]
    return Word(stored["text"], Box(**box) if box else None, stored["sure"])


def _json(value: Any) -> str:
    return json.dumps(value, default=_moment)  # in ASCII: half a character survives as it came


def _moment(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"cannot be kept: {type(value).__name__}")
