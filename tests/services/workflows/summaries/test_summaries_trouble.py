"""Summaries when the ground moves: notes amended, patients merged, healow down, keys destroyed."""

from datetime import timedelta

import pytest

from db import reading
from db.deliveries import DeliveryState
from db.patients import Patients
from db.rollout import Switch
from db.vault import ItemKeys
from db.visit_notes import VisitNotes
from db.visit_summaries import SummaryState, VisitSummary
from services import chart_sync, sweep
from services.desk import Actor, working
from services.errors import EhrError, Invalid, NotRolledOut, Stale
from services.workflows.summaries import editing, sending
from tests.services.workflows.summaries.conftest import PATIENT, SPANISH, Says, Telling, told

ANEW = "Start naproxen 500 mg twice a day."
LONG = timedelta(minutes=2)  # later than any request can last
OTHER = "Patient/p.121"  # seen at Maple as well


def _sent(telling: Telling, provider: Actor, patient: str = PATIENT) -> VisitSummary:
    summary = telling.drafted(patient)
    sending.send(telling.container, provider, telling.seen(provider, summary))
    return summary


def test_an_amended_note_is_told_anew_and_what_a_person_wrote_stands_beside_it(
    telling: Telling, provider: Actor
) -> None:
    summary = telling.drafted()
    target = telling.seen(provider, summary)
    editing.edit(telling.container, provider, target, "plan", "Take the tablets I gave you.")
    telling.amend(summary, PLAN=ANEW)
    assert telling.poll() == {"amended": 1}
    before = telling.seen(provider, summary)
    with pytest.raises(Invalid):
        sending.send(telling.container, provider, before)
    telling.draft()
    opened = telling.open(provider, summary)
    assert ANEW in told(opened)
    assert opened.earlier is not None
    assert "Take the tablets I gave you." in opened.earlier.text
    assert "amended" in opened.row.trouble


def test_words_that_are_not_told_change_nothing_when_they_are_amended(
    telling: Telling, provider: Actor
) -> None:
    summary = telling.drafted()
    telling.amend(summary, HPI="Twisted on the stairs, three weeks ago.")
    assert telling.poll() == {"unchanged": 1}
    assert telling.again(summary).version == summary.version


def test_what_was_approved_is_called_back_when_the_note_is_amended_before_it_leaves(
    telling: Telling, provider: Actor
) -> None:
    summary = _sent(telling, provider)
    telling.amend(summary, PLAN=ANEW)
    telling.poll()
    telling.deliver()
    assert telling.came() == []
    telling.draft()
    assert "called back" in telling.again(summary).trouble
    sending.send(telling.container, provider, telling.seen(provider, summary))
    telling.deliver()
    [came] = telling.came()
    assert ANEW in came


def test_who_has_a_summary_gets_a_corrected_one_only_by_another_click(
    telling: Telling, provider: Actor
) -> None:
    summary = _sent(telling, provider)
    telling.deliver()
    telling.amend(summary, PLAN=ANEW)
    telling.poll(after=timedelta(hours=7))
    assert "after the patient got this" in telling.again(summary).trouble
    telling.draft()
    telling.deliver()
    assert len(telling.came()) == 1
    editing.draft_again(telling.container, provider, telling.seen(provider, summary))
    telling.draft()
    sending.send(telling.container, provider, telling.seen(provider, summary))
    telling.deliver()
    first, second = telling.came()
    assert (ANEW in first, ANEW in second) == (False, True)
    subjects = [m["subject"] for m in telling.sandbox.control.portal(PATIENT)][-2:]
    assert subjects == ["Summary of your visit", "Corrected summary of your visit"]


def test_a_patient_merged_before_it_is_written_is_followed_and_read_again(
    telling: Telling, provider: Actor
) -> None:
    ref = telling.visit()
    telling.sandbox.control.merge(PATIENT, into=OTHER)
    telling.poll()
    assert telling.draft() == {"merged": 1}
    telling.draft()
    summary = telling.of(ref)
    assert "merged" in summary.trouble
    sending.send(telling.container, provider, telling.seen(provider, summary))
    telling.deliver()
    assert telling.came(PATIENT) == []
    assert len(telling.came(OTHER)) == 1


