"""Forms that come twice, change, are taken back, or whose patient is not who they were."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from db import reading
from db.deliveries import DeliveryState
from db.intake import FormState, IntakeForm, IntakeForms, Match
from db.intake_fields import Decision
from services.desk import Actor
from services.ehr.registration import IncomingForm
from services.errors import Invalid, Stale
from services.workflows.inbox.poll import poll
from services.workflows.intake.arrivals import (
    CHANGED_AFTER,
    ELSEWHERE,
    TAKEN_BACK,
    TAKEN_BACK_AFTER,
    TWICE,
)
from services.workflows.intake.belonging import (
    TAKEN_AWAY,
    WRITTEN_THERE,
    confirm_patient,
    read_again,
    restore,
    wrong_patient,
)
from services.workflows.intake.deciding import accept, accept_matching, escalate, reject
from services.workflows.intake.propose import read_batch
from tests.services.workflows.intake.conftest import NO_ENGINE, Desk, differing, seen
from tests.services.workflows.intake.test_intake_story import accept_all

PHONE, MEMBER = "demographics.phone", "coverage[0].member_id"
OTHER_PHONE = "6175550188"


def amend(desk: Desk, form: IntakeForm, *, read: bool = True, **answers: object) -> IntakeForm:
    """The patient changes answers (``reach_phone="…"``); the form as it is read again."""
    said = {name.replace("_", "."): value for name, value in answers.items()}
    desk.sandbox.control.amend(form.source_ref.partition("/")[2], said)
    desk.poll()
    if read:
        desk.read()
    return desk.form(form.id)


def take_back(desk: Desk, form: IntakeForm) -> IntakeForm:
    """The patient takes the form back."""
    desk.sandbox.control.withdraw_form(form.source_ref.partition("/")[2])
    desk.poll()
    return desk.form(form.id)


def decisions(desk: Desk, actor: Actor, form: IntakeForm) -> dict[str, Decision]:
    return {row.path: row.decision for row in desk.open(actor, form).fields}


def all_forms(desk: Desk) -> list[IntakeForm]:
    with reading(desk.container.engine) as session:
        forms = IntakeForms(session, desk.practice.id)
        return list(forms.all(forms.rows()))


def hear_of_merge(desk: Desk, patient: str) -> None:
    """The patient is merged, and their chart is fetched because they also wrote a message."""
    desk.sandbox.control.receive("May I come a little earlier?", patient=patient)
    poll(desk.container, desk.practice, desk.ehr.mailbox)
    desk.sync_charts()
    desk.sandbox.control.merge(patient, into="Patient/p.104")
    desk.clock.wait(timedelta(hours=7))
    desk.sync_charts()


def written(desk: Desk) -> list[str]:
    return [line["kind"] for line in desk.sandbox.control.ledger()]


def test_the_same_answers_sent_twice_are_one_piece_of_work(desk: Desk) -> None:
    answers = {"about.last": "Sample", "reach.phone": "6175550111"}
    first = desk.sandbox.control.form("Patient/p.103", answers)["id"]
    second = desk.sandbox.control.form("Patient/p.103", answers)["id"]
    desk.poll()
    twin = desk.form(second)
    assert (twin.state, twin.trouble) == (FormState.REMOVED, TWICE)
    assert desk.form(first).state is FormState.WAITING


def test_other_answers_of_the_same_patient_are_another_form(desk: Desk) -> None:
    desk.sandbox.control.form("Patient/p.103", {"reach.phone": "6175550111"})
    other = desk.sandbox.control.form("Patient/p.103", {"reach.phone": "6175550112"})["id"]
    desk.poll()
    assert desk.form(other).state is FormState.WAITING


def test_polling_twice_changes_nothing(desk: Desk) -> None:
    form, _ = desk.newcomer()
    desk.poll()
    again = desk.form(form.id)
    assert (again.version, again.state, len(all_forms(desk))) == (form.version, FormState.READY, 1)


def test_an_answer_that_tells_every_form_twice_makes_one_of_each(desk: Desk) -> None:
    desk.sandbox.control.fault("fhir.search", "duplicate")
    desk.newcomer()
    assert len(all_forms(desk)) == 1


def test_a_form_that_changed_is_read_again_and_keeps_what_still_holds(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    accept(desk.container, front_desk, seen(form), PHONE)
    accept(desk.container, front_desk, seen(desk.form(form.id)), MEMBER)
    amended = amend(desk, form, reach_phone=OTHER_PHONE)
    assert (amended.amended, amended.state) == (1, FormState.READY)
    now = decisions(desk, front_desk, form)
    assert (now[PHONE], now[MEMBER]) == (Decision.OPEN, Decision.ACCEPTED)


def test_what_was_on_the_screen_before_the_change_cannot_be_accepted(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    stale = seen(form)
    amend(desk, form, reach_phone=OTHER_PHONE)
    with pytest.raises(Stale):
        accept(desk.container, front_desk, stale, PHONE)


def test_a_change_before_anything_left_calls_all_of_it_back_and_loses_no_decision(
    desk: Desk, front_desk: Actor
) -> None:
    form, patient = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    amended = amend(desk, form, reach_phone=OTHER_PHONE)
    assert {d.state for d in desk.deliveries(form)} == {DeliveryState.CANCELLED}
    assert (amended.open_fields, amended.trouble) == (1, CHANGED_AFTER)
    accept(desk.container, front_desk, seen(amended), PHONE)
    desk.deliver()
    chart = desk.ehr.registrar.registration(patient)
    assert desk.form(form.id).state is FormState.DONE
    kept = desk.open(front_desk, form).fields
    assert chart.demographics["phone"] == OTHER_PHONE
    assert [r.accepted for r in kept if r.path == MEMBER] == [chart.coverage[0].member_id]


def test_a_change_after_all_is_written_asks_only_for_what_is_new(
    desk: Desk, front_desk: Actor
) -> None:
    form, patient = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.deliver()
    before = len(written(desk))
    amended = amend(desk, form, reach_phone=OTHER_PHONE)
    assert (amended.open_fields, amended.trouble) == (1, CHANGED_AFTER)
    accept_all(desk, front_desk, form.id)
    desk.deliver()
    assert desk.form(form.id).state is FormState.DONE
    assert len(written(desk)) == before + 1
    assert desk.ehr.registrar.registration(patient).demographics["phone"] == OTHER_PHONE


def test_what_was_under_way_when_the_form_changed_settles_and_does_not_hide_the_change(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.sandbox.control.fault("fhir.write", "lost_response", times=2)
    desk.deliver(times=1)
    waiting = amend(desk, form, read=False, reach_phone=OTHER_PHONE)
    assert waiting.state is FormState.WAITING
    desk.deliver(times=6, after=timedelta(minutes=2))
    assert desk.form(form.id).state is FormState.WAITING
    desk.read()
    assert decisions(desk, front_desk, form)[PHONE] is Decision.OPEN


def test_a_refusal_that_comes_after_the_change_leaves_the_change_to_be_read(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.sandbox.control.fault("fhir.write", "lost_response", times=2)
    desk.deliver(times=1)
    amend(desk, form, read=False, reach_phone=OTHER_PHONE)
    desk.sandbox.control.fault("fhir.search", "status", code=404)
    desk.deliver(times=6, after=timedelta(minutes=2))
    desk.sandbox.control.mend()
    assert desk.form(form.id).state is FormState.WAITING


class _Replica:
    """A server that still shows another version of every form, authored so much later."""

    def __init__(self, desk: Desk, later: timedelta) -> None:
        self.forms, self.later = desk.ehr.forms, later

    def visits(self, *asked: Any) -> Any:
        return self.forms.visits(*asked)

    def forms_of(self, *asked: Any) -> Any:
        found = [one for one in self.forms.forms_of(*asked) if isinstance(one, IncomingForm)]
        return [replace(f, authored=f.authored + self.later, digest="other") for f in found]


@pytest.mark.parametrize(("later", "amended"), [(-1, 0), (0, 1)], ids=["older", "as new"])
def test_a_server_behind_the_times_does_not_bring_an_older_version_back(
    desk: Desk, later: int, amended: int
) -> None:
    form, _ = desk.newcomer()
    desk.ehr = replace(desk.ehr, forms=_Replica(desk, timedelta(hours=later)))
    desk.poll()
    assert desk.form(form.id).amended == amended


def test_a_form_taken_back_goes_and_nothing_of_it_leaves(desk: Desk, front_desk: Actor) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    gone = take_back(desk, form)
    desk.deliver()
    assert (gone.state, gone.trouble) == (FormState.WITHDRAWN, TAKEN_BACK)
    assert written(desk) == []


def test_a_form_taken_back_after_it_was_written_says_that_the_chart_needs_a_look(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.deliver()
    gone = take_back(desk, form)
    assert (gone.state, gone.trouble) == (FormState.WITHDRAWN, TAKEN_BACK_AFTER)


def test_a_form_taken_back_before_we_met_it_is_never_shown(desk: Desk) -> None:
    came = desk.sandbox.control.form("Patient/p.103", {"reach.phone": "6175550111"})["id"]
    desk.sandbox.control.withdraw_form(came)
    desk.poll()
    assert all_forms(desk) == []


def test_a_patient_merged_between_reading_and_deciding_is_compared_afresh(
    desk: Desk, front_desk: Actor
) -> None:
    form, patient = desk.newcomer()
    accept(desk.container, front_desk, seen(form), PHONE)
    hear_of_merge(desk, patient)
    moved = desk.form(form.id)
    assert (moved.state, "merged" in moved.trouble) == (FormState.WAITING, True)
    desk.read()
    assert decisions(desk, front_desk, form)[PHONE] is Decision.OPEN
    assert desk.form(form.id).patient_id != form.patient_id


def test_a_patient_merged_between_deciding_and_sending_gets_nothing_unseen(
    desk: Desk, front_desk: Actor
) -> None:
    form, patient = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    desk.sandbox.control.merge(patient, into="Patient/p.104")
    desk.deliver(times=4)
    assert written(desk) == []
    desk.read()
    back = desk.form(form.id)
    assert (back.state, "merged" in back.trouble) == (FormState.READY, True)
    assert back.patient_id != form.patient_id
    assert decisions(desk, front_desk, form)[PHONE] is Decision.OPEN
    desk.poll()
    assert desk.form(form.id).version == back.version  # nothing moves it to and fro


def test_a_merge_we_hear_of_before_sending_calls_back_what_was_held(
    desk: Desk, front_desk: Actor
) -> None:
    form, patient = desk.newcomer()
    accept_all(desk, front_desk, form.id)
    hear_of_merge(desk, patient)
    assert {d.state for d in desk.deliveries(form)} == {DeliveryState.CANCELLED}
    desk.deliver()
    assert (written(desk), desk.form(form.id).state) == ([], FormState.WAITING)


def test_a_merge_shows_as_soon_as_ecw_has_the_form_under_the_other_patient(desk: Desk) -> None:
    form, patient = desk.newcomer()
    desk.sandbox.control.merge(patient, into="Patient/p.104")
    desk.poll()
    moved = desk.form(form.id)
    assert (moved.state, moved.trouble) == (FormState.WAITING, ELSEWHERE)
    assert moved.patient_id != form.patient_id
    desk.read()
    assert desk.form(form.id).state is FormState.READY


def test_a_form_about_somebody_else_shows_that_it_contradicts_the_chart(
    desk: Desk, front_desk: Actor
) -> None:
    came = desk.sandbox.control.form("Patient/p.103", sample="cardiology")["id"]
    desk.poll()
    desk.read()
    form = desk.form(came)
    fields = {row.path: row for row in desk.open(front_desk, form).fields}
    name = fields["demographics.last_name"].difference
    assert name.chart_value != name.found.value  # type: ignore[union-attr]
    assert fields["demographics.last_name"].asks
    assert form.conflicts > 0


def test_a_form_taken_away_is_nobodys_for_sure_until_a_person_says_so(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    wrong_patient(desk.container, front_desk, seen(form))
    desk.read()
    unsure = desk.form(form.id)
    assert unsure.match in (Match.PROBABLE, Match.NONE)
    assert unsure.trouble == TAKEN_AWAY
    with pytest.raises(Invalid, match="confirm whose form"):
        accept_matching(desk.container, front_desk, seen(unsure))
    read_again(desk.container, front_desk, seen(unsure))
    desk.read()
    assert desk.form(form.id).match in (Match.PROBABLE, Match.NONE)


def test_a_person_says_whose_form_it_is_and_it_goes_on_from_there(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    wrong_patient(desk.container, front_desk, seen(form))
    desk.read()
    confirm_patient(desk.container, front_desk, seen(desk.form(form.id)), "Patient/p.104")
    desk.read()
    sure = desk.form(form.id)
    assert (sure.match, sure.state, sure.trouble) == (Match.CONFIRMED, FormState.READY, "")
    shown = {r.path: r.difference.chart_value for r in desk.open(front_desk, sure).fields}
    chart = desk.ehr.registrar.registration("Patient/p.104")
    assert shown["demographics.last_name"] == chart.demographics["last_name"]


def test_what_a_person_said_about_the_patient_beats_an_engine_that_reads_at_that_moment(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    wrong_patient(desk.container, front_desk, seen(form))

    class Slow:
        """A chart that answers while somebody says whose form it is."""

        def find_people(self, family: str, birth_date: str) -> object:
            found = desk.ehr.registrar.find_people(family, birth_date)
            confirm_patient(desk.container, front_desk, seen(desk.form(form.id)), "Patient/p.104")
            return found

        def registration(self, ref: str) -> object:
            return desk.ehr.registrar.registration(ref)

    assert read_batch(desk.container, desk.practice, Slow(), NO_ENGINE)["overtaken"] == 1  # type: ignore[arg-type]
    desk.read()
    chart = desk.open(front_desk, form)
    [last] = [r for r in chart.fields if r.path == "demographics.last_name"]
    expected = desk.ehr.registrar.registration("Patient/p.104").demographics["last_name"]
    assert last.difference.chart_value == expected


def test_a_form_taken_away_while_half_of_it_is_held_leaves_nothing_for_that_patient(
    desk: Desk, front_desk: Actor
) -> None:
    came = desk.sandbox.control.form(
        "Patient/p.103", {"reach.phone": OTHER_PHONE, "history.conditions": ["Gout"]}
    )["id"]
    desk.poll()
    desk.read()
    form = desk.form(came)
    escalate(desk.container, front_desk, seen(form))
    accept_all(desk, front_desk, form.id)
    assert [d.state for d in desk.deliveries(form)] == [DeliveryState.HELD]
    wrong_patient(desk.container, front_desk, seen(desk.form(form.id)))
    desk.deliver()
    assert (written(desk), desk.form(form.id).trouble) == ([], TAKEN_AWAY)


def test_a_form_taken_away_too_late_says_what_has_left(desk: Desk, front_desk: Actor) -> None:
    came = desk.sandbox.control.form(
        "Patient/p.103", {"reach.phone": OTHER_PHONE, "history.conditions": ["Gout"]}
    )["id"]
    desk.poll()
    desk.read()
    form = desk.form(came)
    escalate(desk.container, front_desk, seen(form))
    accept_all(desk, front_desk, form.id)
    desk.deliver()
    wrong_patient(desk.container, front_desk, seen(desk.form(form.id)))
    assert desk.form(form.id).trouble == f"{TAKEN_AWAY} {WRITTEN_THERE}"


def test_a_twin_that_was_set_aside_can_be_put_back(desk: Desk, front_desk: Actor) -> None:
    answers = {"reach.phone": "6175550111"}
    desk.sandbox.control.form("Patient/p.103", answers)
    second = desk.sandbox.control.form("Patient/p.103", answers)["id"]
    desk.poll()
    restore(desk.container, front_desk, seen(desk.form(second)))
    desk.read()
    assert desk.form(second).state is FormState.READY


def test_a_rejection_holds_only_while_form_and_chart_say_the_same(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    reject(desk.container, front_desk, seen(form), PHONE, "Typed wrong")
    read_again(desk.container, front_desk, seen(desk.form(form.id)))
    desk.read()
    assert decisions(desk, front_desk, form)[PHONE] is Decision.REJECTED
    amend(desk, form, reach_phone=OTHER_PHONE)
    assert decisions(desk, front_desk, form)[PHONE] is Decision.OPEN


def test_nothing_is_left_to_decide_where_the_form_repeats_the_chart(
    desk: Desk, front_desk: Actor
) -> None:
    came = desk.sandbox.control.form("Patient/p.103")["id"]
    desk.poll()
    desk.read()
    opened = desk.open(front_desk, desk.form(came))
    assert [row.path for row in differing(opened) if row.difference.chart_value] == []
