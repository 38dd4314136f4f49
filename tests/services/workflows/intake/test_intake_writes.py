"""What eCW does with what was accepted: refusals, silence, lost answers, and roads that are closed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from joserfc.jwk import RSAKey

from db import writing
from db.deliveries import DeliveryState
from db.intake import FormState, IntakeForm
from db.intake_fields import Decision
from db.rollout import Rollouts, Switch
from db.vocabulary import Role, Stage
from services import roads
from services.container import Container
from services.desk import Actor
from services.errors import Invalid, NotRolledOut
from services.rollout import DELIVERIES
from services.workflows.intake.asking import ask_patient
from services.workflows.intake.belonging import read_again, remove
from services.workflows.intake.committing import copy_done, take_back
from services.workflows.intake.deciding import accept, commit, reconsider
from services.workflows.intake.listing import worklist
from tests.services.workflows.intake.conftest import Desk, connected, differing, seen
from tests.services.workflows.intake.test_intake_arrivals import amend, decisions, written
from tests.services.workflows.intake.test_intake_story import accept_all

PHONE, MEMBER = "demographics.phone", "coverage[0].member_id"
LONG = timedelta(minutes=10)


def refused(code: str) -> dict[str, str]:
    """eCW's answer to a transaction that it does not take."""
    return {"text": TRANSACTION % code, "content_type": JSON}


TRANSACTION = (
    '{"resourceType": "Bundle", "type": "transaction-response", '
    '"entry": [{"response": {"status": "%s", "location": ""}}]}'
)
JSON = "application/fhir+json"


@pytest.mark.parametrize("code", ["2027", "205", "206", "108", "109"])
def test_what_ecw_refuses_comes_back_with_its_reason_and_can_be_decided_anew(
    desk: Desk, front_desk: Actor, code: str
) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.sandbox.control.fault("fhir.write", "body", times=1, code=200, **refused(code))
    desk.deliver()
    back = desk.form(form.id)
    opened = desk.open(front_desk, back)
    assert back.state is FormState.READY
    assert [sent.error_code for sent in opened.sent if sent.error_code] == [code]
    assert f"(code {code})" in back.trouble
    assert back.trouble.endswith(".")
    assert back.open_fields == len(differing(opened)) > 0
    accept_all(desk, front_desk, form.id)
    desk.deliver()
    assert desk.form(form.id).state is FormState.DONE