def test_a_merge_that_the_chart_tells_calls_the_approved_summary_back(
    telling: Telling, provider: Actor
) -> None:
    summary = _sent(telling, provider)
    telling.sandbox.control.merge(PATIENT, into=OTHER)
    with working(telling.container, Actor.job(telling.practice.id, "charts")) as desk:
        patient = desk.open(Patients).get(summary.patient_id)
        chart = telling.ehr.chart.summary(PATIENT, desk.today)
        chart_sync._keep(desk, patient, chart)
    telling.deliver()
    assert (telling.came(PATIENT), telling.came(OTHER)) == ([], [])
    assert telling.again(summary).state is SummaryState.WAITING


def test_a_merge_that_nobody_knew_of_is_refused_and_comes_back(
    telling: Telling, provider: Actor
) -> None:
    summary = _sent(telling, provider)
    telling.sandbox.control.merge(PATIENT, into=OTHER)
    telling.deliver()
    back = telling.again(summary)
    assert (back.state, bool(back.trouble)) == (SummaryState.READY, True)
    assert (telling.came(PATIENT), telling.came(OTHER)) == ([], [])


def test_a_visit_that_ecw_has_with_another_patient_is_told_to_neither(
    telling: Telling, provider: Actor
) -> None:
    """Documented in the wrong chart and moved there later: the classic way to the wrong portal."""
    ref = telling.visit(OTHER)
    telling.poll()
    telling.draft()
    summary, other = telling.of(ref), telling.drafted(SPANISH)
    assert summary.state is SummaryState.READY
    with working(telling.container, Actor.job(telling.practice.id, "tests")) as desk:
        row = desk.session.merge(summary)
        row.patient_id = other.patient_id  # as if eCW had had it with this one then
    assert telling.poll()["amended"] == 1
    telling.draft()
    failed = telling.of(ref)
    assert (failed.state, "another patient" in failed.trouble) == (SummaryState.FAILED, True)
    with pytest.raises((Invalid, Stale)):
        sending.send(telling.container, provider, telling.seen(provider, failed))
    trail = telling.trail("summaries.failed")
    telling.poll()
    telling.draft()
    assert telling.trail("summaries.failed") == trail  # said once, not at every look


def test_without_a_portal_account_the_summary_comes_back_to_be_printed(
    telling: Telling, provider: Actor
) -> None:
    telling.sandbox.control.portal_account(PATIENT, account=False)
    summary = _sent(telling, provider)
    telling.deliver()
    assert "no portal account" in telling.again(summary).trouble
    sending.give(telling.container, provider, telling.seen(provider, summary))
    assert telling.again(summary).state is SummaryState.GIVEN
    assert telling.came() == []


def test_while_healow_is_down_it_waits_and_leaves_once(telling: Telling, provider: Actor) -> None:
    summary = _sent(telling, provider)
    telling.sandbox.control.fault("healow.message", "outage", times=2)
    telling.deliver(times=6, after=LONG)
    assert telling.again(summary).state is SummaryState.SENT
    assert len(telling.came()) == 1


def test_a_lost_answer_is_read_back_and_nothing_is_sent_twice(
    telling: Telling, provider: Actor
) -> None:
    summary = _sent(telling, provider)
    telling.sandbox.control.fault("healow.message", "lost_response", times=1)
    telling.deliver(times=1)
    assert telling.deliveries(summary)[0].state is DeliveryState.IN_DOUBT
    telling.deliver(times=2, after=LONG)
    assert telling.again(summary).state is SummaryState.SENT
    assert len(telling.came()) == 1


def test_what_reading_back_cannot_settle_a_person_settles(
    telling: Telling, provider: Actor
) -> None:
    summary = _sent(telling, provider)
    telling.sandbox.control.configure(settle_seconds=90_000)  # never shown while we look
    telling.deliver(times=10, after=timedelta(minutes=11))
    opened = telling.open(provider, summary)
    assert opened.unsettled is not None
    for way in (sending.send, sending.give):
        with pytest.raises(Invalid, match="look in healow"):
            way(telling.container, provider, telling.seen(provider, summary))
    target = telling.seen(provider, summary)
    sending.settle(telling.container, provider, target, opened.unsettled, True)
    assert telling.again(summary).state is SummaryState.SENT
    assert len(telling.deliveries(summary)) == 1


