"""Sign-in through an identity provider, the sandbox's, on a real socket, honest or not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from db import reading
from db.audit import AuditTrail, Ending
from db.practices import Practice
from db.staff import StaffList
from db.vocabulary import Role
from services import accounts
from services.container import Container, system_clock
from services.desk import Actor, working
from services.sandbox import id_tokens
from services.sandbox.server import Running, running
from services.web import newcomers
from tests.services.web.conftest import PATIENTS_WORDS, Building, serve


@pytest.fixture(scope="module")
def provider() -> Iterator[Running]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def house(provider: Running, container: Container, practice: Practice) -> Iterator[Building]:
    provider.control.call("POST", "oidc", {"id_token": ""})
    changes: dict[str, object] = {
        "oidc_issuer": f"{provider.url}/oidc",
        "oidc_client_id": "foyer",
        "oidc_client_secret": SecretStr("of the app"),
        "oidc_practice": practice.code,
        "oidc_roles": {"compliance": "compliance", "front_desk": "front_desk"},
    }
    today = replace(container, clock=system_clock)  # both sides live in the same moment
    with serve(today, changes) as served:
        yield served


def to_provider(browser: httpx.Client, person: str = "demo-front_desk") -> str:
    """Go to the provider and choose *person*; the address the provider sends the browser to."""
    asked = browser.get("/door/oidc/start").headers["location"]
    form = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
    agreed = httpx.post(asked.partition("?")[0], data=form | {"person": person}, trust_env=False)
    return agreed.headers["location"]


def refusals(house: Building, practice: Practice) -> list[str]:
    with reading(house.container.engine) as session:
        lines = AuditTrail(session, practice.id).search(verb="accounts.sign_in_failed")
    return [line.reason for line in lines if line.ending is Ending.REFUSED]


def test_somebody_new_comes_in_with_the_role_of_their_group(
    house: Building, practice: Practice
) -> None:
    browser = house.visit()
    answer = browser.get(to_provider(browser))
    assert answer.headers["location"] == "/"
    assert browser.get("/").text == PATIENTS_WORDS
    with reading(house.container.engine) as session:
        [person] = StaffList(session, practice.id).active()
    assert (person.role, person.email) == (Role.FRONT_DESK, "front_desk@demo.invalid")


def test_the_second_time_they_are_the_same_person(house: Building, practice: Practice) -> None:
    for _ in range(2):
        browser = house.visit()
        browser.get(to_provider(browser))
    with reading(house.container.engine) as session:
        assert len(StaffList(session, practice.id).active()) == 1


def test_a_person_without_a_listed_group_stays_outside(house: Building, practice: Practice) -> None:
    browser = house.visit()
    answer = browser.get(to_provider(browser, "demo-nurse"))
    assert answer.status_code == 400
    assert newcomers.NO_ROLE.partition("'")[0] in answer.text
    assert "foyer" not in browser.cookies
    assert refusals(house, practice) == ["no role"]


def test_an_address_of_a_local_account_does_not_make_the_provider_its_owner(
    house: Building, practice: Practice
) -> None:
    local = accounts.NewAccount("front_desk@demo.invalid", "Local person", Role.ADMIN)
    with working(house.container, Actor.job(practice.id, "setup")) as desk:
        accounts.create_account(desk, local)
    browser = house.visit()
    assert browser.get(to_provider(browser)).status_code == 400
    assert refusals(house, practice) == ["e-mail taken"]


@pytest.mark.parametrize("state", ["", "&state=", "&state=of-somebody-else"])
def test_o07_an_answer_without_our_state_is_refused(
    house: Building, practice: Practice, state: str
) -> None:
    browser = house.visit()
    back = to_provider(browser).partition("&state=")[0] + state
    assert browser.get(back).status_code == 400
    assert "foyer" not in browser.cookies
    assert refusals(house, practice) == ["state"]


def test_o07_a_good_answer_in_another_browser_is_refused(
    house: Building, practice: Practice
) -> None:
    back = to_provider(house.visit())
    other = house.visit()
    assert other.get(back).status_code == 400
    to_provider(other)
    assert other.get(back).status_code == 400
    assert "foyer" not in other.cookies
    assert len(refusals(house, practice)) == 2


def test_o07_a_good_answer_works_once(house: Building) -> None:
    browser = house.visit()
    back = to_provider(browser)
    kept = dict(browser.cookies)
    assert browser.get(back).status_code == 303
    session = browser.cookies["foyer"]
    assert browser.get(back).status_code == 400
    thief = house.visit()
    thief.cookies.update({name: value for name, value in kept.items() if value})
    assert thief.get(back).status_code == 400
    assert browser.cookies["foyer"] == session
    assert browser.get("/").text == PATIENTS_WORDS


def test_o07_the_provider_may_say_no(house: Building) -> None:
    browser = house.visit()
    state = parse_qs(urlsplit(to_provider(browser)).query)["state"][0]
    answer = browser.get(f"/door/oidc/callback?error=access_denied&state={state}")
    assert answer.status_code == 400


@pytest.mark.parametrize("wrong", id_tokens.WRONGS)
def test_o08_a_token_that_is_wrong_in_any_way_lets_nobody_in(
    house: Building, provider: Running, practice: Practice, wrong: str
) -> None:
    provider.control.call("POST", "oidc", {"id_token": wrong})
    browser = house.visit()
    assert browser.get(to_provider(browser)).status_code == 400
    assert "foyer" not in browser.cookies
    assert len(refusals(house, practice)) == 1
    with reading(house.container.engine) as session:
        assert StaffList(session, practice.id).active() == []


def test_a_provider_that_is_away_is_said_to_be_away(
    container: Container, practice: Practice, account: Callable[..., str]
) -> None:
    changes: dict[str, object] = {
        "oidc_issuer": "http://127.0.0.1:9/oidc",
        "oidc_client_id": "foyer",
        "oidc_practice": practice.code,
    }
    with serve(container, changes) as served:
        assert served.visit().get("/door/oidc/start").status_code == 502
        assert "foyer" in served.sign_in(account()).cookies
