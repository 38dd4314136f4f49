"""The worklist of forms on both databases: its order, its pages, and how it hears of changes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, inspect

from db import reading, writing
from db.intake import FormFilter, FormState, IntakeForm, IntakeForms
from tests.db import rows

DAY = timedelta(days=1)
HEAVY = {"content", "original", "registration", "match_reasons", "candidates"}


@pytest.fixture
def practice_id(engine: Engine) -> UUID:
    return rows.practice(engine)


def form(practice_id: UUID, **fields: Any) -> IntakeForm:
    """A synthetic form that waits for a person."""
    own = {"source": "check_in", "source_ref": uuid4().hex, "key_id": uuid4()}
    shown = {"state": FormState.READY, "authored_at": rows.MONDAY}
    return IntakeForm(practice_id=practice_id, **(own | shown | fields))


def keep(engine: Engine, *forms: IntakeForm) -> None:
    with writing(engine) as session:
        session.add_all(forms)


def mixed(practice_id: UUID) -> Iterator[IntakeForm]:
    """Forms of four states, a visit every day, and a few of nobody's visit between them."""
    for number in range(20):
        state = (FormState.READY, FormState.WAITING, FormState.FAILED, FormState.DONE)[number % 4]
        visit = None if number % 5 == 2 else rows.MONDAY + DAY * (number * 7 % 20)
        yield form(practice_id, state=state, visit_at=visit)


def test_forms_of_all_states_come_by_visit_and_those_without_one_last(
    engine: Engine, practice_id: UUID
) -> None:
    keep(engine, *mixed(practice_id))
    with reading(engine) as session:
        found = IntakeForms(session, practice_id).worklist(FormFilter(), 50)
    visits = [form.visit_at for form in found]
    known = [visit for visit in visits if visit]
    assert len(found) == 15
    assert visits == sorted(known) + [None] * (15 - len(known))


def test_the_pages_of_the_worklist_are_the_worklist(engine: Engine, practice_id: UUID) -> None:
    keep(engine, *mixed(practice_id))
    with reading(engine) as session:
        forms = IntakeForms(session, practice_id)
        whole = [form.id for form in forms.worklist(FormFilter(), 50)]
        pages = [form.id for at in range(0, 15, 4) for form in forms.worklist(FormFilter(), 4, at)]
    assert pages == whole


def test_a_list_does_not_read_what_its_forms_hold(engine: Engine, practice_id: UUID) -> None:
    keep(engine, form(practice_id, original=b"noise", content=b"noise"))
    with reading(engine) as session:
        [listed] = IntakeForms(session, practice_id).worklist(FormFilter(), 50)
        assert inspect(listed).unloaded == HEAVY
        assert listed.original == b"noise"


def test_a_form_that_is_opened_is_read_whole(engine: Engine, practice_id: UUID) -> None:
    """The control."""
    kept = form(practice_id, original=b"noise")
    keep(engine, kept)
    with reading(engine) as session:
        assert not inspect(IntakeForms(session, practice_id).get(kept.id)).unloaded


def test_the_page_hears_when_one_form_takes_the_place_of_another(
    engine: Engine, practice_id: UUID
) -> None:
    leaving, coming = form(practice_id), form(practice_id)
    keep(engine, leaving)
    before = pulse(engine, practice_id)
    with writing(engine) as session:
        session.add(coming)
        gone = IntakeForms(session, practice_id).get(leaving.id)
        gone.state, gone.closed_at = FormState.DONE, rows.MONDAY
    assert pulse(engine, practice_id) != before


def test_the_page_hears_of_a_new_version(engine: Engine, practice_id: UUID) -> None:
    kept = form(practice_id)
    keep(engine, kept)
    before = pulse(engine, practice_id)
    with writing(engine) as session:
        assert IntakeForms(session, practice_id).take(kept.id, 1)
    assert pulse(engine, practice_id) != before


def test_nothing_is_heard_where_nothing_changes(engine: Engine, practice_id: UUID) -> None:
    """The control."""
    keep(engine, *mixed(practice_id))
    assert pulse(engine, practice_id) == pulse(engine, practice_id)


def pulse(engine: Engine, practice_id: UUID) -> str:
    with reading(engine) as session:
        return IntakeForms(session, practice_id).pulse()


def test_the_same_file_kept_by_two_processes_is_one_form(engine: Engine, practice_id: UUID) -> None:
    """The second finds the first one's row only when it writes its own."""
    keep(engine, form(practice_id, source_ref="document/1"))
    with writing(engine) as session:
        forms = IntakeForms(session, practice_id)
        assert not forms.keep_new(form(practice_id, source_ref="document/1"))
        assert forms.keep_new(form(practice_id, source_ref="document/2"))
    with reading(engine) as session:
        assert IntakeForms(session, practice_id).counts() == {"ready": 2}
