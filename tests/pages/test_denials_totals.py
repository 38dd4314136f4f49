"""Totals on the denial desk: folded they cost nothing, and a click on a card or a part narrows the list."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from db import writing
from db.denials import DenialState
from db.npi_names import NpiNames
from db.practices import Practice
from db.rollout import Rollout
from db.vocabulary import Role, Stage
from pages.parts.denials import totals
from pages.parts.denials.address import read
from pages.parts.denials.sitting import Sitting
from services.container import Container
from services.desk import Actor
from services.workflows.denials.listing import Narrowed, worklist
from services.workflows.denials.totals import By, Fate, Narrow, broken_down, by_fate, counted
from tests.services.claims.test_revenue import denial

PAGE = "billing/denials.py"
EAST = "npi/1234567893"


@pytest.fixture
def biller(container: Container, practice: Practice, hire: Callable[..., Actor]) -> Actor:
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="denials", stage=Stage.ON))
        NpiNames(session, practice.id).tell({EAST[4:]: "Sample *East* Office"})
        for state, cents, more in (
            (DenialState.OPEN, 123_456, {"location": EAST}),
            (DenialState.SNOOZED, 10_000, {"payer_id": "SMR01", "payer_name": "Medicare"}),
            (DenialState.IN_WORK, 4_000, {"decision": "appeal"}),
            (DenialState.IN_WORK, 2_000, {"decision": "correct"}),
            (DenialState.RECOVERED, 5_000, {"recovered_cents": 4_000, "carc": "29"}),
        ):
            session.add(denial(practice.id, state, cents, **more))  # type: ignore[arg-type]
    return hire(Role.BILLER)


def test_each_card_lists_exactly_what_it_counts(container: Container, biller: Actor) -> None:
    fates = by_fate(counted(container, biller).cells, Narrow())
    assert {fate: one.denied_cents for fate, one in fates.items()} == {
        Fate.OPEN: 133_456, Fate.APPEALED: 4_000, Fate.IN_WORK: 2_000, Fate.RECOVERED: 5_000,
    }  # fmt: skip
    for fate, amount in fates.items():
        lane = totals.LANES.get(fate, "closed")
        asked = read({"lane": lane, "fate": str(fate)})
        assert asked == (lane, Narrowed(fate=str(fate)))
        rows = worklist(container, biller, *asked).rows
        assert sum(row.group_cents for row in rows) == amount.denied_cents, fate


def test_a_fate_of_another_lane_is_no_filter() -> None:
    assert read({"lane": "closed", "fate": "appealed"})[1] == Narrowed()
    assert read({"lane": "open", "fate": "nonsense"})[1] == Narrowed()


def test_parts_are_named_and_add_up(container: Container, biller: Actor) -> None:
    found = counted(container, biller)
    for by in (By.PAYER, By.REASON, By.LOCATION):
        parts = broken_down(found.cells, Narrow(), by)
        assert sum(one.denied_cents for one in parts.values()) == 144_456
    assert found.names[By.LOCATION][EAST] == "Sample *East* Office"


def test_a_click_on_a_card_narrows_the_list(
    open_page: Callable[..., AppTest], biller: Actor
) -> None:
    page = open_page(biller, PAGE, lane="open")
    assert not page.metric, "folded it counts nothing"
    page.session_state["denial_totals"] = True
    page.run()
    assert not page.exception
    assert {m.label: m.value.replace("\\", "") for m in page.metric}["To decide"] == "$1,335"

    page.button(key="card/recovered").click().run()
    assert not page.exception
    assert page.query_params["lane"] in ("closed", ["closed"])
    assert page.query_params["fate"] in ("recovered", ["recovered"])
    sitting: Sitting = page.session_state["denials"]
    assert [row.denied_cents for row in sitting.rows] == [5_000]

    page.button(key="denial_part/payer/0").click().run()
    assert page.query_params["payer"] in ("SHH01", ["SHH01"])


def test_names_are_shown_as_they_are(open_page: Callable[..., AppTest], biller: Actor) -> None:
    page = open_page(biller, PAGE, lane="open")
    page.session_state["denial_totals"] = True
    page.session_state["denial_by"] = By.LOCATION
    page.run()
    [button] = [b for b in page.button if "East" in b.label]
    assert "Sample \\*East\\* Office" in button.label


def test_a_click_in_the_list_does_not_count_the_totals_anew(
    container: Container, biller: Actor, clock: Callable[[], object]
) -> None:
    sitting = Sitting(biller.staff_id, word="one")
    first = totals._counted(container, biller, sitting)
    sitting.word = "two"
    assert totals._counted(container, biller, sitting) is first
    clock.wait(timedelta(seconds=31))  # type: ignore[attr-defined]
    assert totals._counted(container, biller, sitting) is not first
