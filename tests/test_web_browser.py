"""Signing in, working and being locked out in a real browser, under the real content policy."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from db import reading, writing
from db.app_sessions import AppSession, AppSessions
from db.vocabulary import Role
from services import sessions
from tests.web_server import PASSWORD, WebServer, email_of, serving

pytestmark = pytest.mark.browser
SLOW = 120_000  # milliseconds, for a loaded machine


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with serving(tmp_path_factory.mktemp("browser")) as served:
        yield served


def arrive(page: Page, server: WebServer, role: Role) -> None:
    """Sign in by keyboard alone and wait for the first room."""
    page.goto(server.url)
    page.locator("#email:focus").wait_for()
    page.keyboard.type(email_of(role))
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text(server.practice.name).wait_for(timeout=SLOW)
    page.wait_for_load_state("networkidle")


def session_of(page: Page, server: WebServer) -> AppSession:
    """The row behind the browser's cookie."""
    [cookie] = [c["value"] for c in page.context.cookies() if c["name"] == "foyer"]
    with reading(server.container.engine) as session:
        kept = AppSessions(session).by_digest(sessions.digest(cookie))
    assert kept is not None
    return kept


def set_back(server: WebServer, kept: AppSession, length: timedelta) -> None:
    """As if the last input were *length* ago."""
    with writing(server.container.engine) as session:
        AppSessions(session).touch(kept.id, kept.seen_at - length)


@pytest.mark.parametrize("light", ["light", "dark"])
def test_every_room_opens_under_the_policy_and_asks_nobody_outside(
    browser: Browser, server: WebServer, light: str
) -> None:
    complaints: list[str] = []
    outside: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    page = browser.new_page(color_scheme=light)  # type: ignore[arg-type]
    page.on("console", hear)
    page.on("request", lambda r: None if r.url.startswith(LOCAL) else outside.append(r.url))
    arrive(page, server, Role.MANAGER)
    for room in ("Rollout", "Staff", "Jobs"):
        open_room(page, room)
        page.get_by_role("heading", name=room, exact=True).first.wait_for(timeout=SLOW)
    assert page.get_by_test_id("stException").count() == 0
    assert (complaints, outside) == ([], [])
    page.close()


def open_room(page: Page, name: str) -> None:
    """Choose a room in the list, which a room may have folded away."""
    folded = page.get_by_test_id("stExpandSidebarButton")
    if folded.is_visible():
        folded.click()
    page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True).click()


LOCAL = ("http://127.0.0.1:", "data:", "blob:")


def test_z04_a_page_left_alone_locks_itself_and_shows_nothing(
    browser: Browser, server: WebServer
) -> None:
    page = browser.new_page()
    arrive(page, server, Role.FRONT_DESK)
    set_back(server, session_of(page, server), timedelta(minutes=16))
    page.wait_for_url("**/door/sign-in?why=idle*", timeout=SLOW)
    assert server.practice.name not in page.content()
    page.go_back()
    page.wait_for_url("**/door/sign-in*", timeout=SLOW)
    assert server.practice.name not in page.content()
    page.close()


def test_z04_typing_counts_as_input_before_it_is_sent(browser: Browser, server: WebServer) -> None:
    page = browser.new_page()
    arrive(page, server, Role.FRONT_DESK)
    set_back(server, session_of(page, server), timedelta(minutes=10))
    before = session_of(page, server).seen_at
    page.locator(".st-key-beacon [data-testid='stBidiComponentIsolated']").wait_for(
        state="attached"
    )
    with page.expect_response("**/door/activity", timeout=SLOW):
        for _ in range(20):  # until the page's script listens
            page.keyboard.press("Shift")
            page.wait_for_timeout(100)
    assert session_of(page, server).seen_at > before + timedelta(minutes=9)
    page.close()


def test_signing_out_takes_one_click(browser: Browser, server: WebServer) -> None:
    page = browser.new_page()
    arrive(page, server, Role.NURSE)
    kept = session_of(page, server)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/door/sign-in?why=out", timeout=SLOW)
    with reading(server.container.engine) as session:
        ended = session.get(AppSession, kept.id)
    assert ended is not None
    assert ended.revoked_at is not None
    page.close()
