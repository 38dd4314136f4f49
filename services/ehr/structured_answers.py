"""Answers written into eCW's structured data: a QuestionnaireResponse in the form's own shape."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.ehr.answer_values import items_of, listed, member, text_of
from services.ehr.chart_entries import in_a_row, ref_of
from services.ehr.fhir import id_of
from services.ehr.line import Line
from services.ehr.paging import trees
from services.ehr.ports import Receipt
from services.ehr.questionnaire_shelf import QuestionnaireShelf
from services.ehr.questionnaires import Unusable, incoming_form
from services.ehr.registration import ChartWrite
from services.ehr.spots import plainly_alike
from services.ehr.texts import require_sendable
from services.ehr.writeback import is_marked, our_identifier
from services.errors import Refused

LONGEST = 2_000
QUESTIONNAIRE = "questionnaire"
Json = dict[str, Any]


@dataclass(frozen=True)
class AnswerSheet:
    """Writes answers by linkId, and finds them again.

    Among the write's values ``questionnaire`` names the form, such as ``Questionnaire/q.1``; the
    others are linkIds with their answer, one linkId several times for several answers.
    """

    line: Line
    shelf: QuestionnaireShelf
    now: Callable[[], datetime]

    def filled_in(self, write: ChartWrite) -> Json:
        """The response to send. Raises ``Refused`` for questions that the form does not have."""
        reference = dict(write.values).get(QUESTIONNAIRE, "")
        questionnaire = self.shelf.get(reference)
        if questionnaire is None:
            raise Refused("eCW does not have the form that these answers are for.", code="302")
        return response(write, reference, questionnaire, self.now())

    def find(self, write: ChartWrite) -> Receipt | None:
        """Ours by its identifier; else, or if it was typed in, one that has all these answers."""
        asked = [("patient", id_of(write.patient_ref))]
        found = trees(self.line, "QuestionnaireResponse", asked)
        questionnaire = self.shelf.get(dict(write.values).get(QUESTIONNAIRE, ""))
        for one in found:
            if is_marked(one, write.delivery_id):
                return _verified(one, write, questionnaire)
        alike = (one for one in found if not _missing(one, write, questionnaire))
        return next((Receipt(ref_of(one)) for one in alike), None)


def _verified(one: Json, write: ChartWrite, questionnaire: Json | None) -> Receipt:
    if _missing(one, write, questionnaire):
        raise Refused(
            "The chart shows something else than was written: answers of the form.", code="differs"
        )
    return Receipt(ref_of(one))


def _missing(one: Json, write: ChartWrite, questionnaire: Json | None) -> set[tuple[str, str]]:
    try:
        form = incoming_form(one, None)
    except Unusable:
        return set(_answers(write))
    spoken = {(a.link_id, plainly_alike(a.value)) for a in form.answers}
    asked = asked_in(questionnaire or {})
    wanted = {
        (link_id, plainly_alike(_option_in_words(asked.get(link_id, {}), value)))
        for link_id, value in _answers(write)
    }
    return wanted - spoken


def _answers(write: ChartWrite) -> list[tuple[str, str]]:
    return [(name, value) for name, value in write.values if name != QUESTIONNAIRE]


def asked_in(questionnaire: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Every item of a questionnaire by its linkId."""
    return dict(_asked(questionnaire))


def _asked(parent: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in items_of(parent):
        yield text_of(item.get("linkId")), item
        yield from _asked(item)


def response(
    write: ChartWrite, reference: str, questionnaire: Mapping[str, Any], now: datetime
) -> Json:
    """The QuestionnaireResponse with these answers, each under its group and in its type."""
    given: dict[str, list[str]] = defaultdict(list)
    for link_id, value in _answers(write):
        require_sendable(value, LONGEST, "An answer")
        given[link_id].append(value)
    if unknown := sorted(given.keys() - asked_in(questionnaire).keys()):
        raise Refused(f"The form in eCW has no question {in_a_row(unknown)}.", code="301")
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": our_identifier(write.delivery_id),
        "questionnaire": reference,
        "status": "completed",
        "subject": {"reference": write.patient_ref},
        "authored": now.isoformat(timespec="seconds"),
        "item": list(_filled(questionnaire, given)),
    }


def _filled(parent: Mapping[str, Any], given: Mapping[str, list[str]]) -> Iterator[Json]:
    for item in items_of(parent):
        link_id = text_of(item.get("linkId"))
        answers = [_typed(item, value) for value in given.get(link_id, ())]
        below = list(_filled(item, given))
        if answers or below:
            filled: Json = {"linkId": link_id, "text": text_of(item.get("text"))}
            yield (
                filled
                | ({"answer": answers} if answers else {})
                | ({"item": below} if below else {})
            )


def _typed(item: Mapping[str, Any], value: str) -> Json:
    """One answer as the question's type wants it; what does not fit is left for eCW to judge."""
    match item.get("type"):
        case "boolean" if value in ("true", "false"):
            return {"valueBoolean": value == "true"}
        case "date":
            return {"valueDate": value}
        case "dateTime":
            return {"valueDateTime": value}
        case "integer" if value.lstrip("-").isdecimal():
            return {"valueInteger": int(value)}
        case "choice" | "open-choice":
            option = _option(item, value)
            return {"valueCoding": dict(option)} if option else {"valueString": value}
        case _:
            return {"valueString": value}


def _option(item: Mapping[str, Any], value: str) -> Mapping[str, Any]:
    options = (member(one, "valueCoding") for one in listed(item, "answerOption"))
    wanted = plainly_alike(value)
    for one in options:
        if wanted in (plainly_alike(text_of(one.get(k))) for k in ("display", "code")):
            return one
    return {}


def _option_in_words(item: Mapping[str, Any], value: str) -> str:
    option = _option(item, value)
    return text_of(option.get("display")) or text_of(option.get("code")) or value
