"""The denial desk as a page: who gets in, and what an empty one says."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from db import writing
from db.practices import Practice
from db.rollout import Rollout
from db.vocabulary import Role, Stage
from services.container import Container
from services.desk import Actor

PAGE = "billing/denials.py"


def switch_on(container: Container, practice: Practice) -> None:
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="denials", stage=Stage.ON))


def test_a_biller_gets_in_and_an_empty_desk_says_what_to_press(
    open_page: Callable[..., AppTest], hire: Callable[..., Actor], container: Container,
    practice: Practice,
) -> None:  # fmt: skip
    switch_on(container, practice)
    page = open_page(hire(Role.BILLER), PAGE)
    assert not page.exception
    assert [heading.value for heading in page.subheader] == ["No denial is open"]
    assert len(page.selectbox) == 3


def test_where_it_is_not_switched_on_the_page_says_so(
    open_page: Callable[..., AppTest], hire: Callable[..., Actor]
) -> None:
    page = open_page(hire(Role.BILLER), PAGE)
    assert "not switched on" in page.info[0].value


def test_the_front_desk_stays_outside(
    open_page: Callable[..., AppTest], front_desk: Actor, container: Container, practice: Practice
) -> None:
    switch_on(container, practice)
    page = open_page(front_desk, PAGE)
    assert "Your role may not" in page.info[0].value
