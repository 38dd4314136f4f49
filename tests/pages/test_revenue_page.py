"""The revenue page: cards that add up, a click that narrows, a table, and what it cannot see."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from db import writing
from db.denials import DenialState
from db.practices import Practice
from db.risk_models import RiskModel
from db.rollout import Rollout
from db.vocabulary import Stage
from services.container import Container
from services.desk import Actor
from tests.services.claims.test_revenue import denial

PAGE = "billing/revenue.py"


@pytest.fixture(autouse=True)
def denied(container: Container, practice: Practice) -> None:
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="denials", stage=Stage.ON))
        session.add(denial(practice.id, DenialState.OPEN, 123_456))
        session.add(
            denial(practice.id, DenialState.RECOVERED, 5_000, recovered_cents=4_000, carc="29")
        )


def words(page: AppTest) -> str:
    shown = [*page.caption, *page.text, *page.info, *page.warning, *page.success, *page.error]
    return "\n".join(str(one.value) for one in shown).replace("\\$", "$")


def test_the_cards_add_up_and_a_click_narrows_the_page(
    manager: Actor, open_page: Callable[..., AppTest]
) -> None:
    page = open_page(manager, PAGE)
    assert not page.exception
    assert {m.label: m.value.replace("\\", "") for m in page.metric}["Denied"] == "$1,285"
    assert (
        "$1,284.56 denied = $1,234.56 to decide + $0.00 in work + $0.00 appealed + "
        "$0.00 written off + $40.00 recovered + $10.00 not paid of recovered ones"
    ) in words(page)
    assert "The books agree with the files to the cent." in words(page)
    assert "Simulated history" in words(page)

    page.button(key="card/recovered").click().run()
    assert page.query_params["fate"] in ("recovered", ["recovered"])
    assert "Below: Recovered, 1 denials" in words(page)
    [table] = [d.value for d in page.dataframe if "Payer" in d.value.columns]
    assert list(table["Denied"]) == ["$50.00"]


def test_the_address_opens_what_it_names(manager: Actor, open_page: Callable[..., AppTest]) -> None:
    page = open_page(manager, PAGE, carc="197", by="carc")
    assert not page.exception
    assert "1 denials" in words(page)
    assert open_page(manager, PAGE, fate="nonsense", by="nonsense").exception == []


def test_the_model_in_use_shows_how_sure_it_is(
    container: Container, practice: Practice, manager: Actor, open_page: Callable[..., AppTest]
) -> None:
    assert "No version has been learned yet." in words(open_page(manager, PAGE))
    band = {"from": 0.2, "to": 0.3, "claims": 40, "predicted": 0.25, "observed": 0.275}
    with writing(container.engine) as session:
        session.add(
            RiskModel(
                practice_id=practice.id, name="risk-1", trained_at=container.clock(), claims=900,
                denied=100, tested=225, artefact="{}", reliability=[band], brier=0.1,
                base_brier=0.15, auc=0.83, in_use=True,
            )
        )  # fmt: skip
    page = open_page(manager, PAGE)
    assert "Brier score 0.100 (always saying the average: 0.150" in words(page)
    [table] = [d.value for d in page.dataframe if "Predicted" in d.value.columns]
    assert list(table["Denied"]) == ["27.5%"]


def test_other_roles_are_turned_away(nurse: Actor, open_page: Callable[..., AppTest]) -> None:
    page = open_page(nurse, PAGE)
    assert "Your role may not read revenue totals." in words(page)
    assert not page.metric