def test_the_rest_of_a_refused_form_stays_written_and_is_not_written_twice(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.sandbox.control.fault("fhir.write", "body", times=1, code=200, **refused("109"))
    desk.deliver()
    assert len(written(desk)) == 1
    accept_all(desk, front_desk, form.id)
    desk.deliver()
    assert sorted(set(written(desk))) == sorted(written(desk))
    assert len(written(desk)) == 2


def test_a_patient_whom_ecw_does_not_know_any_more_makes_the_form_be_compared_again(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.sandbox.control.fault("fhir.write", "body", times=1, code=200, **refused("100"))
    desk.deliver()
    assert desk.form(form.id).state is FormState.WAITING
    desk.read()
    back = desk.form(form.id)
    assert (back.state, bool(back.trouble)) == (FormState.READY, True)


def test_what_ecw_drops_in_silence_comes_back_and_reading_again_shows_the_chart(
    desk: Desk, front_desk: Actor
) -> None:
    form, patient = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.sandbox.control.fault("fhir.write", "silent_drop", times=2)
    desk.deliver(times=12, after=LONG)
    back = desk.form(form.id)
    assert back.state is FormState.READY
    assert "check in eCW" in back.trouble
    assert back.open_fields > 0
    read_again(desk.container, front_desk, seen(back))
    desk.read()
    rows = {row.path: row for row in desk.open(front_desk, desk.form(form.id)).fields}
    chart = desk.ehr.registrar.registration(patient).demographics
    assert rows[PHONE].difference.chart_value == chart["phone"]
    assert rows[PHONE].asks


def test_after_a_silent_drop_a_new_decision_is_written_after_all(
    desk: Desk, front_desk: Actor
) -> None:
    form, patient = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.sandbox.control.fault("fhir.write", "silent_drop", times=2)
    desk.deliver(times=12, after=LONG)
    accept_all(desk, front_desk, form.id)
    desk.deliver(times=4)
    assert desk.form(form.id).state is FormState.DONE
    chart = desk.ehr.registrar.registration(patient).demographics
    rows = {row.path: row.accepted for row in desk.open(front_desk, desk.form(form.id)).fields}
    assert chart["phone"] == rows[PHONE]


def test_removing_a_form_that_was_never_confirmed_lets_later_entries_leave(
    desk: Desk, front_desk: Actor
) -> None:
    form, patient = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.sandbox.control.fault("fhir.write", "silent_drop", times=2)
    desk.deliver(times=12, after=LONG)
    remove(desk.container, front_desk, seen(desk.form(form.id)))
    other = desk.sandbox.control.form(patient, {"reach.phone": "6175550188"})["id"]
    desk.poll()
    desk.read()
    accept_all(desk, front_desk, desk.form(other).id)
    desk.deliver()
    assert desk.form(other).state is FormState.DONE


def test_an_answer_that_is_lost_means_one_entry_all_the_same(desk: Desk, front_desk: Actor) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.sandbox.control.fault("fhir.write", "lost_response", times=2)
    desk.deliver(times=8, after=timedelta(minutes=2))
    assert desk.form(form.id).state is FormState.DONE
    assert sorted(written(desk)) == sorted(set(written(desk)))
    assert len(written(desk)) == 2


def test_while_ecw_is_away_a_form_waits_and_is_written_once_it_is_back(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    away = desk.sandbox.control.fault("fhir.write", "status", code=503)
    desk.deliver()
    assert desk.form(form.id).state is FormState.WRITING
    desk.sandbox.control.mend(away)
    desk.deliver(times=6, after=LONG)
    assert desk.form(form.id).state is FormState.DONE


@pytest.fixture
def paper_desk(desk: Desk, signing_key: RSAKey, container: Container) -> Desk:
    """The same desk, at a practice whose contract lets nothing be written."""
    desk.sandbox.control.configure(intake_writes=[])
    desk.ehr = connected(desk.sandbox, signing_key, frozenset())
    actor = Actor.job(desk.practice.id, "capabilities")
    roads.keep_capabilities(container, actor, desk.ehr.roads.capabilities())
    return desk


def copy_all(desk: Desk, actor: Actor, form: IntakeForm) -> None:
    while blocks := desk.open(actor, desk.form(form.id)).to_copy:
        copy_done(desk.container, actor, seen(desk.form(form.id)), blocks[0].entry.paths)


def type_into_ecw(desk: Desk, form: IntakeForm, actor: Actor, patient: str) -> None:
    """A person types the accepted values into eCW: phone and insurance."""
    token = desk.ehr.registrar.registration(patient)
    rows = {row.path: row.accepted for row in desk.open(actor, form).fields}
    id = patient.partition("/")[2]
    control = desk.sandbox.control
    control.call("POST", "resources", {"resource": {
        "resourceType": "Patient", "id": id, "active": True, "birthDate": "1988-05-17",
        "name": [{"family": token.demographics["last_name"],
                  "given": [token.demographics["first_name"]]}],
        "telecom": [{"system": "phone", "value": rows[PHONE]}],
    }})  # fmt: skip
    cover = token.coverage[0]
    control.call("POST", "resources", {"resource": {
        "resourceType": "Coverage", "id": cover.ref.partition("/")[2], "status": "active",
        "beneficiary": {"reference": patient}, "payor": [{"display": cover.payer}],
        "subscriberId": rows[MEMBER],
        "class": [{"type": {"coding": [{"code": "group"}]}, "value": rows["coverage[0].group"]}],
    }})  # fmt: skip


def test_without_a_road_a_person_copies_and_the_next_sync_finds_it(
    paper_desk: Desk, front_desk: Actor
) -> None:
    form, patient = paper_desk.newcomer()
    accept_all(paper_desk, front_desk, form.id)
    blocks = paper_desk.open(front_desk, form).to_copy
    assert {block.entry.screen for block in blocks} == {"Patient Information", "Insurance"}
    assert all(block.why for block in blocks)
    type_into_ecw(paper_desk, form, front_desk, patient)
    copy_all(paper_desk, front_desk, form)
    paper_desk.deliver(times=3, after=timedelta(minutes=2))
    assert paper_desk.form(form.id).state is FormState.DONE
    assert written(paper_desk) == []


def test_what_was_not_typed_after_all_comes_back(paper_desk: Desk, front_desk: Actor) -> None:
    form, _ = paper_desk.newcomer()
    accept_all(paper_desk, front_desk, form.id)
    copy_all(paper_desk, front_desk, form)
    paper_desk.deliver(times=12, after=LONG)
    back = paper_desk.form(form.id)
    assert back.state is FormState.READY
    assert "marked as done" in back.trouble
    assert back.open_fields > 0


def test_a_copy_block_can_be_taken_back_before_anybody_typed_it(
    paper_desk: Desk, front_desk: Actor
) -> None:
    form, _ = paper_desk.newcomer()
    accept_all(paper_desk, front_desk, form.id)
    take_back(paper_desk.container, front_desk, seen(paper_desk.form(form.id)))
    again = paper_desk.form(form.id)
    assert (again.state, again.open_fields, again.to_copy) == (FormState.READY, 3, 0)


def test_a_form_that_changed_is_not_copied_from_its_old_words(
    paper_desk: Desk, front_desk: Actor
) -> None:
    form, _ = paper_desk.newcomer()
    accept_all(paper_desk, front_desk, form.id)
    [block, *_] = paper_desk.open(front_desk, paper_desk.form(form.id)).to_copy
    changed = amend(paper_desk, form, read=False, reach_phone="6175550188")
    with pytest.raises(Invalid, match="not waiting to be copied"):
        copy_done(paper_desk.container, front_desk, seen(changed), block.entry.paths)


def stop(desk: Desk, scope: str) -> None:
    with writing(desk.container.engine) as session:
        session.add(Switch(practice_id=desk.practice.id, what=scope, stopped=True))


@pytest.mark.parametrize("scope", ["intake", DELIVERIES])
def test_a_kill_switch_holds_what_was_accepted_and_loses_none_of_it(
    desk: Desk, front_desk: Actor, scope: str
) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    stop(desk, scope)
    desk.deliver()
    assert (written(desk), desk.form(form.id).state) == ([], FormState.WRITING)
    assert {d.state for d in desk.deliveries(form)} == {DeliveryState.HELD}


def test_a_practice_that_has_not_switched_intake_on_sees_none_of_it(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    assert worklist(desk.container, front_desk).rows
    with writing(desk.container.engine) as session:
        rollouts = Rollouts(session, desk.practice.id)
        for row in rollouts.all(rollouts.rows()):
            row.stage = Stage.OFF
            session.add(row)
    for act in (
        lambda: worklist(desk.container, front_desk),
        lambda: desk.open(front_desk, form),
        lambda: accept(desk.container, front_desk, seen(form), PHONE),
    ):
        with pytest.raises(NotRolledOut):
            act()


def ask(desk: Desk, actor: Actor, form: IntakeForm) -> None:
    ask_patient(desk.container, actor, seen(desk.form(form.id)), PHONE, "Which phone, please?")


def test_the_patient_is_asked_once_and_answers_by_changing_the_form(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    ask(desk, front_desk, form)
    desk.deliver(times=4, after=timedelta(hours=4))
    assert written(desk) == ["message"]
    assert decisions(desk, front_desk, form)[PHONE] is Decision.ASKED
    amended = amend(desk, form, reach_phone="6175550188")
    assert (amended.asked, amended.open_fields) == (0, 3)
    accept_all(desk, front_desk, form.id)
    desk.deliver()
    assert desk.form(form.id).state is FormState.DONE


def test_a_person_may_decide_while_the_patient_thinks(desk: Desk, front_desk: Actor) -> None:
    form, _ = desk.newcomer()
    ask(desk, front_desk, form)
    accept(desk.container, front_desk, seen(desk.form(form.id)), PHONE)
    accept_all(desk, front_desk, form.id)
    desk.deliver(times=4, after=timedelta(hours=4))
    assert desk.form(form.id).state is FormState.DONE


def test_a_question_that_healow_refuses_opens_its_field_again(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    ask(desk, front_desk, form)
    desk.sandbox.control.fault(
        "healow.message", "body", code=422, text='{"code": "108", "message": "bad"}',
        content_type="application/json",
    )  # fmt: skip
    desk.deliver(times=4, after=timedelta(hours=4))
    back = desk.form(form.id)
    assert (back.asked, back.open_fields, bool(back.trouble)) == (0, 3, True)


def test_a_question_that_nobody_can_confirm_keeps_no_form_from_being_done(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    ask(desk, front_desk, form)
    desk.sandbox.control.fault("healow.message", "lost_response")
    desk.sandbox.control.fault("healow.messages", "status", code=503)
    accept(desk.container, front_desk, seen(desk.form(form.id)), PHONE)
    accept_all(desk, front_desk, form.id)
    desk.deliver(times=6, after=timedelta(hours=3))
    assert desk.form(form.id).state is FormState.DONE


def test_a_field_the_patient_was_asked_about_can_be_decided_again(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    ask(desk, front_desk, form)
    reconsider(desk.container, front_desk, seen(desk.form(form.id)), PHONE)
    assert desk.form(form.id).open_fields == 3


def test_a_biller_cannot_write_what_others_left_to_be_written(
    desk: Desk, hire: Callable[..., Actor]
) -> None:
    biller = hire(Role.BILLER)
    form, _ = desk.newcomer()
    accept_all(desk, biller, form.id)
    with pytest.raises(Exception, match="may not"):
        commit(desk.container, biller, seen(desk.form(form.id)))
