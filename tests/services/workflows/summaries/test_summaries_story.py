"""From a signed note to plain words in the patient's portal: after one click, once, and to nobody else."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from db import writing
from db.connections import Connections
from db.deliveries import DeliveryState
from db.rollout import Rollout, Rollouts
from db.visit_notes import NoteState, VisitNotes
from db.visit_summaries import SummaryState
from db.vocabulary import Role, Stage
from services import chart_sync
from services.actions import Target
from services.desk import Actor, working
from services.ehr.ports import Road
from services.errors import Invalid, NotAble, NotAllowed, NotRolledOut, Stale
from services.workflows.notes import drafting as notes_drafting
from services.workflows.notes import poll as notes_poll
from services.workflows.summaries import editing, sending
from tests.services.workflows.summaries.conftest import (
    CHINESE,
    PATIENT,
    SPANISH,
    Says,
    Telling,
    told,
)

Hire = Callable[..., Actor]


def test_a_visit_signed_in_ecw_is_found_told_and_read_in_the_portal_once(
    telling: Telling, provider: Actor
) -> None:
    """The whole way: the notes' own job notices the signature, and nothing leaves before the click."""
    with writing(telling.container.engine) as session:
        session.add(Rollout(practice_id=telling.practice.id, workflow="notes", stage=Stage.ON))
    chart_sync.sync_places(telling.container, telling.practice, telling.ehr.directory)
    control = telling.sandbox.control
    ref = f"Encounter/{control.visit(patient=PATIENT, status='finished', transcript='')['id']}"
    plan = "Start meloxicam 15 mg once a day."
    control.at_visit(ref, "sign", changes={"ASSESSMENT": "Right knee sprain.", "PLAN": plan})
    for _ in range(2):
        telling.clock.wait(timedelta(minutes=16))
        notes_poll.poll(telling.container, telling.practice, telling.ehr.notebook)
        notes_drafting.draft_batch(
            telling.container, telling.practice, telling.ehr.notebook, telling.assistant
        )
    telling.poll()
    telling.draft()
    telling.deliver()
    assert telling.came() == []
    summary = telling.of(ref)
    opened = telling.open(provider, summary)
    sending.send(telling.container, provider, opened.row.target)
    telling.deliver(times=5)
    assert telling.came() == [opened.text.text]
    assert plan in telling.came()[0]
    assert telling.again(summary).state is SummaryState.SENT
    [delivery] = telling.deliveries(summary)
    assert (delivery.state, delivery.about) == (DeliveryState.VERIFIED, summary.ref)


def test_each_sentence_stands_beside_the_signed_one_that_it_tells(
    telling: Telling, provider: Actor
) -> None:
    opened = telling.open(provider, telling.drafted())
    [found] = [part for part in opened.text.parts if part.name == "found"]
    assert [line.text for line in found.lines] == [
        "Right knee sprain (a stretched or torn ligament).",
        "No fracture (a broken bone) on x-ray.",
    ]
    beside = [opened.sources[cited] for line in found.lines for cited in line.sources]
    assert beside == [("Assessment", "Right knee sprain."), ("Assessment", "No fracture on x-ray.")]
    assert "three weeks ago" not in told(opened)  # the history is not what a summary tells
    assert opened.row.unsettled == 0


def test_a_note_that_nobody_signed_gives_nothing(telling: Telling) -> None:
    telling.visit(sign=False)
    assert telling.poll() == {}
    assert telling.draft() == {}
    assert telling.all() == []


def test_a_note_that_is_not_signed_any_more_is_told_to_nobody(
    telling: Telling, provider: Actor
) -> None:
    ref = telling.visit(sign=False)
    with writing(telling.container.engine) as session:
        note = VisitNotes(session, telling.practice.id).by_encounters([ref])[ref]
        note.state, note.signed_at = NoteState.SIGNED, telling.clock()
    telling.poll()
    telling.draft()
    summary = telling.of(ref)
    assert summary.state is SummaryState.FAILED
    assert "not signed" in summary.trouble
    target = telling.seen(provider, summary)
    editing.edit(telling.container, provider, target, "plan", "Rest.")
    with pytest.raises(Stale, match="not signed"):
        sending.send(telling.container, provider, telling.seen(provider, summary))


