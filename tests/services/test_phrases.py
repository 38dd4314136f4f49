"""Phrases: kept with an abbreviation, filled for each patient, never with a stranger's number."""

import pytest

from db import writing
from db.audit import AuditTrail
from db.conversations import Conversations, State
from db.patients import Patient
from db.practices import Practices
from db.replies import Phrases
from db.vocabulary import Role
from services import reply_shelf
from services.desk import looking, working
from services.errors import Invalid, NotAllowed, Stale
from services.reply_shelf.phrases import PhraseBody
from services.workflows.inbox import phrases, reading
from tests.db import rows

HOURS = PhraseBody(".hours", "We are open from 8 to 5. {signature}")
VISIT = PhraseBody(".visit", "We see you on {next_visit}.")


@pytest.fixture
def thread(container, practice):
    """A message that waits, of a patient without a chart."""
    with writing(container.engine) as session:
        person = Patient(practice_id=practice.id, ehr_ref="P/1", key_id=rows.uuid4())
        session.add(person)
        session.flush()
        made, _ = rows.sealed_thread(
            session, practice.id, container.keyring, "When are you open?", patient_id=person.id
        )
    return made


def save(container, actor, body=HOURS, id=None, seen=None):
    return reply_shelf.save_phrase(container, actor, body, id, seen)


def expansions(container, actor, thread):
    with working(container, actor) as desk:
        return phrases.expansions(desk, desk.open(Conversations).get(thread.id))


def test_a_phrase_is_kept_with_versions_and_taken_away(container, admin, manager):
    made = save(container, admin)
    better = PhraseBody(".hours", "Open from 8 to 5.")
    save(container, manager, better, made.id, HOURS)
    shelf = reply_shelf.shelf(container, admin)
    assert [PhraseBody.of(one) for one in shelf.phrases] == [better]
    told = shelf.phrase_versions[str(made.id)]
    assert [(one.number, one.by) for one in told] == [(2, "Sample manager"), (1, "Sample admin")]
    with pytest.raises(Stale):
        save(container, admin, HOURS, made.id, HOURS)
    reply_shelf.remove_phrase(container, admin, made.id, better)
    assert reply_shelf.shelf(container, admin).phrases == ()
    with looking(container, admin) as desk:
        assert len(desk.open(AuditTrail).search(verb="replies.save_phrase")) == 3
        assert len(desk.open(AuditTrail).search(verb="replies.remove_phrase")) == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (PhraseBody("hours", "Open from 8 to 5."), "begins with a full stop"),
        (PhraseBody(".h", "Open from 8 to 5."), "begins with a full stop"),
        (PhraseBody(".two words", "Open from 8 to 5."), "begins with a full stop"),
        (PhraseBody(".hours", ""), "has 2 to 600"),
        (PhraseBody(".hours", "x" * 601), "has 2 to 600"),
        (PhraseBody(".hours", "Dear {nickname}"), "Nothing can fill"),
        (PhraseBody(".hours", "Call (555) 010-7777."), "not among the practice's own contacts"),
    ],
)
def test_what_cannot_be_kept_is_said(container, admin, body, says):
    with pytest.raises(Invalid, match=says):
        save(container, admin, body)


def test_an_abbreviation_means_one_thing(container, admin):
    save(container, admin)
    with pytest.raises(Invalid, match=r"There is a phrase \.hours already"):
        save(container, admin, PhraseBody(".hours", "Something else."))


@pytest.mark.parametrize("role", [Role.NURSE, Role.PROVIDER, Role.FRONT_DESK, Role.COMPLIANCE])
def test_only_leads_keep_phrases(container, hire, role):
    with pytest.raises(NotAllowed):
        save(container, hire(role))


def test_a_phrase_is_filled_from_the_patients_own_facts(container, admin, front_desk, thread):
    with writing(container.engine) as session:
        row = Practices(session).get(thread.practice_id)
        row.options = row.options | {"signature": "The front desk"}
    save(container, admin)
    save(container, admin, VISIT)
    hours, visit = expansions(container, front_desk, thread)
    assert (hours.abbreviation, hours.text, hours.missing) == (
        ".hours", "We are open from 8 to 5. The front desk", (),
    )  # fmt: skip
    assert visit.missing == ("next_visit",), "what the chart does not say is not made up"
    assert "8 to 5" not in repr(hours)


def test_the_open_message_brings_its_phrases(container, admin, front_desk, thread):
    save(container, admin)
    item = reading.open_item(container, front_desk, thread.id)
    assert [one.abbreviation for one in item.phrases] == [".hours"]


def test_a_closed_message_needs_none(container, admin, front_desk, thread):
    save(container, admin)
    with writing(container.engine) as session:
        Conversations(session, thread.practice_id).get(thread.id).state = State.CLOSED
    assert expansions(container, front_desk, thread) == ()


def test_another_practice_does_not_see_them(container, admin):
    save(container, admin)
    other = rows.practice(container.engine)
    with looking(container, admin) as desk:
        assert Phrases(desk.session, other).by_abbreviation() == []
