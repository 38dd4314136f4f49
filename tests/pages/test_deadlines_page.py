"""The payers' deadlines as a page: what changes is said first, and bad input loses nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from db import reading
from db.denials import Denials, DenialState
from db.payer_rules import PayerRules, Purpose
from db.practices import Practice
from db.vocabulary import Role
from services.claims import arising, deadlines
from services.container import Container
from services.desk import Actor, working
from tests.services.claims.test_revenue import denial

PAGE = "billing/deadlines.py"
FORM = "deadlines//appeal/60"


@pytest.fixture(autouse=True)
def denied(container: Container, practice: Practice) -> None:
    with working(container, Actor.job(practice.id, "tests")) as desk:
        deadlines.seed(desk)
        for ago in (10, 50):
            one = denial(
                practice.id, DenialState.OPEN, 5_000, denied_on=desk.today - timedelta(days=ago)
            )
            desk.session.add(one)
            desk.session.flush()
            arising.rank(desk, one)


def words(page: AppTest) -> str:
    shown = [*page.text, *page.caption, *page.error, *page.info]
    return "\n".join(str(one.value) for one in shown)


def appeal(page: AppTest) -> AppTest:
    """Choose what all other payers leave to appeal."""
    page.selectbox(key="deadlines/purpose").select(Purpose.APPEAL)
    return page.run()


def look(page: AppTest) -> AppTest:
    button = next(b for b in page.button if b.label == "See what it changes")
    button.click()
    return page.run()


def kept(container: Container, practice: Practice) -> tuple[int, str]:
    with reading(container.engine) as session:
        rule = PayerRules(session, practice.id).for_payer("", Purpose.APPEAL)
        assert rule is not None
        return rule.days, rule.source


def test_a_manager_sees_what_changes_and_saves_it(
    open_page: Callable[..., AppTest], manager: Actor, container: Container, practice: Practice
) -> None:
    page = appeal(open_page(manager, PAGE))
    assert list(page.dataframe[0].value["Days"]) == [60, 90, 90]
    page.number_input(key=f"{FORM}/days").set_value(45)
    page.text_input(key=f"{FORM}/source").input("Contract of 2024")
    page.radio(key=f"{FORM}/confidence").set_value("ours")
    look(page)
    assert not page.exception
    assert "2 open denials get a new last day, 2 of them sooner." in words(page)
    assert "1 open denial would have the last day behind it." in words(page)
    assert kept(container, practice)[0] == 60, "looking saves nothing"

    page.button(key="deadlines/save").click().run()
    assert not page.exception
    assert kept(container, practice) == (45, "Contract of 2024")
    with reading(container.engine) as session:
        found = Denials(session, practice.id)
        rows = found.all(found.rows())
        assert {(d.due_on - d.denied_on).days for d in rows if d.due_on} == {45}


def test_bad_input_gets_a_sentence_and_loses_nothing(
    open_page: Callable[..., AppTest], manager: Actor, container: Container, practice: Practice
) -> None:
    page = appeal(open_page(manager, PAGE))
    page.number_input(key=f"{FORM}/days").set_value(-4)
    page.text_input(key=f"{FORM}/source").input("Contract of 2024")
    look(page)
    assert "Please enter the days as a whole number from 1 to 3,650." in words(page)
    assert page.text_input(key=f"{FORM}/source").value == "Contract of 2024"
    assert not [b for b in page.button if b.key == "deadlines/save"]

    page.number_input(key=f"{FORM}/days").set_value(45)
    page.text_input(key=f"{FORM}/source").input("")
    look(page)
    assert "Please say where this limit is written" in words(page)
    assert page.number_input(key=f"{FORM}/days").value == 45
    assert kept(container, practice)[0] == 60


def test_a_biller_reads_it_and_a_nurse_stays_outside(
    open_page: Callable[..., AppTest], hire: Callable[..., Actor], nurse: Actor
) -> None:
    page = open_page(hire(Role.BILLER), PAGE)
    assert len(page.dataframe) == 1
    assert not page.number_input
    assert "The practice manager or an administrator changes them." in words(page)
    assert not open_page(nurse, PAGE).dataframe