def test_two_people_who_click_at_once_send_once_and_nobody_sends_again(
    telling: Telling, provider: Actor, hire: Hire
) -> None:
    summary = telling.drafted()
    target = telling.seen(provider, summary)
    sending.send(telling.container, provider, target)
    with pytest.raises(Stale, match="got here first"):
        sending.send(telling.container, hire(Role.PROVIDER, "Second provider"), target)
    telling.deliver()
    sent = telling.seen(provider, summary)
    for again in (sending.send, editing.draft_again, editing.reopen):
        with pytest.raises(Invalid):
            again(telling.container, provider, Target(sent.id, sent.version, sent.shown))
    telling.deliver()
    assert len(telling.came()) == 1


def test_the_other_way_out_is_closed_as_well_once_the_patient_has_it(
    telling: Telling, provider: Actor
) -> None:
    """Even a row that came back to READY by some accident does not tell the same note twice."""
    summary = telling.drafted()
    sending.send(telling.container, provider, telling.seen(provider, summary))
    telling.deliver()
    with working(telling.container, Actor.job(telling.practice.id, "accident")) as desk:
        row = desk.session.merge(telling.again(summary))
        row.state = SummaryState.READY
    for way in (sending.send, sending.give):
        with pytest.raises(Invalid, match="already"):
            way(telling.container, provider, telling.seen(provider, summary))


def test_what_was_sent_can_be_taken_back_until_it_leaves(telling: Telling, provider: Actor) -> None:
    summary = telling.drafted()
    sending.send(telling.container, provider, telling.seen(provider, summary))
    sending.take_back(telling.container, provider, telling.seen(provider, summary))
    telling.deliver()
    assert telling.came() == []
    assert telling.again(summary).state is SummaryState.READY


def test_only_the_words_on_the_screen_leave(telling: Telling, provider: Actor) -> None:
    summary = telling.drafted()
    before = telling.seen(provider, summary)
    editing.edit(telling.container, provider, before, "plan", "Take one tablet a day.")
    now = telling.again(summary)
    with pytest.raises(Stale):
        sending.send(telling.container, provider, Target(now.id, now.version, before.shown))
    sending.send(telling.container, provider, telling.seen(provider, summary))
    telling.deliver()
    assert "Take one tablet a day." in telling.came()[0]
    assert "meloxicam" not in telling.came()[0]


def test_what_the_checker_doubts_must_be_ticked_or_taken_out(
    telling: Telling, provider: Actor
) -> None:
    right = ("plan", "Take meloxicam 15 mg once a day for 10 days.", ["T4"])
    wrong = ("plan", "Take meloxicam 50 mg once a day.", ["T4"])
    new = ("call", "Call us if you get a rash.", [])
    telling.assistant = Says(right, wrong, new)
    summary = telling.drafted()
    opened = telling.open(provider, summary)
    assert opened.undecided == "2 sentences must be ticked, changed or taken out first."
    with pytest.raises(Invalid, match="2 sentences must be ticked"):
        sending.send(telling.container, provider, opened.row.target)
    target = telling.seen(provider, summary)
    editing.remove(telling.container, provider, target, "plan", 1, wrong[1])
    target = telling.seen(provider, summary)
    editing.tick(telling.container, provider, target, "call", 0, new[1])
    sending.send(telling.container, provider, telling.seen(provider, summary))
    telling.deliver()
    assert [said[1] in telling.came()[0] for said in (right, wrong, new)] == [True, False, True]


@pytest.mark.parametrize(
    ("patient", "language", "title"),
    [(PATIENT, "en", "Why you came"), (SPANISH, "es", "Por qué vino"), (CHINESE, "en", "Why you")],
)
def test_the_chart_decides_the_language_where_we_can_write_it(
    telling: Telling, provider: Actor, patient: str, language: str, title: str
) -> None:
    opened = telling.open(provider, telling.drafted(patient))
    assert (opened.row.language, title in opened.text.text) == (language, True)
    assert opened.row.spoken.startswith({PATIENT: "en", SPANISH: "es", CHINESE: "zh"}[patient])


def test_a_person_chooses_language_and_grade_and_what_they_wrote_is_kept_beside_it(
    telling: Telling, provider: Actor
) -> None:
    summary = telling.drafted()
    target = telling.seen(provider, summary)
    editing.edit(telling.container, provider, target, "plan", "Rest your knee.")
    target = telling.seen(provider, summary)
    editing.choose(telling.container, provider, target, "es", 4)
    telling.draft()
    opened = telling.open(provider, summary)
    assert (opened.row.language, opened.row.grade) == ("es", 4)
    assert "Qué vamos a hacer" in opened.text.text
    assert "están en inglés" in opened.text.text
    assert opened.earlier is not None
    assert "Rest your knee." in opened.earlier.text
    for language, grade in (("zh", 6), ("en", 2), ("en", 13)):
        with pytest.raises(Invalid):
            editing.choose(telling.container, provider, opened.row.target, language, grade)


