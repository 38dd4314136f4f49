"""From a FHIR R4 QuestionnaireResponse to a form's answers in the order the patient gave them."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from services.ehr.answer_values import coded, in_words, items_of, listed, member, text_of
from services.ehr.fhir_datatypes import plain_reference
from services.ehr.healow_items import ID, PATIENT, read_moment
from services.ehr.ports import Quarantined
from services.ehr.registration import FormAnswer, IncomingForm

DEEPEST = 20
MOST_ITEMS = 10_000
MOST_TEXT = 1_000_000  # characters of answers in one form; a thick paper form has 20,000
WITHDRAWN = "entered-in-error"
STATUSES = ("in-progress", "completed", "amended", WITHDRAWN, "stopped")
HIDDEN = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"
UTC_ZONE = ZoneInfo("UTC")


class Unusable(Exception):
    """The form cannot be read; the message says why and never quotes it."""


@dataclass(frozen=True)
class Question:
    """What the questionnaire says of one linkId."""

    label: str = field(default="", repr=False)
    codes: tuple[str, ...] = ()
    repeats: bool = False
    hidden: bool = False


def incoming_form(
    response: Mapping[str, Any], questionnaire: Mapping[str, Any] | None
) -> IncomingForm:
    """One form with its answers; an answer's ``codes`` are its question's, then those chosen.

    Each repeated group counts its ``row`` from 0 through the whole form, and what stands inside
    it has the same row. A withdrawn form (``entered-in-error``) has no answers; hidden items,
    which the patient never saw, are left out. ``digest`` covers status, questionnaire and items
    as sent. Raises ``Unusable`` for what is no form, has no patient or date, or is beyond bounds.
    """
    head = _head(response)
    asked = questions(questionnaire or {})
    answers = () if head.status == WITHDRAWN else tuple(_Reader(asked).answers(response))
    if sum(len(answer.value) for answer in answers) > MOST_TEXT:
        raise Unusable(f"has more than {MOST_TEXT:,} characters of answers")
    return replace(head, title=_title(questionnaire or {}), answers=answers)


def form_or_quarantined(
    response: Any, questionnaire: Mapping[str, Any] | None
) -> IncomingForm | Quarantined:
    """The form, or its id with the reason why it cannot be used."""
    if not isinstance(response, Mapping):
        return Quarantined("unnamed", "is not a form")
    try:
        return incoming_form(response, questionnaire)
    except Unusable as unusable:
        own = response.get("id")
        named = isinstance(own, str) and ID.fullmatch(own)
        return Quarantined(f"QuestionnaireResponse/{own}" if named else "unnamed", str(unusable))


def _head(response: Mapping[str, Any]) -> IncomingForm:
    own, status = response.get("id"), response.get("status")
    patient = plain_reference(text_of(member(response, "subject").get("reference")))
    _, authored = read_moment(response.get("authored"), UTC_ZONE)
    for fault, reason in (
        (response.get("resourceType") != "QuestionnaireResponse", "is not a form"),
        (not isinstance(own, str) or not ID.fullmatch(own), "has no usable id"),
        (status not in STATUSES, "has no known status"),
        (not PATIENT.fullmatch(patient), "names no patient"),
    ):
        if fault:
            raise Unusable(reason)
    if authored is None:
        raise Unusable("has no usable date")
    return IncomingForm(
        ref=f"QuestionnaireResponse/{own}",
        questionnaire=text_of(response.get("questionnaire")),
        title="",
        patient_ref=patient,
        status=str(status),
        authored=authored,
        digest=digest_of(response),
        answers=(),
        encounter_ref=plain_reference(text_of(member(response, "encounter").get("reference"))),
    )


def digest_of(response: Mapping[str, Any]) -> str:
    """SHA-256 in hexadecimal of what the form says; a new date or version alone changes nothing.

    Raises ``Unusable`` when it is nested beyond any form.
    """
    said = [response.get(name) for name in ("status", "questionnaire", "item")]
    try:
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    except RecursionError:
        raise Unusable(f"is nested more than {DEEPEST} levels deep") from None


def _title(questionnaire: Mapping[str, Any]) -> str:
    return text_of(questionnaire.get("title")) or text_of(questionnaire.get("name"))


def questions(questionnaire: Mapping[str, Any]) -> dict[str, Question]:
    """What is asked, by linkId. Raises ``Unusable`` for a questionnaire beyond bounds."""
    found: dict[str, Question] = {}
    for item, hidden in _asked(questionnaire, 0, False):
        found[text_of(item.get("linkId"))] = Question(
            label=text_of(item.get("text")),
            codes=tuple(coded(listed(item, "code"))),
            repeats=item.get("repeats") is True,
            hidden=hidden,
        )
        if len(found) > MOST_ITEMS:
            raise Unusable(f"belongs to a questionnaire of more than {MOST_ITEMS:,} items")
    return found


def _asked(
    parent: Mapping[str, Any], depth: int, hidden: bool
) -> Iterator[tuple[Mapping[str, Any], bool]]:
    if depth > DEEPEST:
        raise Unusable(f"belongs to a questionnaire of more than {DEEPEST} levels")
    for item in items_of(parent):
        here = hidden or _is_hidden(item)
        yield item, here
        yield from _asked(item, depth + 1, here)


def _is_hidden(item: Mapping[str, Any]) -> bool:
    return any(
        extension.get("url") == HIDDEN and extension.get("valueBoolean") is True
        for extension in listed(item, "extension")
    )


@dataclass(frozen=True)
class _Place:
    """The groups around an item: their linkIds, which row of each it is, and the last one's words."""

    trail: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    section: str = field(default="", repr=False)

    @property
    def row(self) -> int:
        return self.rows[-1] if self.rows else 0


