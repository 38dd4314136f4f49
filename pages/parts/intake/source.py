"""The form as it came, for the pane on the left: answers, a page image, or lines of text."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pages.parts.inbox.words import at
from pages.parts.intake import words
from pages.parts.intake.rows import STATUS
from pages.parts.intake.sitting import Sitting
from services.container import Container
from services.desk import Actor
from services.documents.pages import Document, Kind
from services.ehr.registration import FormAnswer, IncomingForm
from services.errors import FoyerError
from services.workflows.intake import reading
from services.workflows.intake.fields import Field, index_of
from services.workflows.intake.reading import OpenForm

Shown = dict[str, Any]
WITH_PICTURE = (Kind.PDF, Kind.IMAGE)
FLAGS = {
    "macros-ignored": "macros were left out",
    "rotated": "turned upright",
}


def source_data(container: Container, actor: Actor, sitting: Sitting, form: OpenForm) -> Shown:
    """What the source pane shows of the open form, and where each field stands on it."""
    fields = [row.difference.found for row in form.fields if row.difference.found]
    content = form.content
    shown = {
        "form": str(form.row.id),
        "handled": sitting.handled.get("intake_form", 0),
        "key": f"{form.row.id}/{form.row.content_hash}/{sitting.page}/{len(fields)}",
        "title": form.row.title or "Form",
        "came": _came(container, sitting, form),
        "flags": _flags(content),
        "page": sitting.page,
        "pages": len(content.pages) if isinstance(content, Document) else 1,
        "places": {},
    }
    if isinstance(content, IncomingForm):
        return shown | _answers(content, fields)
    if isinstance(content, Document) and content.kind in WITH_PICTURE:
        return shown | _picture(container, actor, sitting, form, fields)
    if isinstance(content, Document):
        return shown | _lines(content, fields)
    return shown | _nothing_yet(form)


def _came(container: Container, sitting: Sitting, form: OpenForm) -> str:
    when = at(form.row.authored_at, sitting.options.zone, container.clock())
    how = "filled in" if form.row.source == "check_in" else "added"
    status = STATUS.get(form.row.form_status, "")
    return f"{how} {when}" + (f", {status}" if status else "")


def _flags(content: IncomingForm | Document | None) -> list[str]:
    flags = content.flags if isinstance(content, Document) else ()
    return [FLAGS.get(flag, flag.replace("-", " ")) for flag in flags]


# --- answers of a check-in form ---------------------------------------------------------------


def _answers(form: IncomingForm, fields: Sequence[Field]) -> Shown:
    stands = {
        field.path: place for field in fields if (place := _answer_of(form, field)) is not None
    }
    shown = [
        {
            "label": answer.label or "(no question)",
            "value": answer.value or "(left empty)",
            "paths": [path for path, place in stands.items() if place == number],
        }
        for number, answer in enumerate(form.answers)
    ]
    return {"kind": "answers", "answers": shown, "places": {path: {} for path in stands}}


def _answer_of(form: IncomingForm, field: Field) -> int | None:
    """The answer a field was read from; of repeated ones the same words, else the same number."""
    asked = [n for n, answer in enumerate(form.answers) if answer.link_id == field.source.link_id]
    said = [n for n in asked if _says(form.answers[n], field)]
    if said:
        return said[0]
    place = index_of(field.path) or 0
    return asked[min(place, len(asked) - 1)] if asked else None


def _says(answer: FormAnswer, field: Field) -> bool:
    return bool(field.original) and field.original in (answer.value, answer.value.strip())


# --- documents --------------------------------------------------------------------------------


def _picture(
    container: Container, actor: Actor, sitting: Sitting, form: OpenForm, fields: Sequence[Field]
) -> Shown:
    image = _image(container, actor, sitting, form)
    if isinstance(image, str):
        return {"kind": "empty", "empty": {"title": "This page cannot be shown.", "next": image}}
    coded = base64.b64encode(image).decode("ascii")
    return {
        "kind": "page",
        "image": f"data:image/png;base64,{coded}",
        "places": dict(_boxes(fields)),
    }


def _image(container: Container, actor: Actor, sitting: Sitting, form: OpenForm) -> bytes | str:
    """The page as PNG, drawn once while the form is open; or why it cannot be shown."""
    if sitting.page not in sitting.pages:
        try:
            made: bytes | str = reading.page_image(container, actor, form.row.id, sitting.page)
        except FoyerError as error:
            made = str(error)
        sitting.pages[sitting.page] = made
    return sitting.pages[sitting.page]


def _boxes(fields: Sequence[Field]) -> Iterator[tuple[str, Shown]]:
    for field in fields:
        box = field.source.box
        if box:
            yield field.path, {
                "page": box.page, "left": box.left, "top": box.top, "right": box.right,
                "bottom": box.bottom, "label": words.label(field.path),
            }  # fmt: skip


def _lines(document: Document, fields: Sequence[Field]) -> Shown:
    """A Word file's lines; a C-CDA record has none, so what was read of it stands there."""
    if document.kind is Kind.CCDA:
        return _record(fields)
    texts = [line.text for page in document.pages for line in page.lines]
    stands = {
        field.path: place for field in fields if (place := _line_of(texts, field)) is not None
    }
    return {"kind": "lines", "lines": _linked(texts, stands), "places": {p: {} for p in stands}}


def _line_of(texts: Sequence[str], field: Field) -> int | None:
    said = field.original.strip()
    return next((n for n, text in enumerate(texts) if said and said in text), None)


def _linked(texts: Sequence[str], stands: Mapping[str, int]) -> list[Shown]:
    return [
        {"text": text, "paths": [path for path, place in stands.items() if place == number]}
        for number, text in enumerate(texts)
    ]


def _record(fields: Sequence[Field]) -> Shown:
    answers = [
        {"label": words.label(f.path), "value": f.original or f.value or "",
         "paths": [f.path]}
        for f in fields
    ]  # fmt: skip
    return {"kind": "answers", "answers": answers, "places": {f.path: {} for f in fields}}


def _nothing_yet(form: OpenForm) -> Shown:
    if form.row.state == "failed":
        return {
            "kind": "empty",
            "empty": {"title": "It could not be read.", "next": form.row.trouble},
        }
    return {
        "kind": "empty",
        "empty": {"title": "Being read…", "next": "It appears here by itself, usually in seconds."},
    }
