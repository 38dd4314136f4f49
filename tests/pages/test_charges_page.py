"""The charges page: codes beside their sentences, the arithmetic, and one click to enter them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from db import reading, writing
from db.audit import AuditTrail
from db.charges import ChargeCaptures, ChargeState
from db.connections import Connection
from db.deliveries import Deliveries
from db.rollout import Rollout
from db.vocabulary import Role, Stage
from services.container import Container
from services.desk import Actor
from tests.pages.test_reminders import button, words
from tests.services.workflows.charges.captures import signed_capture

PAGE = "billing/charges.py"
Hire = Callable[..., Actor]


@pytest.fixture
def biller(container: Container, practice: Any, hire: Hire) -> Actor:
    """Charges are on, and eCW takes them."""
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="charges", stage=Stage.ON))
        session.add(Connection(practice_id=practice.id, road="write_charges", able=True))
    return hire(Role.BILLER)


@pytest.fixture
def captured(container: Container, practice: Any, biller: Actor) -> UUID:
    """The visit that waits first; another waits behind it."""
    signed_capture(container, practice, name="Sample Two", number=1)
    return signed_capture(container, practice, number=2)


def opened(open_page: Callable[..., AppTest], actor: Actor, id: UUID) -> AppTest:
    app = open_page(actor, PAGE)
    next(b for b in app.button if b.key == f"open/{id}").click().run()
    assert not app.exception
    return app


def verbs(container: Container, practice: Any) -> list[str]:
    with reading(container.engine) as session:
        return [line.verb for line in AuditTrail(session, practice.id).in_order()]


def test_each_code_is_shown_with_its_sentence_and_the_arithmetic(
    open_page: Callable[..., AppTest], biller: Actor, captured: UUID
) -> None:
    shown = words(opened(open_page, biller, captured))
    assert "Sample [One](x)" in shown  # a name is never read as markup
    assert "“Hypertension is uncontrolled.”" in shown
    assert "Assessment, sentence 1" in shown
    assert "Two of three reach moderate: 99214." in shown
    assert "A higher level is not supported" in shown
    assert "The time spent on the day of the visit is not stated." in shown
    assert "158/94" not in shown


def test_one_click_approves_opens_the_next_and_can_be_taken_back(
    open_page: Callable[..., AppTest], container: Container, practice: Any, biller: Actor,
    captured: UUID,
) -> None:  # fmt: skip
    app = opened(open_page, biller, captured)
    button(app, "Approve charges").click().run()
    assert not app.exception
    assert "Approved. The codes leave in a few seconds" in words(app)
    assert [s.value for s in app.subheader] == ["Sample Two"]
    with reading(container.engine) as session:
        assert len(Deliveries(session, practice.id).of_charge(captured)) == 2
    next(b for b in app.button if b.key == "undo").click().run()
    with reading(container.engine) as session:
        capture = ChargeCaptures(session, practice.id).get(captured)
    assert capture.state is ChargeState.READY


def test_a_code_is_removed_changed_and_added_where_it_stands(
    open_page: Callable[..., AppTest], biller: Actor, captured: UUID
) -> None:
    app = opened(open_page, biller, captured)
    next(b for b in app.button if b.key and b.key.startswith("remove/")).click().run()
    assert "Removed. It will not be sent." in words(app)
    next(b for b in app.button if b.key and b.key.startswith("edit/")).click().run()
    next(t for t in app.text_input if t.label == "Modifiers").set_value("ZZZ").run()
    button(app, "Keep changes").click().run()
    assert "Not done: There is no modifier ZZZ." in words(app)
    next(t for t in app.text_input if t.label == "Modifiers").set_value("59").run()
    button(app, "Keep changes").click().run()
    assert "Kept." in words(app)
    button(app, "Add a code").click().run()
    next(t for t in app.text_input if t.label == "Number or words").set_value("36415").run()
    next(t for t in app.text_input if t.label.startswith("Reason")).set_value("Drawn here.").run()
    button(app, "Add code").click().run()
    assert not app.exception
    assert "Reason: Drawn here." in words(app)


def test_the_whole_note_is_opened_deliberately_and_on_record(
    open_page: Callable[..., AppTest], container: Container, practice: Any, biller: Actor,
    captured: UUID,
) -> None:  # fmt: skip
    app = opened(open_page, biller, captured)
    assert "charges.note_opened" not in verbs(container, practice)
    button(app, "Open the whole note").click().run()
    assert "158/94" in words(app)
    app.run()
    assert verbs(container, practice).count("charges.note_opened") == 1


def test_where_nothing_can_be_sent_the_page_says_why(
    open_page: Callable[..., AppTest], container: Container, practice: Any, hire: Hire,
) -> None:  # fmt: skip
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="charges", stage=Stage.ON))
    id = signed_capture(container, practice)
    app = opened(open_page, hire(Role.BILLER), id)
    assert "Nothing can be sent: The connection has not been checked yet." in words(app)
    assert button(app, "Approve charges").disabled
    button(app, "I entered them in eCW").click().run()
    assert not app.exception
    assert "They are not read back." in words(app)


def test_switched_off_the_page_says_so(
    open_page: Callable[..., AppTest], container: Container, practice: Any, hire: Hire
) -> None:
    assert "is not switched on here yet" in words(open_page(hire(Role.BILLER), PAGE))
