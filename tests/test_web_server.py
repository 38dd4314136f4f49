"""The real server on a real port: what a stranger, a colleague and a forger get from it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from db import reading, writing
from db.app_sessions import AppSessions
from db.audit import AuditTrail, Ending
from db.vocabulary import Role
from services import sessions
from tests.web_server import Tab, WebServer, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with serving(tmp_path_factory.mktemp("web")) as served:
        yield served


def endings(server: WebServer, verb: str) -> list[Ending]:
    with reading(server.container.engine) as session:
        return [line.ending for line in AuditTrail(session, server.practice.id).search(verb=verb)]


def grow_idle(server: WebServer, cookie: str) -> None:
    """As if nobody had touched anything for sixteen minutes."""
    with writing(server.container.engine) as session:
        kept = AppSessions(session).by_digest(sessions.digest(cookie))
        assert kept is not None
        kept.seen_at -= timedelta(minutes=16)
        session.add(kept)


def test_z03_streamlit_itself_shows_a_stranger_nothing(server: WebServer) -> None:
    with server.visit() as stranger:
        assert stranger.get("/_stcore/metrics").status_code == 404
        for path in ("/_stcore/health", "/_stcore/host-config", "/media/x", "/static/index.html"):
            assert stranger.get(path).status_code == 401
        assert stranger.put("/_stcore/upload_file/a/b").status_code == 401
        assert stranger.get("/").status_code == 303
    with pytest.raises(InvalidStatus), Tab(server, "guessed"):
        pass


def test_a_role_has_its_rooms_and_no_others(server: WebServer) -> None:
    rooms = {role: set(_rooms(server, role)) for role in Role}
    assert rooms[Role.FRONT_DESK] == {"Inbox", "Intake", "Reminders"}
    assert rooms[Role.COMPLIANCE] == {"Jobs", "Rollout", "Audit"}
    assert rooms[Role.ADMIN] == {
        "Templates", "Deadlines", "Jobs", "Metrics", "Rollout", "Practice", "Replies",
        "Prompts", "Connections", "Audit", "Staff",
    }  # fmt: skip
    assert rooms[Role.PROVIDER] >= {"Inbox", "Notes", "Templates"}


def _rooms(server: WebServer, role: Role) -> list[str]:
    with Tab(server, server.sign_in(role)) as tab:
        return list(tab.run().pages)


def test_z02_the_address_of_another_roles_room_shows_nothing_and_is_recorded(
    server: WebServer,
) -> None:
    with Tab(server, server.sign_in(Role.ADMIN), "/staff") as tab:
        assert "Staff" in tab.run().texts
    with Tab(server, server.sign_in(Role.FRONT_DESK), "/staff") as tab:
        shown = tab.run().texts
    assert "Your role does not open Staff." in shown
    assert not any("Sample admin" in text for text in shown)
    assert Ending.REFUSED in endings(server, "staff.read")


def test_z09_a_forged_click_on_another_roles_button_does_nothing(server: WebServer) -> None:
    with Tab(server, server.sign_in(Role.COMPLIANCE), "/audit") as tab:
        seen = tab.run()
        verify, audit = seen.widgets["audit/verify"], seen.pages["Audit"]
        tab.run(verify, page_hash=audit)
    assert endings(server, "audit.verify") == [Ending.DONE]
    with Tab(server, server.sign_in(Role.FRONT_DESK)) as forger:
        for page_hash in ("", audit):
            assert "Check the whole trail" not in forger.run(verify, page_hash=page_hash).texts
    assert endings(server, "audit.verify") == [Ending.DONE]


@pytest.mark.parametrize("how", ["idle", "signed out"])
def test_z04_z05_an_open_page_is_cleared_when_its_session_is_over(
    server: WebServer, how: str
) -> None:
    cookie = server.sign_in(Role.FRONT_DESK)
    with Tab(server, cookie) as tab:
        assert server.practice.name in tab.run().texts
        if how == "idle":
            grow_idle(server, cookie)
        else:
            sessions.end(server.container, cookie)
        shown = tab.run().texts
    assert "You are signed out" in shown
    assert server.practice.name not in shown


def test_z04_a_page_that_runs_by_itself_is_not_a_person(server: WebServer) -> None:
    cookie = server.sign_in(Role.FRONT_DESK)
    first = seen_at(server, cookie)
    with Tab(server, cookie) as tab:
        for _ in range(3):
            tab.run()
    assert seen_at(server, cookie) == first


def seen_at(server: WebServer, cookie: str) -> datetime:
    with reading(server.container.engine) as session:
        kept = AppSessions(session).by_digest(sessions.digest(cookie))
    assert kept is not None
    return kept.seen_at


def test_the_way_out_is_one_click_and_kills_the_cookie(server: WebServer) -> None:
    cookie = server.sign_in(Role.NURSE)
    with Tab(server, cookie) as tab:
        tab.run(tab.run().widgets["sign-out"])
    with pytest.raises(InvalidStatus), Tab(server, cookie):
        pass
    assert Ending.DONE in endings(server, "accounts.sign_out")


def test_the_server_logs_no_names_and_no_addresses(server: WebServer) -> None:
    written = server.log.read_text()
    assert "practice.invalid" not in written
    assert "Sample" not in written


def test_settings_that_are_wrong_stop_the_server_with_a_sentence_each(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError) as stopped,
        serving(tmp_path, FOYER_IDLE_MINUTES="0", FOYER_AI_ENGINE="oracle"),
    ):
        pass
    said = str(stopped.value)
    assert "idle_minutes: input should be greater than or equal to 1." in said
    assert "ai_engine: input should be 'local' or 'claude'." in said
    assert "Traceback" not in said
