"""A form's way from the patient to the chart: what matches asks nothing, what differs one click."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from db import reading
from db.audit import AuditTrail
from db.deliveries import DeliveryState
from db.intake import FormState, Match
from db.intake_fields import Decision
from db.vocabulary import Role
from services.desk import Actor
from services.errors import Invalid, NotAllowed, Stale
from services.workflows.intake.belonging import remove, restore, wrong_patient
from services.workflows.intake.committing import take_back
from services.workflows.intake.deciding import (
    accept,
    accept_matching,
    commit,
    reconsider,
    reject,
)
from services.workflows.intake.fields import is_clinical
from services.workflows.intake.listing import Listed, worklist
from services.workflows.intake.poll import poll
from services.workflows.intake.routing import assign
from tests.services.workflows.intake.conftest import Desk, differing, seen


def accept_all(desk: Desk, actor: Actor, form_id: UUID) -> int:
    """One key for what matches, one click for each difference. Returns the clicks."""
    form = desk.form(form_id)
    accept_matching(desk.container, actor, seen(desk.open(actor, form)))
    clicks = 1
    while rows := differing(desk.open(actor, desk.form(form.id))):
        accept(desk.container, actor, seen(desk.form(form.id)), rows[0].path)
        clicks += 1
    return clicks


def test_twelve_fields_of_which_three_differ_are_written_in_two_and_three_actions(
    desk: Desk, front_desk: Actor
) -> None:
    form, patient = desk.newcomer()
    opened = desk.open(front_desk, form)
    assert (len(opened.fields), form.same, form.open_fields) == (12, 9, 3)
    assert 1 + accept_all(desk, front_desk, form.id) == 2 + 3
    assert desk.form(form.id).state is FormState.WRITING
    desk.deliver()
    assert desk.form(form.id).state is FormState.DONE
    shown = desk.ehr.registrar.registration(patient)
    says = {
        **{f"demographics.{name}": value for name, value in shown.demographics.items()},
        **{f"coverage[0].{n}": str(getattr(shown.coverage[0], n)) for n in COVERAGE},
    }
    accepted = {row.path: row.accepted for row in desk.open(front_desk, form).fields}
    assert {path: says[path] for path in accepted} == accepted


COVERAGE = ("payer", "plan", "member_id", "group", "subscriber", "relationship", "start", "end")


def test_nothing_is_written_before_the_last_field_is_decided(desk: Desk, front_desk: Actor) -> None:
    form, _ = desk.newcomer()
    accept_matching(desk.container, front_desk, seen(form))
    desk.deliver()
    assert desk.sandbox.control.ledger() == []
    assert desk.form(form.id).state is FormState.READY


def test_an_accepted_value_shows_who_and_when_beside_what_the_patient_wrote(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    accept_matching(desk.container, front_desk, seen(form))
    path = differing(desk.open(front_desk, form))[0].path
    accept(desk.container, front_desk, seen(desk.form(form.id)), path)
    [row] = [r for r in desk.open(front_desk, form).fields if r.path == path]
    assert row.difference.found is not None
    assert row.difference.found.original
    assert (row.accepted, row.decided_by) == (row.difference.found.value, "Sample front desk")
    assert row.decided_at is not None


def test_a_value_that_the_chart_keeps_is_not_written_and_says_why(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    accept_matching(desk.container, front_desk, seen(form))
    for row in differing(desk.open(front_desk, form)):
        reject(desk.container, front_desk, seen(desk.form(form.id)), row.path, "Old card shown")
    desk.deliver()
    assert desk.sandbox.control.ledger() == []
    done = desk.open(front_desk, form)
    assert done.row.state is FormState.DONE
    assert {r.reason for r in done.fields if r.decision is Decision.REJECTED} == {"Old card shown"}


def test_a_rejection_without_a_reason_is_not_taken(desk: Desk, front_desk: Actor) -> None:
    form, _ = desk.newcomer()
    path = differing(desk.open(front_desk, form))[0].path
    with pytest.raises(Invalid, match="say why"):
        reject(desk.container, front_desk, seen(form), path, "  ")


def test_a_typed_value_is_brought_into_its_normal_form_or_refused(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    accept(desk.container, front_desk, seen(form), "demographics.phone", "(617) 555-0142")
    [row] = [r for r in desk.open(front_desk, form).fields if r.path == "demographics.phone"]
    assert row.accepted == "6175550142"
    reconsider(desk.container, front_desk, seen(desk.form(form.id)), "demographics.phone")
    with pytest.raises(Invalid, match="cannot be read"):
        accept(desk.container, front_desk, seen(desk.form(form.id)), "demographics.phone", "later")


def test_two_people_cannot_decide_on_what_they_did_not_see(
    desk: Desk, front_desk: Actor, manager: Actor
) -> None:
    form, _ = desk.newcomer()
    stale = seen(form)
    accept_matching(desk.container, front_desk, stale)
    with pytest.raises(Stale, match="Sample front desk got here first"):
        accept_matching(desk.container, manager, stale)


def test_a_biller_reviews_and_somebody_else_commits(
    desk: Desk, front_desk: Actor, hire: Callable[..., Actor]
) -> None:
    biller = hire(Role.BILLER)
    form, _ = desk.newcomer()
    accept_all(desk, biller, form.id)
    desk.deliver()
    assert desk.form(form.id).state is FormState.READY
    assert desk.sandbox.control.ledger() == []
    with pytest.raises(NotAllowed):
        commit(desk.container, biller, seen(desk.form(form.id)))
    commit(desk.container, front_desk, seen(desk.form(form.id)))
    desk.deliver()
    assert desk.form(form.id).state is FormState.DONE


def test_what_was_committed_can_be_taken_back_until_it_leaves(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    take_back(desk.container, front_desk, seen(desk.form(form.id)))
    desk.deliver()
    assert desk.sandbox.control.ledger() == []
    again = desk.form(form.id)
    assert (again.state, again.open_fields) == (FormState.READY, 3)


def test_what_has_left_cannot_be_taken_back(desk: Desk, front_desk: Actor) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.deliver(times=1)
    with pytest.raises(Invalid, match="has left"):
        take_back(desk.container, front_desk, seen(desk.form(form.id)))


def test_the_worklist_is_ordered_by_visit_and_says_how_ready_each_form_is(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    rows = worklist(desk.container, front_desk).rows
    times = [row.visit_at for row in rows if row.visit_at]
    assert times == sorted(times)
    [mine] = [row for row in rows if row.id == form.id]
    assert (mine.readiness, mine.tone) == ("3 fields to decide", "ask")
    assert mine.patient.endswith("Newcomer")


def test_a_form_under_the_wrong_patient_is_taken_away_and_nothing_of_it_is_written(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    wrong_patient(desk.container, front_desk, seen(form))
    desk.read()
    unlinked = desk.form(form.id)
    assert unlinked.match in (Match.EXACT, Match.PROBABLE, Match.NONE)
    assert unlinked.state is FormState.READY
    desk.deliver()
    assert desk.sandbox.control.ledger() == []


def test_a_removed_form_can_be_restored(desk: Desk, front_desk: Actor) -> None:
    form, _ = desk.newcomer()
    remove(desk.container, front_desk, seen(form))
    assert form.id not in {row.id for row in worklist(desk.container, front_desk).rows}
    restore(desk.container, front_desk, seen(desk.form(form.id)))
    desk.read()
    assert desk.form(form.id).state is FormState.READY


def test_a_form_is_given_to_a_colleague(desk: Desk, front_desk: Actor, nurse: Actor) -> None:
    form, _ = desk.newcomer()
    assign(desk.container, front_desk, seen(form), nurse.staff_id)
    assert form.id not in {row.id for row in worklist(desk.container, front_desk).rows}
    assert form.id in {row.id for row in worklist(desk.container, nurse).rows}


def test_each_promise_is_verified_in_the_chart(desk: Desk, front_desk: Actor) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.deliver()
    assert {d.state for d in desk.deliveries(form)} == {DeliveryState.VERIFIED}


def test_the_clinical_chart_is_shown_to_clinicians_only(
    desk: Desk, front_desk: Actor, nurse: Actor
) -> None:
    came = desk.sandbox.control.form("Patient/p.103")
    desk.poll()
    desk.read()
    form = desk.form(came["id"])
    clinical = {
        actor.role: [
            row.difference.chart_value
            for row in desk.open(actor, form).fields
            if is_clinical(row.path) and row.difference.chart_value
        ]
        for actor in (front_desk, nurse)
    }
    assert clinical[front_desk.role] == []
    assert clinical[nurse.role] != []


def test_a_form_is_put_on_the_trail_once_for_each_version_a_person_is_shown(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    listed: Listed = set()
    for _ in range(3):
        worklist(desk.container, front_desk, listed=listed)
    accept_matching(desk.container, front_desk, seen(form))
    worklist(desk.container, front_desk, listed=listed)
    with reading(desk.container.engine) as session:
        trail = AuditTrail(session, desk.practice.id).in_order()
        shown = [line for line in trail if (line.verb, line.subject) == ("intake.listed", form.ref)]
    assert len(shown) == 2


def test_who_comes_tomorrow_is_asked_about_before_who_comes_next_week(
    desk: Desk, front_desk: Actor
) -> None:
    desk.poll()
    asked = len(desk.sandbox.control.calls("fhir.search"))
    desk.clock.wait(timedelta(minutes=5))
    poll(desk.container, desk.practice, desk.ehr.forms)
    near = len(desk.sandbox.control.calls("fhir.search")) - asked
    desk.clock.wait(timedelta(minutes=11))
    poll(desk.container, desk.practice, desk.ehr.forms)
    everyone = len(desk.sandbox.control.calls("fhir.search")) - asked - near
    assert 0 < near < everyone
