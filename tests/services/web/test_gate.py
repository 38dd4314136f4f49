"""Who gets past the gate, and what every answer wears."""

from collections.abc import Callable

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from services import sessions
from services.web.gate import GRACE, LOOK_AGAIN
from tests.services.conftest import Clock
from tests.services.web.conftest import PATIENTS_WORDS, Building, serve

PARTS_OF_PAGES = (
    "/media/0123456789abcdef.pdf",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/upload_file/session/file",
    "/component/foyer/index.js",
    "/static/js/index.js",
)


def session_cookie(browser: httpx.Client) -> str:
    return f"foyer={browser.cookies['foyer']}"


@pytest.mark.parametrize("path", PARTS_OF_PAGES)
def test_z03_a_stranger_gets_no_part_of_a_page(building: Building, path: str) -> None:
    for method in ("GET", "PUT", "POST"):
        answer = building.visit().request(method, path)
        assert answer.status_code == 401
        assert PATIENTS_WORDS not in answer.text


def test_a_stranger_at_a_page_is_asked_to_sign_in_and_brought_back(building: Building) -> None:
    answer = building.visit().get("/audit?verb=inbox.send_reply")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/door/sign-in?next=%2Faudit%3Fverb%3Dinbox.send_reply"


def test_whoever_signed_in_sees_the_room(building: Building, account: Callable[..., str]) -> None:
    browser = building.sign_in(account())
    assert browser.get("/").text == PATIENTS_WORDS
    assert browser.get("/media/0123456789abcdef.pdf").text == PATIENTS_WORDS


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "//_stcore/metrics", "/_stcore/metrics/", "/_stcore/agent/mcp"]
)
def test_z03_streamlits_own_counters_answer_nobody(
    building: Building, account: Callable[..., str], path: str
) -> None:
    for browser in (building.visit(), building.sign_in(account(name=f"someone{len(path)}"))):
        answer = browser.get(f"{building.url}{path}")
        assert answer.status_code in (401, 404)
        assert PATIENTS_WORDS not in answer.text


@pytest.mark.parametrize("path", ["/door/../media/x", "/door/sign-in/../../media/x", "/healthz/x"])
def test_z03_no_detour_leads_past_the_gate(building: Building, path: str) -> None:
    with httpx.Client(trust_env=False) as raw:
        request = raw.build_request("GET", building.url)
        request.url = request.url.copy_with(raw_path=path.encode())
        answer = raw.send(request)
    assert PATIENTS_WORDS not in answer.text


def test_another_host_name_is_refused_so_that_dns_cannot_be_rebound(
    building: Building, account: Callable[..., str]
) -> None:
    browser = building.sign_in(account())
    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert browser.get("/", headers={"Host": "127.0.0.1@evil.example"}).status_code == 421


def test_a_write_from_another_site_is_refused(
    building: Building, account: Callable[..., str]
) -> None:
    browser = building.sign_in(account())
    for origin in ("https://evil.example", "null", building.url.replace("http:", "https:"), ""):
        answer = browser.put("/_stcore/upload_file/a/b", headers={"Origin": origin})
        assert answer.status_code == 403
    assert browser.put("/_stcore/upload_file/a/b").status_code == 200


def test_z03_a_websocket_needs_session_and_origin(
    building: Building, account: Callable[..., str]
) -> None:
    cookie = session_cookie(building.sign_in(account()))
    address = building.url.replace("http", "ws") + "/_stcore/stream"
    ours = building.url
    for origin, brought in ((ours, ""), (ours, "foyer=x"), (None, cookie), ("http://evil", cookie)):
        told = {"Cookie": brought}
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(address, origin=origin, additional_headers=told),
        ):
            pass
        assert refused.value.response.status_code == 403
    with connect(address, origin=ours, additional_headers={"Cookie": cookie}) as line:
        line.send("anything new?")
        assert line.recv() == PATIENTS_WORDS


def test_z05_a_websocket_ends_soon_after_its_session(
    building: Building, account: Callable[..., str], clock: Clock
) -> None:
    browser = building.sign_in(account())
    address = building.url.replace("http", "ws") + "/_stcore/stream"
    told = {"Cookie": session_cookie(browser)}
    with connect(address, origin=building.url, additional_headers=told) as line:
        sessions.end(building.container, browser.cookies["foyer"])
        clock.wait(GRACE)
        line.send("still there?")
        assert line.recv() == PATIENTS_WORDS
        clock.wait(LOOK_AGAIN)
        line.send("and now?")
        with pytest.raises(ConnectionClosed):
            line.recv(timeout=10)


def test_every_answer_wears_its_headers(building: Building, account: Callable[..., str]) -> None:
    browser = building.sign_in(account())
    for path in ("/", "/media/x.pdf", "/door/sign-in", "/healthz"):
        worn = browser.get(path).headers
        assert worn["cache-control"] == "no-store"
        assert worn["x-frame-options"] == "DENY"
        assert worn["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in worn["content-security-policy"]
        assert "unsafe-eval" not in worn["content-security-policy"]
    assert "strict-transport-security" not in browser.get("/").headers


def test_under_tls_browsers_are_told_to_stay_with_it(building: Building) -> None:
    with serve(building.container, {"base_url": "https://foyer.invalid"}) as safe:
        worn = safe.visit().get("/healthz").headers
    assert worn["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_hashed_assets_may_be_kept_by_the_browser(
    building: Building, account: Callable[..., str]
) -> None:
    assert "cache-control" not in building.sign_in(account()).get("/static/js/index.js").headers
