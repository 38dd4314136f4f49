"""A practice's own red-flag phrase: it raises what arrives, marks it, and no engine calls it off."""

from db import writing
from db.practices import Practices
from db.vocabulary import Urgency
from services.desk import Actor
from services.workflows.inbox.reading import open_item
from tests.services.workflows.conftest import Office

WORDS = "Good morning, my shunt looks a bit different today, no hurry."


def allow(office: Office, **options: object) -> None:
    with writing(office.container.engine) as session:
        practice = Practices(session).get(office.practice.id)
        practice.options = practice.options | options
    office.practice.options = office.practice.options | options


def test_it_raises_what_arrives_and_the_engine_cannot_lower_it(
    office: Office, front_desk: Actor
) -> None:
    before = office.receive(WORDS)
    assert before.urgency is Urgency.ROUTINE, "the control: nothing built in speaks of shunts"
    allow(office, red_flags={"my shunt": "urgent"})
    talk = office.receive(WORDS)
    assert (talk.urgency, talk.floor) == (Urgency.URGENT, Urgency.URGENT)
    office.sort()
    assert office.conversation(talk.id).urgency is Urgency.URGENT
    item = open_item(office.container, front_desk, talk.id)
    [span] = [s for s in item.thread[0].spans if s.kind == "red_flag"]
    assert (WORDS[span.start : span.end], span.why) == ("my shunt", "practice_phrase")