@dataclass
class _Reader:
    """Walks one response; counts its items, and its rows by the place of their group."""

    asked: Mapping[str, Question]
    items: int = 0
    rows: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def answers(self, parent: Mapping[str, Any], at: _Place = _Place()) -> Iterator[FormAnswer]:
        """Every answer below *parent*, in document order."""
        if len(at.trail) > DEEPEST:
            raise Unusable(f"is nested more than {DEEPEST} levels deep")
        children = list(items_of(parent))
        times = Counter(text_of(item.get("linkId")) for item in children)
        for item in children:
            link_id = text_of(item.get("linkId"))
            question = self.asked.get(link_id, Question())
            if not question.hidden:
                self._count()
                again = question.repeats or times[link_id] > 1
                yield from self._of_item(item, link_id, at, again)

    def _count(self) -> None:
        self.items += 1
        if self.items > MOST_ITEMS:
            raise Unusable(f"has more than {MOST_ITEMS:,} items")

    def _of_item(
        self, item: Mapping[str, Any], link_id: str, at: _Place, again: bool
    ) -> Iterator[FormAnswer]:
        given = listed(item, "answer")
        for answer in given:
            self._count()
            yield from self._said(item, link_id, answer, at)
            is_row = len(given) > 1 and bool(answer.get("item"))
            yield from self.answers(answer, self._below(at, link_id, is_row))
        if item.get("item"):
            section = "" if given else self._label(item, link_id)
            yield from self.answers(item, self._below(at, link_id, again, section))

    def _below(self, at: _Place, link_id: str, again: bool, section: str = "") -> _Place:
        trail = (*at.trail, link_id)
        return _Place(trail, (*at.rows, self._row(trail, at.row, again)), section or at.section)

    def _row(self, place: tuple[str, ...], outer: int, again: bool) -> int:
        if not again:
            return outer
        self.rows[place] += 1
        return self.rows[place] - 1

    def _said(
        self, item: Mapping[str, Any], link_id: str, answer: Mapping[str, Any], at: _Place
    ) -> Iterator[FormAnswer]:
        value, chosen = in_words(answer)
        if value:
            yield FormAnswer(
                link_id=link_id,
                label=self._label(item, link_id),
                value=value,
                codes=(*self.asked.get(link_id, Question()).codes, *chosen),
                trail=at.trail,
                row=at.row,
                chosen=chosen,
                rows=at.rows,
                section=at.section,
            )

    def _label(self, item: Mapping[str, Any], link_id: str) -> str:
        return text_of(item.get("text")) or self.asked.get(link_id, Question()).label