def test_hard_words_are_told_to_be_harder_than_the_grade(telling: Telling, provider: Actor) -> None:
    hard = "Degenerative intervertebral abnormalities necessitating orthopedic consultation."
    summary = telling.drafted(ASSESSMENT=hard)
    assert telling.open(provider, summary).row.is_harder
    telling.options(summary_grade=12)
    target = telling.seen(provider, summary)
    for part in ("found", "plan", "instructions"):
        editing.edit(telling.container, provider, target, part, "Rest now.")
        target = telling.seen(provider, summary)
    assert not telling.open(provider, summary).row.is_harder


def test_too_long_for_healow_is_said_before_the_click(telling: Telling, provider: Actor) -> None:
    plan = "\n".join(f"Take {n} tablets of the medicine a day with food." for n in range(90))
    summary = telling.drafted(PLAN=plan)
    assert "too long" in telling.open(provider, summary).unfit
    with pytest.raises(Invalid, match="too long"):
        sending.send(telling.container, provider, telling.seen(provider, summary))
    sending.give(telling.container, provider, telling.seen(provider, summary))  # paper takes it
    assert telling.again(summary).state is SummaryState.GIVEN


def test_nobody_is_written_to_at_night(telling: Telling, provider: Actor) -> None:
    here = telling.clock().astimezone(ZoneInfo("America/New_York"))
    night = [f"{here - timedelta(hours=1):%H:%M}", f"{here + timedelta(hours=6):%H:%M}"]
    telling.options(quiet_hours=night)
    summary = telling.drafted()
    sending.send(telling.container, provider, telling.seen(provider, summary))
    telling.deliver()
    assert telling.came() == []
    assert telling.open(provider, summary).row.leaves_at is not None


def test_a_nurse_reads_and_hands_over_but_does_not_send_and_a_front_desk_sees_nothing(
    telling: Telling, hire: Hire
) -> None:
    summary, nurse = telling.drafted(), hire(Role.NURSE)
    with pytest.raises(NotAllowed):
        sending.send(telling.container, nurse, telling.seen(nurse, summary))
    with pytest.raises(NotAllowed):
        telling.open(hire(Role.FRONT_DESK), summary)
    sending.give(telling.container, nurse, telling.seen(nurse, summary))
    telling.deliver()
    assert telling.came() == []
    assert telling.again(summary).state is SummaryState.GIVEN


def test_set_aside_nothing_leaves_and_reopened_it_is_written_anew(
    telling: Telling, provider: Actor
) -> None:
    summary = telling.drafted()
    editing.set_aside(telling.container, provider, telling.seen(provider, summary))
    with pytest.raises(Invalid):
        sending.send(telling.container, provider, telling.seen(provider, summary))
    editing.reopen(telling.container, provider, telling.seen(provider, summary))
    assert telling.draft() == {"drafted": 1}
    assert telling.again(summary).state is SummaryState.READY


def test_switched_off_nobody_reads_and_nothing_is_written(
    telling: Telling, provider: Actor
) -> None:
    summary = telling.drafted()
    with working(telling.container, Actor.job(telling.practice.id, "tests")) as desk:
        for row in desk.open(Rollouts).of("summaries"):
            row.stage = Stage.OFF
    with pytest.raises(NotRolledOut):
        telling.open(provider, summary)
    telling.visit(SPANISH)
    telling.poll()
    assert telling.draft() == {}


def test_without_the_contract_the_words_are_there_to_print(
    telling: Telling, provider: Actor
) -> None:
    summary = telling.drafted()
    with working(telling.container, Actor.job(telling.practice.id, "tests")) as desk:
        road = desk.open(Connections).of(Road.HEALOW_REPLIES)
        road.able, road.reason = False, "The contract does not include messages."
    opened = telling.open(provider, summary)
    assert opened.cannot_send == "The contract does not include messages."
    with pytest.raises(NotAble):
        sending.send(telling.container, provider, opened.row.target)
    sending.give(telling.container, provider, telling.seen(provider, summary))


def test_old_signatures_are_left_alone_when_summaries_are_switched_on(telling: Telling) -> None:
    telling.visit()
    assert telling.poll(after=timedelta(days=4)) == {}
