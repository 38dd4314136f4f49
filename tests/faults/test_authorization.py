"""Z01: every role at every action, refused exactly where the policy table says, on the record."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from db import reading
from db.audit import AuditEntry, AuditTrail, Ending
from db.base import NotFound
from db.conversations import Conversations
from db.queue import QueueFilter
from db.replies import Macro
from db.vocabulary import Category, Role, Urgency
from services import policy
from services.actions import Action, Target
from services.desk import Actor
from services.errors import FoyerError, NotAllowed
from services.workflows import ALL
from services.workflows.inbox.listing import find, inbox
from services.workflows.inbox.reading import open_item, save_draft
from tests.services.workflows.conftest import Office, seen

ACTIONS: dict[str, Action[Any]] = {act.verb: act for flow in ALL for act in flow.actions}
Arguments = Callable[[Office, Actor], tuple[Any, ...]]
REPLY = "We have passed your request on."
GIVEN: dict[str, Arguments] = {
    "inbox.send_reply": lambda o, a: (REPLY,),
    "inbox.send_and_route": lambda o, a: (REPLY, "providers"),
    "inbox.apply_macro": lambda o, a: (_macro(o), REPLY),
    "inbox.copy_done": lambda o, a: (REPLY,),
    "inbox.assign": lambda o, a: (a.staff_id,),
    "inbox.route": lambda o, a: ("providers",),
    "inbox.snooze": lambda o, a: (o.clock() + timedelta(hours=1),),
    "inbox.recategorise": lambda o, a: (Category.BILLING,),
    "inbox.raise_urgency": lambda o, a: (Urgency.TODAY,),
    "inbox.lower_urgency": lambda o, a: (Urgency.ROUTINE, "It can wait."),
    "inbox.note": lambda o, a: ("A note.",),
    "inbox.settle": lambda o, a: (uuid4(), True),
}
READS: dict[str, Callable[[Office, Actor, Any], object]] = {
    "inbox.read": lambda o, a, talk: open_item(o.container, a, talk.id),
    "inbox.read the list": lambda o, a, talk: inbox(o.container, a, QueueFilter(), {}),
    "inbox.search": lambda o, a, talk: find(o.container, a, "Sample"),
    "inbox.save_draft": lambda o, a, talk: save_draft(
        o.container, a, talk.id, "Half a sen", talk.content_hash
    ),
}


def lines(office: Office, actor: Actor) -> list[AuditEntry]:
    with reading(office.container.engine) as session:
        return list(AuditTrail(session, office.practice.id).search(actor=actor.ref))


def on_conversations(act: Action[Any]) -> bool:
    """Whether *act* is done to a message's conversation, and not to a form or a reminder."""
    return act.shelf is Conversations


@pytest.mark.parametrize("verb", sorted(v for v, act in ACTIONS.items() if on_conversations(act)))
def test_z01_every_role_does_what_the_table_allows_and_nothing_else(
    office: Office, hire: Callable[..., Actor], verb: str
) -> None:
    """Z01: a refusal changes nothing and leaves its line; nobody is refused for another reason."""
    for role in Role:
        actor = hire(role)
        talk = office.receive(f"A question for {role}.")
        arguments = GIVEN.get(verb, lambda o, a: ())(office, actor)
        if policy.may(role, verb):
            _allowed(office, ACTIONS[verb], actor, talk, arguments)
            continue
        with pytest.raises(NotAllowed):
            ACTIONS[verb](office.container, actor, seen(talk), *arguments)
        assert office.conversation(talk.id).version == talk.version
        assert office.deliveries(talk.id) == []
        [line] = lines(office, actor)
        assert (line.verb, line.subject, line.ending) == (verb, talk.ref, Ending.REFUSED)


@pytest.mark.parametrize("flow", sorted({act.workflow for act in ACTIONS.values()} - {"inbox"}))
def test_z01_a_role_is_refused_before_anything_is_looked_up(
    office: Office, hire: Callable[..., Actor], flow: str
) -> None:
    """Z01: on forms and reminders too; who may is told that there is no such item instead."""
    people = [hire(role) for role in Role]
    for verb, act in ACTIONS.items():
        if act.workflow != flow:
            continue
        for actor in people:
            nothing = Target(uuid4(), 1)
            with pytest.raises(NotFound if policy.may(actor.role, verb) else NotAllowed):
                act(office.container, actor, nothing)
            [line] = [one for one in lines(office, actor) if one.verb == verb]
            assert line.ending == Ending.REFUSED, verb
            assert line.subject.endswith(str(nothing.id)), verb


def _allowed(
    office: Office, act: Action[Any], actor: Actor, talk: Any, arguments: tuple[Any, ...]
) -> None:
    # Some actions make no sense for a conversation that just arrived; the role is not why.
    try:
        act(office.container, actor, seen(talk), *arguments)
    except NotAllowed:
        raise
    except (FoyerError, LookupError):
        ending = {line.ending for line in lines(office, actor)}
        assert Ending.DONE not in ending
    else:
        assert [line.ending for line in lines(office, actor) if line.verb == act.verb] == [
            Ending.DONE
        ]


@pytest.mark.parametrize("what", sorted(READS))
def test_z01_nobody_reads_or_types_whom_the_table_does_not_name_and_the_try_is_on_record(
    office: Office, hire: Callable[..., Actor], what: str
) -> None:
    """Z01: reading is an action too."""
    talk = office.receive("Could I have my inhaler refilled?")
    verb = what.partition(" ")[0]
    for role in Role:
        actor = hire(role)
        if policy.may(role, verb):
            READS[what](office, actor, talk)
            continue
        with pytest.raises(NotAllowed):
            READS[what](office, actor, talk)
        assert {(line.verb, line.ending) for line in lines(office, actor)} == {
            (verb, Ending.REFUSED)
        }


def test_z01_a_job_has_no_role_and_does_none_of_it(office: Office) -> None:
    """Z01: nobody in particular may do nothing in particular."""
    talk = office.receive("Could I have my inhaler refilled?")
    job = Actor.job(office.practice.id, "stranger")
    done = []
    for verb, act in ACTIONS.items():
        arguments = GIVEN.get(verb, lambda o, a: ())(office, job)
        with suppress(NotAllowed):
            act(office.container, job, seen(talk), *arguments)
            done.append(verb)
    assert done == []
    assert office.conversation(talk.id).version == talk.version


def test_every_action_with_arguments_is_tried_with_some() -> None:
    """The table above names no action that is gone."""
    assert set(GIVEN) <= set(ACTIONS)


def _macro(office: Office) -> Macro:
    return Macro(practice_id=office.practice.id, label="Passed on", template_key="refill")
