"""The fields of one file, whatever it is: what `foyer intake extract` prints."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from services.ai import Assistant
from services.documents.pages import Document
from services.documents.reading import read
from services.ehr.questionnaires import Unusable, incoming_form
from services.ehr.registration import IncomingForm
from services.errors import Invalid
from services.workflows.intake.extract import extract
from services.workflows.intake.fields import Field, Source
from services.workflows.intake.reading_model import complete

LARGEST_JSON = 5_000_000  # bytes; a check-in form of 10,000 answers has two million
# What a form in a file may leave out, because healow's own answers always say it.
MISSING = {
    "id": "file",
    "status": "completed",
    "subject": {"reference": "Patient/file"},
    "authored": "2000-01-01T00:00:00Z",
}
# The names that integrations rely on; everything else is printed only when asked for.
PROMISED = (
    ("demographics.", ""),
    ("coverage[", ("payer", "plan", "member_id", "group", "subscriber", "relationship")),
    ("allergies", ("substance", "reaction", "no_known")),
    ("medications[", ("name", "dose", "frequency")),
    ("problems[", ""),
    ("family_history[", ("relation", "condition")),
)


def fields_of_file(path: Path, today: date, assistant: Assistant | None = None) -> list[Field]:
    """The fields of a PDF, image, DOCX, C-CDA or QuestionnaireResponse; *assistant* adds its own.

    Raises ``Invalid`` with one sentence when the file cannot be read.
    """
    content = _content(path)
    found = extract(content, today)
    return list(complete(assistant, content, found, today) if assistant else found)


def today() -> date:
    """The day it is here."""
    return datetime.now(UTC).astimezone().date()


def printed(fields: Sequence[Field], *, all_of_them: bool = False) -> list[dict[str, Any]]:
    """Fields as JSON objects: ``field``, ``value``, ``confidence``, ``source``, maybe ``reason``."""
    return [_object(field) for field in fields if all_of_them or is_promised(field.path)]


def is_promised(path: str) -> bool:
    """Whether *path* is one of the names that ``foyer intake extract`` prints by itself."""
    return any(
        path.startswith(start) and (not leaves or path.rpartition(".")[2] in leaves)
        for start, leaves in PROMISED
    )


def _content(path: Path) -> IncomingForm | Document:
    try:
        data = path.read_bytes()
    except OSError:
        raise Invalid("This file cannot be opened.") from None
    return _form(data) if data.lstrip()[:1] == b"{" else read(data)


def _form(data: bytes) -> IncomingForm:
    try:
        response = json.loads(data) if len(data) <= LARGEST_JSON else None
    except (ValueError, RecursionError):
        raise Invalid("This JSON file is damaged. Please export the form again.") from None
    if not isinstance(response, Mapping):
        raise Invalid("This JSON file is too large for a check-in form.")
    try:
        return incoming_form({**MISSING, **response}, _questionnaire(response))
    except Unusable as fault:
        raise Invalid(f"This file {fault}.") from None


def _questionnaire(response: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The questions, where the response carries them itself."""
    contained = response.get("contained")
    inside = contained if isinstance(contained, list) else []
    asked = (
        r for r in inside if isinstance(r, Mapping) and r.get("resourceType") == "Questionnaire"
    )
    return next(asked, None)


def _object(field: Field) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "field": field.path,
        "value": field.value,
        "confidence": field.confidence,
        "source": _source(field.source),
    }
    return shown | ({"reason": field.reason} if field.value is None else {})


def _source(source: Source) -> dict[str, Any]:
    place: dict[str, Any] = {"label": source.label} if source.label else {}
    if source.link_id:
        place["link_id"] = source.link_id
    if box := source.box:
        place |= {"page": box.page, "box": [box.left, box.top, box.right, box.bottom]}
    return place
