"""Medications, allergies and what only clinicians judge: lists are reconciled, not overwritten."""

import json
from typing import Any

import pytest

from db import reading
from db.deliveries import DeliveryState
from db.handovers import Handovers
from db.intake import FormState, IntakeForm
from db.intake_fields import Decision
from db.vault import Vault
from services.desk import Actor
from services.errors import NotAllowed
from services.workflows.intake.belonging import remove, wrong_patient
from services.workflows.intake.deciding import (
    accept,
    accept_matching,
    escalate,
    reconsider,
    reject,
    take_over,
)
from services.workflows.intake.fields import Step, Verdict
from tests.services.workflows.intake.conftest import Desk, differing, seen
from tests.services.workflows.intake.test_intake_arrivals import decisions, written
from tests.services.workflows.intake.test_intake_story import accept_all

PATIENT = "Patient/p.107"  # takes naproxen, verapamil, digoxin and warfarin; no allergies
PHONE = "6175550188"


def medication(name: str, dose: str = "", frequency: str = "") -> dict[str, str]:
    said = {"name": name, "dose": dose, "frequency": frequency}
    return {f"medication.{leaf}": value for leaf, value in said.items() if value}


def allergy(substance: str, reaction: str = "") -> dict[str, str]:
    said = {"substance": substance, "reaction": reaction}
    return {f"allergy.{leaf}": value for leaf, value in said.items() if value}


TAKES: dict[str, Any] = {
    "medication": [
        medication("Verapamil Hydrochloride", "40 MG"),
        medication("Warfarin Sodium", "2 mg", "once daily"),
        medication("Digoxin", "0.125 mg"),
        medication("Metformin", "500 mg", "twice daily"),
    ]
}


def arrived(desk: Desk, answers: dict[str, Any], patient: str = PATIENT) -> IntakeForm:
    came = desk.sandbox.control.form(patient, answers)["id"]
    desk.poll()
    desk.read()
    return desk.form(came)