def test_the_summary_of_a_note_that_was_destroyed_here_is_set_aside(telling: Telling) -> None:
    summary = telling.drafted()
    with working(telling.container, Actor.job(telling.practice.id, "tests")) as desk:
        desk.open(VisitNotes).get(summary.note_id).purged_at = desk.now
    telling.poll()
    aside = telling.again(summary)
    assert (aside.state, aside.closed_at is not None) == (SummaryState.SET_ASIDE, True)


def test_past_its_retention_nothing_of_it_can_be_read(telling: Telling, provider: Actor) -> None:
    summary = _sent(telling, provider)
    telling.deliver()
    sweep.purge(telling.container, telling.practice)
    assert "meloxicam" in told(telling.open(provider, summary))
    telling.clock.wait(timedelta(days=31))
    sweep.purge(telling.container, telling.practice)
    opened = telling.open(provider, summary)
    assert (told(opened), opened.sources, opened.row.is_purged) == ("", {}, True)
    with reading(telling.container.engine) as session:
        assert ItemKeys(session, telling.practice.id).get(summary.key_id).wrapped is None
    with pytest.raises(Invalid):
        editing.draft_again(telling.container, provider, opened.row.target)


def test_switched_off_engines_leave_it_to_the_provider(telling: Telling, provider: Actor) -> None:
    with working(telling.container, Actor.job(telling.practice.id, "tests")) as desk:
        desk.session.add(Switch(practice_id=desk.practice_id, what="ai", stopped=True))
    summary = telling.drafted()
    assert "switched off" in summary.trouble
    target = telling.seen(provider, summary)
    editing.edit(telling.container, provider, target, "plan", "Take the tablets once a day.")
    sending.send(telling.container, provider, telling.seen(provider, summary))
    telling.deliver()
    assert "Take the tablets once a day." in telling.came()[0]


def test_while_ecw_does_not_answer_it_waits_and_loses_nothing(telling: Telling) -> None:
    ref = telling.visit()
    telling.poll()
    telling.sandbox.control.fault("openapi", "outage", times=3)
    with pytest.raises(EhrError):
        telling.draft()
    telling.clock.wait(timedelta(minutes=1))
    telling.sandbox.control.mend()
    telling.draft()
    assert telling.of(ref).state is SummaryState.READY


def test_a_model_is_told_signed_words_alone_and_no_name(telling: Telling) -> None:
    telling.assistant = model = Says(("plan", "Take meloxicam 15 mg once a day.", ["T4"]))
    telling.drafted()
    [facts] = model.asked
    assert facts.text.splitlines()[0] == "[T1] chief_complaint: Right knee pain."
    assert "three weeks ago" not in facts.text
    assert dict(facts.values) == {"language": "English", "grade": "6"}
    assert facts.identifiers


def test_a_translation_is_doubted_whole_because_the_checker_reads_english(
    telling: Telling, provider: Actor
) -> None:
    telling.assistant = Says(("plan", "Tome meloxicam 15 mg una vez al día.", ["T4"]))
    opened = telling.open(provider, telling.drafted(SPANISH))
    [line] = opened.text.part("plan").lines
    assert "translation" in " ".join(line.doubts)
    assert opened.row.unsettled == 1
    assert "están en inglés" not in opened.text.text


def test_the_kill_switch_keeps_what_is_approved_here(telling: Telling, provider: Actor) -> None:
    summary = _sent(telling, provider)
    with working(telling.container, Actor.job(telling.practice.id, "tests")) as desk:
        desk.session.add(Switch(practice_id=desk.practice_id, what="summaries", stopped=True))
    telling.deliver()
    assert telling.came() == []
    with pytest.raises(NotRolledOut):
        telling.open(provider, summary)
