"""From what a patient said, by linkId, to the QuestionnaireResponse that healow would hold."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from services.sandbox.directory import SYNTHETIC
from services.sandbox.questionnaire import ANSWERS, CHECK_IN, QUESTIONS
from services.sandbox.shapes import Json, stamp

FORMS = Path(__file__).parent / "data" / "forms"
REFERENCE = f"Questionnaire/{CHECK_IN['id']}"


def response(form_id: str, patient: str, answers: Json, authored: datetime, **more: Any) -> Json:
    """A form as it is stored. *answers* maps a linkId to a value, a list, or rows of a group.

    A linkId that the form does not have is kept, as text, at the outermost level.
    """
    unknown = [_leaf(link, link, said) for link, said in answers.items() if link not in QUESTIONS]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": form_id,
        "meta": {**SYNTHETIC, "versionId": "1"},
        "questionnaire": REFERENCE,
        "status": "completed",
        "subject": {"reference": patient},
        "authored": stamp(authored),
        "item": [*_answered(CHECK_IN["item"], answers), *unknown],
        **{name: value for name, value in more.items() if value},
    }


def sample(name: str) -> Json:
    """A form of another's making, from ``data/forms``. Raises KeyError for one that is not there."""
    known = {path.stem: path for path in FORMS.glob("*.json")}
    form: Json = json.loads(known[name].read_text("utf-8"))
    return form


def said_in(form: Json) -> Json:
    """The *answers* that :func:`response` would make *form* of."""
    said: Json = {}
    for item in form.get("item", []):
        _collect(item, said)
    return said


def value_of(answer: Json) -> Any:
    """What one answer says: a choice's code, else the plain value."""
    value = next((v for name, v in answer.items() if name.startswith("value")), None)
    return value.get("code", value.get("display")) if isinstance(value, dict) else value


def _answered(items: list[Json], answers: Json) -> Iterator[Json]:
    for item in items:
        link, text = item["linkId"], item["text"]
        if item["type"] != "group":
            if link in answers:
                yield _leaf(link, text, answers[link])
        elif item.get("repeats"):
            for row in answers.get(link, []):
                yield {"linkId": link, "text": text, "item": [*_answered(item["item"], row)]}
        elif inner := [*_answered(item["item"], answers)]:
            yield {"linkId": link, "text": text, "item": inner}


def _leaf(link: str, text: str, said: Any) -> Json:
    values = said if isinstance(said, list) else [said]
    return {"linkId": link, "text": text, "answer": [_value(link, v) for v in values]}


def _value(link: str, said: Any) -> Json:
    if isinstance(said, dict):
        return said
    if isinstance(said, bool):
        return {"valueBoolean": said}
    if isinstance(said, (int, float)):
        return {"valueDecimal": said}
    question = QUESTIONS.get(link)
    if question and said in question.options:
        shown = question.options[said]
        return {"valueCoding": {"system": ANSWERS, "code": said, "display": shown}}
    return {"valueDate" if question and question.kind == "date" else "valueString": said}


def _collect(item: Json, said: Json) -> None:
    link = item["linkId"]
    if "answer" in item:
        values = [value_of(answer) for answer in item["answer"]]
        said[link] = values[0] if len(values) == 1 else values
    elif link in QUESTIONS and QUESTIONS[link].item.get("repeats"):
        row: Json = {}
        for inner in item.get("item", []):
            _collect(inner, row)
        said.setdefault(link, []).append(row)
    else:
        for inner in item.get("item", []):
            _collect(inner, said)
