"""What a patient answered on a check-in form is read whole, in order, and nothing is guessed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.ehr.ports import Quarantined
from services.ehr.questionnaires import MOST_ITEMS, form_or_quarantined, incoming_form
from services.ehr.registration import FormAnswer, IncomingForm

LOINC = "http://loinc.org"
QUESTIONNAIRE: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "title": "Check-in form (synthetic)",
    "item": [
        {"linkId": "born", "text": "Date of birth", "code": [{"system": LOINC, "code": "21112-8"}]},
        {
            "linkId": "score",
            "text": "Score",
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden",
                    "valueBoolean": True,
                }
            ],
        },
        {
            "linkId": "drug",
            "repeats": True,
            "item": [{"linkId": "name", "text": "Name"}, {"linkId": "dose", "text": "Dose"}],
        },
    ],
}


def sent(*items: Any, **changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "qr.1",
        "status": "completed",
        "questionnaire": "Questionnaire/q.1",
        "subject": {"reference": "Patient/p.103"},
        "encounter": {"reference": "Encounter/ap.1"},
        "authored": "2026-03-02T08:59:00Z",
        "item": list(items),
    } | changes


def said(link_id: str, *values: Any, kind: str = "valueString", **more: Any) -> dict[str, Any]:
    return {"linkId": link_id, "answer": [{kind: value} for value in values], **more}


def group(link_id: str, *items: Any) -> dict[str, Any]:
    return {"linkId": link_id, "item": list(items)}


def answers(*items: Any) -> tuple[FormAnswer, ...]:
    return incoming_form(sent(*items), QUESTIONNAIRE).answers


def test_a_form_says_whose_it_is_when_and_for_which_visit() -> None:
    form = incoming_form(sent(), QUESTIONNAIRE)
    assert (form.ref, form.patient_ref) == ("QuestionnaireResponse/qr.1", "Patient/p.103")
    assert (form.encounter_ref, form.title) == ("Encounter/ap.1", "Check-in form (synthetic)")
    assert form.authored == datetime(2026, 3, 2, 8, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("valueString", "=1+1 <script>", "=1+1 <script>"),
        ("valueDate", "1990-02", "1990-02"),
        ("valueDateTime", "2026-03-02T08:59:00Z", "2026-03-02T08:59:00Z"),
        ("valueTime", "08:59:00", "08:59:00"),
        ("valueUri", "urn:x", "urn:x"),
        ("valueBoolean", False, "false"),
        ("valueInteger", 0, "0"),
        ("valueDecimal", 7.5, "7.5"),
        ("valueQuantity", {"value": 70, "unit": "kg"}, "70 kg"),
        ("valueCoding", {"system": LOINC, "code": "LA3-6", "display": "Female"}, "Female"),
        ("valueCoding", {"code": "F"}, "F"),
        ("valueReference", {"reference": "urn:payer:1", "display": "Blue Plan"}, "Blue Plan"),
        ("valueAttachment", {"url": "https://x.test/1", "title": "card front"}, "card front"),
    ],
)
def test_every_kind_of_answer_is_put_in_words(kind: str, value: Any, words: str) -> None:
    [answer] = answers(said("any", value, kind=kind))
    assert answer.value == words


@pytest.mark.parametrize("value", [None, [], {}, {"value": "x"}])
def test_what_says_nothing_is_no_answer(value: Any) -> None:
    assert answers(said("any", value, kind="valueQuantity")) == ()


def test_a_choice_keeps_its_code_after_the_questions_own() -> None:
    [answer] = answers(said("born", {"system": "s", "code": "c"}, kind="valueCoding"))
    assert answer.codes == (f"{LOINC}|21112-8", "s|c")


def test_the_question_is_worded_as_the_patient_read_it() -> None:
    own, asked = answers(said("born", "1990", text="Born on"), said("born", "1991"))
    assert (own.label, asked.label) == ("Born on", "Date of birth")


def test_rows_of_a_repeated_group_stay_apart() -> None:
    rows = answers(
        group("list", group("drug", said("name", "A"), said("dose", "1 mg"))),
        group("list", group("drug", said("dose", "2 mg"))),
    )
    assert [(a.row, a.link_id, a.value) for a in rows] == [
        (0, "name", "A"),
        (0, "dose", "1 mg"),
        (1, "dose", "2 mg"),
    ]
    assert {a.trail for a in rows} == {("list", "drug")}


def test_rows_are_told_apart_without_the_questionnaire() -> None:
    form = incoming_form(
        sent(group("drug", said("name", "A")), group("drug", said("name", "B"))), None
    )
    assert [a.row for a in form.answers] == [0, 1]


def test_several_answers_to_one_question_are_all_kept() -> None:
    assert [a.value for a in answers(said("signs", "cough", "fever"))] == ["cough", "fever"]


def test_what_is_asked_below_an_answer_belongs_to_that_answer() -> None:
    item = {
        "linkId": "signs",
        "answer": [
            {"valueString": "cough", "item": [said("since", "Monday")]},
            {"valueString": "fever", "item": [said("since", "Friday")]},
        ],
    }
    below = [a for a in answers(item) if a.trail == ("signs",)]
    assert [(a.row, a.value) for a in below] == [(0, "Monday"), (1, "Friday")]


def test_what_the_patient_never_saw_is_left_out() -> None:
    assert answers(said("score", "9"), said("born", "1990-01-02"))[0].link_id == "born"


def test_a_withdrawn_form_has_no_answers() -> None:
    form = incoming_form(sent(said("born", "1990"), status="entered-in-error"), None)
    assert (form.status, form.answers) == ("entered-in-error", ())


def test_an_amended_answer_changes_the_digest_and_a_new_date_does_not() -> None:
    first = incoming_form(sent(said("born", "1990")), None)
    later = incoming_form(sent(said("born", "1990"), authored="2026-03-03", id="qr.2"), None)
    amended = incoming_form(sent(said("born", "1991")), None)
    assert first.digest == later.digest
    assert first.digest != amended.digest


def test_signs_that_no_database_keeps_are_replaced() -> None:
    [answer] = answers(said("any", "a\x00b"))
    assert answer.value == "a\N{REPLACEMENT CHARACTER}b"


def test_a_forms_answers_do_not_print() -> None:
    assert "1990" not in repr(incoming_form(sent(said("born", "1990")), QUESTIONNAIRE))


def nested(levels: int) -> dict[str, Any]:
    item = said("deep", "x")
    for _ in range(levels):
        item = group("level", item)
    return item


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (None, "is not a form"),
        ({"resourceType": "Patient"}, "is not a form"),
        (sent(id="not an id"), "no usable id"),
        (sent(status="sent"), "no known status"),
        (sent(subject={"reference": "Group/1"}), "names no patient"),
        (sent(subject="Patient/p.103"), "names no patient"),
        (sent(authored="yesterday"), "no usable date"),
        (sent(*[said("n", "1")] * (MOST_ITEMS // 2 + 1)), "more than 10,000 items"),
        (sent(said("essay", "x" * 1_000_001)), "characters"),
        (sent(nested(30)), "nested"),
        (sent(nested(100_000)), "nested"),
    ],
)
def test_what_cannot_be_used_is_set_aside_with_its_reason(response: Any, reason: str) -> None:
    found = form_or_quarantined(response, None)
    assert isinstance(found, Quarantined)
    assert reason in found.reason


@pytest.mark.parametrize(
    "response", [sent(*[said("n", "1")] * (MOST_ITEMS // 2)), sent(nested(15))]
)
def test_a_long_and_a_deep_form_within_bounds_are_read(response: Any) -> None:
    assert isinstance(form_or_quarantined(response, None), IncomingForm)


def test_items_of_the_wrong_shape_are_passed_over() -> None:
    assert answers("x", None, {"linkId": 7}, {"answer": "y"}, said("born", "1990"))[0].value
