"""Answers reach eCW's structured data in the form's own shape, or staff know which do not fit."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.ehr.ports import Ehr
from services.ehr.registration import ChartWrite
from services.ehr.structured_answers import response
from services.errors import InDoubt, Refused
from services.sandbox import Running

PATIENT, FORM = "Patient/p.103", "Questionnaire/q.1"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUESTIONNAIRE: dict[str, Any] = {
    "item": [
        {
            "linkId": "history",
            "text": "History",
            "item": [
                {"linkId": "history.conditions", "type": "string", "text": "Conditions"},
                {
                    "linkId": "history.tobacco",
                    "type": "choice",
                    "answerOption": [{"valueCoding": {"code": "no", "display": "Never smoked"}}],
                },
                {"linkId": "history.born", "type": "date"},
                {"linkId": "history.children", "type": "integer"},
            ],
        },
        {
            "linkId": "consent",
            "item": [{"linkId": "consent.privacy", "type": "boolean"}],
        },
    ]
}


def write(*values: tuple[str, str]) -> ChartWrite:
    return ChartWrite("answers", PATIENT, (("questionnaire", FORM), *values), "d-1")


def filled_in(*values: tuple[str, str]) -> list[dict[str, Any]]:
    items = response(write(*values), FORM, QUESTIONNAIRE, NOW)["item"]
    assert isinstance(items, list)
    return items


def test_each_answer_stands_under_its_group_in_the_forms_order() -> None:
    history, consent = filled_in(
        ("consent.privacy", "true"), ("history.tobacco", "no"), ("history.conditions", "Gout")
    )
    assert [item["linkId"] for item in history["item"]] == [
        "history.conditions",
        "history.tobacco",
    ]
    assert consent["linkId"] == "consent"


@pytest.mark.parametrize(
    ("link_id", "value", "answer"),
    [
        ("history.conditions", "true", {"valueString": "true"}),
        ("consent.privacy", "true", {"valueBoolean": True}),
        ("consent.privacy", "perhaps", {"valueString": "perhaps"}),
        ("history.born", "1990-01-02", {"valueDate": "1990-01-02"}),
        ("history.children", "2", {"valueInteger": 2}),
        ("history.children", "some", {"valueString": "some"}),
        (
            "history.tobacco",
            "NEVER  smoked",
            {"valueCoding": {"code": "no", "display": "Never smoked"}},
        ),
        ("history.tobacco", "odd", {"valueString": "odd"}),
    ],
)
def test_an_answer_has_the_type_of_its_question(
    link_id: str, value: str, answer: dict[str, Any]
) -> None:
    [group] = filled_in((link_id, value))
    assert group["item"][0]["answer"] == [answer]


def test_several_answers_to_one_question_stay_together() -> None:
    [group] = filled_in(("history.conditions", "Gout"), ("history.conditions", "Asthma"))
    assert [a["valueString"] for a in group["item"][0]["answer"]] == ["Gout", "Asthma"]


def test_who_answered_which_form_and_when_is_said() -> None:
    sent = response(write(("consent.privacy", "true")), FORM, QUESTIONNAIRE, NOW)
    assert sent["subject"] == {"reference": PATIENT}
    assert sent["questionnaire"] == FORM
    assert sent["authored"] == "2026-03-02T09:00:00+00:00"
    assert sent["identifier"] == {"system": "urn:foyer:delivery", "value": "d-1"}


ANSWERS = write(("history.conditions", "Asthma"), ("consent.privacy", "true"))


def stored(sandbox: Running, **changes: Any) -> None:
    """What eCW would show after the write, or after a person typed it in."""
    sent = response(ANSWERS, FORM, QUESTIONNAIRE, NOW)
    sandbox.control.call("POST", "resources", {"resource": {**sent, "id": "test.qr", **changes}})


def test_answers_in_the_chart_are_found(sandbox: Running, ehr: Ehr) -> None:
    assert ehr.registrar.find(ANSWERS) is None
    stored(sandbox)
    found = ehr.registrar.find(ANSWERS)
    assert found
    assert found.remote_id == "QuestionnaireResponse/test.qr"


def test_answers_that_a_person_typed_in_are_found_by_what_they_say(
    sandbox: Running, ehr: Ehr
) -> None:
    stored(sandbox, identifier=None)
    assert ehr.registrar.find(replace(ANSWERS, copied=True))


def test_answers_that_read_otherwise_are_not_called_verified(sandbox: Running, ehr: Ehr) -> None:
    stored(sandbox)
    with pytest.raises(Refused, match="something else"):
        ehr.registrar.find(write(("history.conditions", "Gout")))


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ((("questionnaire", FORM), ("no.such", "x")), "301", "no question no.such"),
        ((("questionnaire", "Questionnaire/none"), ("consent.privacy", "true")), "302", "the form"),
        ((("consent.privacy", "true"),), "302", "the form"),
        ((("questionnaire", FORM), ("visit.reason", "x" * 2001)), "109", "An answer"),
    ],
)
def test_answers_that_do_not_map_are_refused_before_they_are_sent(
    sandbox: Running, ehr: Ehr, values: tuple[tuple[str, str], ...], code: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        ehr.registrar.write(replace(ANSWERS, values=values))
    assert refused.value.code == code
    assert sandbox.control.calls("fhir.write") == []


def test_answers_are_written_once_and_read_back(sandbox: Running, ehr: Ehr) -> None:
    receipt = ehr.registrar.write(ANSWERS)
    assert ehr.registrar.find(ANSWERS) == receipt
    [written] = sandbox.control.ledger()
    assert written["client_ref"] == ANSWERS.delivery_id


def test_a_lost_answer_is_in_doubt_and_reading_back_settles_it(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.fault("fhir.write", "lost_response", times=1)
    with pytest.raises(InDoubt):
        ehr.registrar.write(ANSWERS)
    assert ehr.registrar.find(ANSWERS)
    assert len(sandbox.control.ledger()) == 1


def test_an_option_that_ecw_does_not_have_is_refused_with_its_code(ehr: Ehr) -> None:
    odd = write(("history.tobacco", "odd"))
    with pytest.raises(Refused, match="check the answers") as refused:
        ehr.registrar.write(odd)
    assert refused.value.code == "305"
