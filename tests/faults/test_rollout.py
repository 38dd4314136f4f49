"""R01 to R04: switched off in the middle of things, here and not there."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from db import reading, writing
from db.conversations import Triage
from db.deliveries import Deliveries, DeliveryState
from db.queue import QueueFilter
from db.rollout import Rollout, Rollouts, Switch, Switches
from db.suggestions import Suggestions
from db.vocabulary import Stage
from services.desk import Actor, looking
from services.errors import NotRolledOut
from services.rollout.notices import notice
from services.switches import Given, Move
from services.switches import set_stage as set_stage_by_person
from services.workflows.inbox.listing import inbox
from services.workflows.inbox.reading import open_item
from services.workflows.inbox.sending import send_reply
from tests.services.workflows.conftest import Office, seen

HERE, THERE = "Location/l.1", "Location/l.2"
QUEUED = 40


def set_stage(office: Office, stage: Stage, scope: str = "") -> None:
    with writing(office.container.engine) as session:
        rollouts = Rollouts(session, office.practice.id)
        row = next((r for r in rollouts.of("inbox") if r.scope == scope), None)
        row = row or rollouts.add(
            Rollout(practice_id=office.practice.id, workflow="inbox", scope=scope)
        )
        row.stage = stage


def switch(office: Office, what: str, *, stopped: bool) -> None:
    with writing(office.container.engine) as session:
        switches = Switches(session, office.practice.id)
        row = switches.of(what) or switches.add(Switch(practice_id=office.practice.id, what=what))
        row.stopped = stopped


def test_r01_switched_off_with_a_draft_open_it_cannot_be_sent_and_later_it_can(
    office: Office, front_desk: Actor
) -> None:
    """R01: off means not sendable at commit, whatever is on the screen; on again it goes on."""
    talk = office.receive("Could I have my inhaler refilled?")
    draft = open_item(office.container, front_desk, talk.id).draft.text
    set_stage(office, Stage.OFF)
    with pytest.raises(NotRolledOut):
        send_reply(office.container, front_desk, seen(talk), draft)
    assert office.deliveries(talk.id) == []
    set_stage(office, Stage.ON)
    send_reply(office.container, front_desk, seen(talk), draft)
    office.deliver()
    assert len(office.sandbox.control.ledger()) == 1


def test_r01_drained_what_is_open_is_finished_and_what_comes_waits_for_ecw(
    office: Office, front_desk: Actor, admin: Actor
) -> None:
    """R01, the other way: with drain the draft at hand can be sent, and nothing new is begun."""
    talk = office.receive("Could I have my inhaler refilled?")
    draft = open_item(office.container, front_desk, talk.id).draft.text
    move = Move("inbox", "", Stage.OFF, seen=Stage.ON)
    set_stage_by_person(office.container, admin, move, Given(drains=True))
    asked = len(office.assistant.asked)
    office.clock.wait(timedelta(seconds=1))
    later = office.sandbox.control.receive("Another question.", patient="Patient/p.102")
    office.poll()
    office.sort()
    with looking(office.container, front_desk) as desk:
        assert "You may finish what was open until" in notice(desk, "inbox")
    assert [row.id for row in inbox(office.container, front_desk, QueueFilter(), {}).rows] == [
        talk.id
    ]
    new = office.conversation(thread=later["thread"]["id"])
    with pytest.raises(NotRolledOut):
        open_item(office.container, front_desk, new.id)
    assert len(office.assistant.asked) == asked
    send_reply(office.container, front_desk, seen(talk), draft)
    office.deliver()
    assert len(office.sandbox.control.ledger()) == 1


@pytest.mark.parametrize("what", ["deliveries", "inbox"])
def test_r02_the_kill_switch_holds_what_is_queued_and_loses_none_of_it(
    office: Office, front_desk: Actor, what: str
) -> None:
    """R02: the very next run sends nothing; released, everything leaves once."""
    office.sandbox.control.call("POST", "bulk", {"count": QUEUED})
    office.poll()
    rows = inbox(office.container, front_desk, QueueFilter(), {}).rows
    for row in rows:
        send_reply(office.container, front_desk, row.target, f"Answer to {row.id}.")
    switch(office, what, stopped=True)
    office.deliver()
    assert office.sandbox.control.ledger() == []
    if what == "deliveries":
        assert open_item(office.container, front_desk, rows[0].id).thread

    switch(office, what, stopped=False)
    for _ in range(QUEUED):
        office.deliver()
        if len(office.sandbox.control.ledger()) == len(rows):
            break
    texts = sorted(line["text"] for line in office.sandbox.control.ledger())
    assert texts == sorted(f"Answer to {row.id}." for row in rows)


def test_r02_pulled_between_claim_and_send_the_reply_stays(
    office: Office, front_desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R02: the switch is asked again in the transaction that commits to sending."""
    talk = office.receive("Could I have my inhaler refilled?")
    send_reply(office.container, front_desk, seen(talk), "Passed on.")
    claim = Deliveries.claim_due

    def claim_and_stop(self: Deliveries, *args: object) -> object:
        found = claim(self, *args)  # type: ignore[arg-type]
        self.session.add(Switch(practice_id=self.practice_id, what="deliveries", stopped=True))
        return found

    monkeypatch.setattr(Deliveries, "claim_due", claim_and_stop)
    office.deliver()
    assert office.sandbox.control.ledger() == []
    assert office.deliveries(talk.id)[0].state is DeliveryState.HELD