def sent(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return [line["values"] for line in desk.sandbox.control.ledger() if line["kind"] == kind]


def handed_over(desk: Desk, form: IntakeForm) -> dict[str, list[str]]:
    with reading(desk.container.engine) as session:
        found = Handovers(session, desk.practice.id).for_form(form.id)
        vault = Vault(session, desk.practice.id, desk.container.keyring)
        text = vault.read(found, "content").text if found else ""
        return json.loads(text) if text else {}


def steps(desk: Desk, actor: Actor, form: IntakeForm) -> dict[str, Step | None]:
    rows = desk.open(actor, form).fields
    return {
        (row.difference.found.value if row.difference.found else row.difference.chart_value)
        or "": row.difference.step
        for row in rows
        if row.path.endswith((".name", ".dose"))
    }


def test_a_list_of_medications_says_what_continues_stops_changes_and_is_new(
    desk: Desk, nurse: Actor
) -> None:
    form = arrived(desk, TAKES)
    found = steps(desk, nurse, form)
    assert found["Metformin"] is Step.ADD
    assert found["Warfarin Sodium"] is Step.CONTINUE
    assert found["2 mg"] is Step.CHANGE
    assert found["Naproxen sodium 220 MG Oral Tablet"] is Step.STOP


def test_what_is_new_or_changed_is_written_whole_and_what_stops_is_told_to_clinicians(
    desk: Desk, nurse: Actor
) -> None:
    form = arrived(desk, TAKES)
    accept_all(desk, nurse, form.id)
    desk.deliver(times=4)
    assert desk.form(form.id).state is FormState.DONE
    names = [json.dumps(one) for one in sent(desk, "MedicationStatement")]
    assert len(names) == 2
    assert sum("Metformin" in one and "twice daily" in one for one in names) == 1
    assert sum("Warfarin" in one and "2 mg" in one for one in names) == 1
    told = handed_over(desk, form)["medications"]
    assert "Patient reports stopping: Naproxen sodium 220 MG Oral Tablet" in told


def test_a_new_medication_shows_in_the_chart_beside_the_others(desk: Desk, nurse: Actor) -> None:
    before = desk.ehr.registrar.registration(PATIENT).medications
    form = arrived(desk, TAKES)
    accept_all(desk, nurse, form.id)
    desk.deliver(times=4)
    after = desk.ehr.registrar.registration(PATIENT).medications
    assert {m.text for m in before} < {m.text for m in after}
    assert any("Metformin" in m.text for m in after)


def test_a_medication_that_a_nurse_keeps_does_not_leave(desk: Desk, nurse: Actor) -> None:
    form = arrived(desk, TAKES)
    accept_matching(desk.container, nurse, seen(form))
    while rows := differing(desk.open(nurse, desk.form(form.id))):
        reject(desk.container, nurse, seen(desk.form(form.id)), rows[0].path, "Asked the patient")
    assert desk.form(form.id).state is FormState.DONE
    assert written(desk) == []
    assert not any("stopping" in line for line in handed_over(desk, form).get("medications", []))


def test_a_new_allergy_is_added_with_its_reaction(desk: Desk, nurse: Actor) -> None:
    form = arrived(desk, {"allergy": [allergy("Penicillin", "Hives")]})
    accept_all(desk, nurse, form.id)
    desk.deliver()
    [chart] = desk.ehr.registrar.registration(PATIENT).allergies
    assert (chart.text, chart.reaction) == ("Penicillin", "Hives")
    assert desk.form(form.id).state is FormState.DONE


def test_another_reaction_is_added_beside_the_charts_entry_and_rewrites_none(
    desk: Desk, nurse: Actor
) -> None:
    patient = "Patient/p.106"
    form = arrived(desk, {"allergy": [allergy("Eggs", "Hives")]}, patient)
    [old] = desk.ehr.registrar.registration(patient).allergies
    accept_all(desk, nurse, form.id)
    desk.deliver()
    now = desk.ehr.registrar.registration(patient).allergies
    assert old in now
    assert "AllergyIntolerance_update" not in written(desk)


def test_no_known_allergies_beside_a_chart_with_some_is_a_conflict_that_writes_nothing(
    desk: Desk, nurse: Actor
) -> None:
    form = arrived(desk, {"allergies.none": True}, "Patient/p.106")
    [row] = [r for r in desk.open(nurse, form).fields if r.path == "allergies.no_known"]
    assert row.difference.verdict is Verdict.CONFLICTING
    accept_all(desk, nurse, form.id)
    desk.deliver()
    assert written(desk) == []
    assert desk.form(form.id).state is FormState.DONE


CLINICAL = {
    "history.conditions": ["Gout"], "visit.reason": "I feel dizzy", "reach.phone": PHONE,
}  # fmt: skip


def test_the_front_desk_decides_nothing_clinical(
    desk: Desk, front_desk: Actor, nurse: Actor
) -> None:
    form = arrived(desk, CLINICAL)
    with pytest.raises(NotAllowed, match="nurse"):
        accept(desk.container, front_desk, seen(form), "problems[0]")
    with pytest.raises(NotAllowed, match="nurse"):
        reject(desk.container, front_desk, seen(form), "problems[0]", "Not so")
    accept(desk.container, nurse, seen(desk.form(form.id)), "problems[0]")
    assert decisions(desk, nurse, form)["problems[0]"] is Decision.ACCEPTED


def test_the_front_desk_does_not_undo_what_a_nurse_decided(
    desk: Desk, front_desk: Actor, nurse: Actor
) -> None:
    form = arrived(desk, CLINICAL)
    accept(desk.container, nurse, seen(form), "problems[0]")
    with pytest.raises(NotAllowed):
        reconsider(desk.container, front_desk, seen(desk.form(form.id)), "problems[0]")
    reconsider(desk.container, nurse, seen(desk.form(form.id)), "problems[0]")
    assert decisions(desk, nurse, form)["problems[0]"] is Decision.OPEN


def test_what_is_passed_to_a_nurse_keeps_nothing_else_waiting(
    desk: Desk, front_desk: Actor, nurse: Actor
) -> None:
    form = arrived(desk, CLINICAL)
    escalate(desk.container, front_desk, seen(form))
    accept_all(desk, front_desk, form.id)
    desk.deliver()
    half = desk.form(form.id)
    assert (half.state, half.pool, written(desk)) == (FormState.READY, "nurses", ["Patient_update"])
    take_over(desk.container, nurse, seen(half))
    accept(desk.container, nurse, seen(desk.form(form.id)), "problems[0]")
    desk.deliver()
    assert desk.form(form.id).state is FormState.DONE
    assert written(desk) == ["Patient_update", "Condition"]
    assert {d.state for d in desk.deliveries(form)} == {DeliveryState.VERIFIED}


def test_the_front_desk_cannot_take_over_what_it_passed_on(desk: Desk, front_desk: Actor) -> None:
    form = arrived(desk, CLINICAL)
    escalate(desk.container, front_desk, seen(form))
    with pytest.raises(NotAllowed):
        take_over(desk.container, front_desk, seen(desk.form(form.id)))


def test_the_patients_own_words_go_to_the_clinician(
    desk: Desk, front_desk: Actor, nurse: Actor
) -> None:
    form = arrived(desk, CLINICAL)
    accept_all(desk, nurse, form.id)
    assert any("I feel dizzy" in line for line in handed_over(desk, form)["hpi"])


@pytest.mark.parametrize("act", [remove, wrong_patient])
def test_a_form_that_does_not_count_any_more_tells_clinicians_nothing(
    desk: Desk, front_desk: Actor, nurse: Actor, act: Any
) -> None:
    form = arrived(desk, CLINICAL)
    escalate(desk.container, front_desk, seen(form))
    accept_all(desk, front_desk, form.id)
    assert handed_over(desk, form)
    act(desk.container, front_desk, seen(desk.form(form.id)))
    assert handed_over(desk, form) == {}


def test_a_refusal_for_drug_families_opens_only_that_medication(desk: Desk, nurse: Actor) -> None:
    form = arrived(desk, {**TAKES, "reach.phone": PHONE})
    accept_all(desk, nurse, form.id)
    desk.sandbox.control.fault(
        "fhir.write", "body", times=1, skip=1, content_type="application/fhir+json",
        text='{"resourceType": "Bundle", "type": "transaction-response", '
        '"entry": [{"response": {"status": "2027", "location": ""}}]}',
    )  # fmt: skip
    desk.deliver(times=5)
    open_paths = {row.path.partition(".")[0] for row in differing(desk.open(nurse, form))}
    assert len(open_paths) == 1
    assert open_paths.pop().startswith("medications[")
    assert "2027" in desk.form(form.id).trouble
    accept_all(desk, nurse, form.id)
    desk.deliver(times=4)
    assert desk.form(form.id).state is FormState.DONE
    assert len(sent(desk, "MedicationStatement")) == 2
