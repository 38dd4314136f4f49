"""Signing in and out at the door, and what guessing gets."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from db import reading, writing
from db.audit import AuditTrail
from db.practices import Practice
from db.staff import SignIns, Staff
from services import accounts, sessions
from services.desk import Actor, working
from services.web.throttle import Throttle
from tests.services.conftest import Clock
from tests.services.web.conftest import (
    PASSWORD,
    PATIENTS_WORDS,
    QUICK,
    Building,
    hidden,
    serve,
)


def person_of(building: Building, email: str) -> Staff:
    with reading(building.container.engine) as session:
        found = SignIns(session).by_email(email)
    assert found is not None
    return found


def verbs(building: Building, practice: Practice) -> list[str]:
    with reading(building.container.engine) as session:
        return [line.verb for line in AuditTrail(session, practice.id).in_order()]


def test_the_right_password_opens_the_door(
    building: Building, practice: Practice, account: Callable[..., str]
) -> None:
    browser = building.visit()
    answer = building.send_form(browser, account().upper(), PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert browser.get("/").text == PATIENTS_WORDS
    assert verbs(building, practice)[-1] == "accounts.sign_in"


def test_a_wrong_password_an_unknown_and_a_disabled_person_look_the_same(
    building: Building, practice: Practice, account: Callable[..., str]
) -> None:
    known, gone = account(name="known"), account(name="gone")
    with working(building.container, Actor.job(practice.id, "setup")) as desk:
        accounts.disable(desk, person_of(building, gone).id)
    tries = [(known, "wrong password"), ("nobody@practice.invalid", PASSWORD), (gone, PASSWORD)]
    answers = [building.send_form(building.visit(), *told) for told in tries]
    assert {answer.status_code for answer in answers} == {401}
    words = {hidden_words(answer) for answer in answers}
    assert words == {accounts.NOT_RIGHT}


def hidden_words(answer: httpx.Response) -> str:
    return answer.text.partition('role="alert">')[2].partition("</p>")[0]


def test_z08_guessing_stops_after_five_and_slows_nobody_else(
    building: Building, practice: Practice, account: Callable[..., str], clock: Clock
) -> None:
    victim, colleague = account(name="victim"), account(name="colleague")
    for guess in range(5):
        building.sign_in(victim, f"wrong guess {guess}")
    assert "foyer" not in building.sign_in(victim).cookies
    assert "foyer" in building.sign_in(colleague).cookies
    assert "accounts.locked" in verbs(building, practice)
    clock.wait(timedelta(seconds=31))
    assert "foyer" in building.sign_in(victim).cookies


def test_z08_the_wait_grows_and_ends_in_a_closed_account(
    building: Building, account: Callable[..., str], clock: Clock
) -> None:
    email, waits = account(), []
    for _ in range(8):
        building.sign_in(email, "wrong password")
        until = person_of(building, email).locked_until
        waits.append((until - clock.now).total_seconds() if until else 0)
        clock.wait(timedelta(minutes=20))
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240]
    with writing(building.container.engine) as session:
        person = session.get_one(Staff, person_of(building, email).id)
        person.failed_attempts = accounts.LAST_FAILURE
    assert "foyer" not in building.sign_in(email).cookies
    set_password(building, email, "another good passphrase")
    assert "foyer" in building.sign_in(email, "another good passphrase").cookies


def set_password(building: Building, email: str, password: str) -> None:
    person = person_of(building, email)
    with working(building.container, Actor.job(person.practice_id, "setup")) as desk:
        accounts.set_password(desk, person.id, QUICK.hash(password))


def test_a_flood_from_one_address_waits_and_others_do_not(clock: Clock) -> None:
    throttle = Throttle(clock, failures=3)
    for _ in range(3):
        throttle.failed("192.0.2.1")
    assert not throttle.is_open("192.0.2.1")
    assert throttle.is_open("192.0.2.2")
    clock.wait(timedelta(minutes=5))
    assert throttle.is_open("192.0.2.1")


def test_a_form_of_another_browser_is_refused(
    building: Building, account: Callable[..., str]
) -> None:
    stolen = hidden(building.visit().get("/door/sign-in"), "csrf")
    browser = building.visit()
    browser.get("/door/sign-in")
    form = {"csrf": stolen, "email": account(), "password": PASSWORD}
    assert browser.post("/door/sign-in", data=form).status_code == 403
    assert "foyer" not in browser.cookies


def test_a_form_without_end_is_refused(building: Building) -> None:
    answer = building.visit().post("/door/sign-in", content=b"email=" + b"x" * 100_000)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/media/x", "javascript:"],
)
def test_the_door_sends_nobody_to_another_house(
    building: Building, account: Callable[..., str], wanted: str
) -> None:
    browser = building.visit()
    shown = browser.get(f"/door/sign-in?next={quote(wanted)}")
    form = {"csrf": hidden(shown, "csrf"), "next": wanted, "email": account(), "password": PASSWORD}
    assert browser.post("/door/sign-in", data=form).headers["location"] == "/"


def test_z11_a_planted_cookie_is_not_the_one_in_use_afterwards(
    building: Building, account: Callable[..., str]
) -> None:
    attacker = building.sign_in(account(name="attacker"))
    victim = building.visit()
    victim.cookies.set("foyer", attacker.cookies["foyer"], domain="127.0.0.1")
    assert victim.get("/").text == PATIENTS_WORDS
    building.send_form(victim, account(name="victim"), PASSWORD)
    assert victim.cookies["foyer"] != attacker.cookies["foyer"]
    assert len(victim.cookies["foyer"]) >= 43  # 256 bits in base64
    assert attacker.get("/").status_code == 303


def test_z05_a_cookie_taken_before_sign_out_is_worth_nothing_after(
    building: Building, account: Callable[..., str]
) -> None:
    browser = building.sign_in(account())
    taken = browser.cookies["foyer"]
    shown = browser.get("/door/sign-out")
    assert browser.post("/door/sign-out", data={"csrf": "guessed"}).status_code == 403
    assert browser.get("/").text == PATIENTS_WORDS
    browser.post("/door/sign-out", data={"csrf": hidden(shown, "csrf")})
    assert accepted(building, taken) == 0


@pytest.mark.parametrize("how", ["disabled", "new password"])
def test_z05_a_cookie_is_worth_nothing_once_its_owner_is(
    building: Building, account: Callable[..., str], how: str
) -> None:
    email = account()
    taken = building.sign_in(email).cookies["foyer"]
    assert accepted(building, taken) == 100
    if how == "disabled":
        person = person_of(building, email)
        with working(building.container, Actor.job(person.practice_id, "setup")) as desk:
            accounts.disable(desk, person.id)
    else:
        set_password(building, email, "another good passphrase")
    assert accepted(building, taken) == 0


def accepted(building: Building, cookie: str) -> int:
    """How many of 100 requests with this cookie are let in."""
    with building.visit() as browser:
        browser.cookies.set("foyer", cookie)
        return sum(browser.get("/").text == PATIENTS_WORDS for _ in range(100))


def test_z04_reading_and_typing_keep_a_session_and_refreshing_does_not(
    building: Building, account: Callable[..., str], clock: Clock
) -> None:
    browser = building.sign_in(account())
    for _ in range(3):
        clock.wait(timedelta(minutes=14))
        assert browser.post("/door/activity").json() == {"seconds_left": 900}
    for _ in range(14):
        clock.wait(timedelta(minutes=1))
        assert browser.get("/door/watch").status_code == 200
    clock.wait(timedelta(minutes=1, seconds=1))
    assert browser.get("/door/watch").json() == {"detail": "Please sign in.", "why": "idle"}
    assert browser.post("/door/activity").status_code == 401
    assert browser.get("/").status_code == 303


def test_a_page_that_was_signed_out_elsewhere_is_told_so(
    building: Building, account: Callable[..., str]
) -> None:
    browser = building.sign_in(account())
    sessions.end(building.container, browser.cookies["foyer"])
    answer = browser.post("/door/activity")
    assert (answer.status_code, answer.json()["why"]) == (401, "out")


def test_z04_no_amount_of_input_outlives_the_absolute_limit(
    building: Building, account: Callable[..., str], clock: Clock
) -> None:
    browser = building.sign_in(account())
    for _ in range(59):
        clock.wait(timedelta(minutes=10))
        assert browser.post("/door/activity").status_code == 200
    clock.wait(timedelta(minutes=10))
    assert browser.post("/door/activity").status_code == 401


def test_under_tls_the_cookie_is_pinned_to_the_host(building: Building) -> None:
    safe = building.container.settings.model_copy(update={"base_url": "https://foyer.invalid"})
    assert sessions.cookie_name(safe) == "__Host-foyer"


def test_local_accounts_can_be_closed_for_a_practice_with_a_provider(
    building: Building, account: Callable[..., str]
) -> None:
    email = account()
    changes: dict[str, object] = {"local_accounts": False, "oidc_issuer": "https://idp.invalid"}
    with serve(building.container, changes) as closed:
        assert 'name="password"' not in closed.visit().get("/door/sign-in").text
        assert closed.send_form(closed.visit(), email, PASSWORD).status_code == 403