@pytest.mark.parametrize("harm", ["DELETE FROM rollout", "UPDATE rollout SET stage = 'banana'"])
def test_r03_with_unreadable_stages_nothing_is_asked_and_nothing_approved(
    office: Office, front_desk: Actor, harm: str
) -> None:
    """R03: no answer about a stage means off."""
    talk = office.receive("Could I have my inhaler refilled?")
    asked = len(office.assistant.asked)
    office.sandbox.control.receive("Another question.")
    office.poll()
    with office.container.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text(harm))
    with pytest.raises((NotRolledOut, ValueError, LookupError)):
        send_reply(office.container, front_desk, seen(talk), "Passed on.")
    _try_to(office.sort)
    assert len(office.assistant.asked) == asked
    assert office.deliveries(talk.id) == []


def test_r04_on_at_one_location_the_other_sees_no_effect(office: Office, front_desk: Actor) -> None:
    """R04: at B no prompt, no draft, no cost, no row in a list; the messages are kept safe."""
    set_stage(office, Stage.OFF)
    set_stage(office, Stage.ON, HERE)
    for patient in range(101, 109):
        office.sandbox.control.receive("Please call me.", patient=f"Patient/p.{patient}")
    office.poll()
    office.sort()
    with reading(office.container.engine) as session:
        suggested = {
            s.conversation_id for s in Suggestions(session, office.practice.id).all(
                Suggestions(session, office.practice.id).rows()
            )
        }  # fmt: skip
    rows = inbox(office.container, front_desk, QueueFilter(), {}).rows
    places = {row.id: office.conversation(row.id).location for row in rows}
    assert set(places.values()) == {HERE}
    assert suggested == set(places)
    assert len(office.assistant.asked) == len(places)
    there = [
        office.conversation(thread=thread)
        for thread in _threads(office)
        if office.conversation(thread=thread).location == THERE
    ]
    assert there
    for talk in there:
        assert talk.triage is Triage.WAITING
        with pytest.raises(NotRolledOut):
            send_reply(office.container, front_desk, seen(talk), "Passed on.")
        with pytest.raises(NotRolledOut):
            open_item(office.container, front_desk, talk.id)


def _threads(office: Office) -> set[str]:
    return {message.thread_id for message in office.ehr.mailbox.changed_since(None).messages}


def _try_to(act: object) -> None:
    try:
        act()  # type: ignore[operator]
    except (ValueError, LookupError):
        return
