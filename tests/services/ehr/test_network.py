"""However the network fails, staff get one plain sentence and nothing is half done."""

import gzip
import json
import time
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from services.ehr import changes
from services.ehr.ports import Ehr, PortalReply
from services.ehr.transport import Request, Unusable, Wire
from services.errors import InDoubt, Unreachable
from services.sandbox import Running
from tests.services.ehr.servers import answering, free_port, listening

SECOND = timedelta(seconds=1)
REPLY = PortalReply("t-1.1", "Patient/p.101", "Yes.", "d-1")
EMPTY_PAGE = json.dumps({"messages": [], "cursor": "c", "more": False}).encode()
JSON = "Content-Type: application/json"

Connected = Callable[..., Ehr]


def healow_at(port: int) -> str:
    return f"http://127.0.0.1:{port}/healow/v1/FEIGDM"


def test_a_refused_connection_is_an_outage_even_for_a_write(
    connected: Connected, sandbox: Running
) -> None:
    ehr = connected(healow_base=healow_at(free_port()))
    for attempt in (lambda: ehr.mailbox.changed_since(None), lambda: ehr.mailbox.reply(REPLY)):
        with pytest.raises(Unreachable, match="refuses connections"):
            attempt()


def test_an_unknown_name_is_an_outage_even_for_a_write(connected: Connected) -> None:
    ehr = connected(healow_base="https://healow.invalid/v1")
    with pytest.raises(Unreachable, match=r"the name healow\.invalid is not known"):
        ehr.mailbox.reply(REPLY)


def test_after_an_outage_the_next_call_works(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.receive("fine")
    sandbox.control.fault("healow.messages", "outage", times=1)
    with pytest.raises(Unreachable):
        ehr.mailbox.changed_since(None)
    assert len(ehr.mailbox.changed_since(None).messages) == 1


@pytest.mark.parametrize("announced", [False, True])
def test_half_a_page_is_no_page(sandbox: Running, ehr: Ehr, announced: bool) -> None:
    for number in range(20):
        sandbox.control.receive(f"Message {number}")
    sandbox.control.fault("healow.messages", "cut", announced=announced, times=1)
    with pytest.raises(Unreachable):
        ehr.mailbox.changed_since(None)
    assert len(ehr.mailbox.changed_since(None).messages) == 20


def test_a_dripping_body_ends_at_the_deadline(sandbox: Running, connected: Connected) -> None:
    ehr = connected(deadline=SECOND)
    sandbox.control.fault("healow.messages", "drip", seconds=0.2, times=1)
    started = time.monotonic()
    with pytest.raises(Unreachable, match="did not answer in time"):
        ehr.mailbox.changed_since(None)
    assert time.monotonic() - started < 10  # the drip would take a minute


def test_dripping_headers_end_at_the_deadline_too() -> None:
    def drip(line: object) -> None:
        for sign in "HTTP/1.1 200 OK\r\nX-Padding: " + "x" * 100:
            line.sendall(sign.encode())  # type: ignore[attr-defined]
            time.sleep(0.1)

    wire = Wire(SECOND, 1000)
    with listening(drip) as server:
        started = time.monotonic()
        with pytest.raises(Exception, match=r"time|timed out"):
            wire.exchange(Request("GET", f"http://127.0.0.1:{server.port}/"))
        assert time.monotonic() - started < 8  # all of it would take 14 s


def test_without_our_deadline_httpx_would_wait_for_every_byte() -> None:
    """The negative control: a plain httpx timeout does not stop a drip."""

    def drip(line: object) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")  # type: ignore[attr-defined]
        for _ in range(8):
            time.sleep(0.2)
            line.sendall(b"x")  # type: ignore[attr-defined]

    with listening(drip) as server, httpx.Client(trust_env=False, timeout=0.5) as plain:
        started = time.monotonic()
        assert plain.get(f"http://127.0.0.1:{server.port}/").text == "x" * 8
        assert time.monotonic() - started > 1.5


def test_a_server_that_never_answers_is_left_at_the_deadline(
    sandbox: Running, connected: Connected
) -> None:
    ehr = connected(deadline=SECOND)
    sandbox.control.fault("healow.messages", "latency", seconds=3, times=1)
    with pytest.raises(Unreachable, match="did not answer in time"):
        ehr.mailbox.changed_since(None)


def test_a_redirect_is_not_followed_and_the_token_stays_home(sandbox: Running, ehr: Ehr) -> None:
    with listening(answering(EMPTY_PAGE, JSON)) as decoy:
        to = f"http://127.0.0.1:{decoy.port}/messages"
        sandbox.control.fault("healow.messages", "redirect", to=to, times=1)
        with pytest.raises(Unreachable, match="pointed to another address"):
            ehr.mailbox.changed_since(None)
        assert decoy.received == []


def test_a_sign_in_page_is_an_outage_never_an_empty_inbox(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.fault("healow.messages", "html", times=1)
    with pytest.raises(Unreachable, match="web page instead of data"):
        ehr.mailbox.changed_since(None)


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        "null",
        '{"messages": {}, "cursor": "c", "more": false}',
        '{"messages": [], "cursor": "", "more": false}',
        '{"messages": [], "cursor": "c", "more": "no"}',
    ],
)
def test_another_shape_is_an_outage_never_an_empty_inbox(
    sandbox: Running, ehr: Ehr, body: str
) -> None:
    sandbox.control.fault("healow.messages", "body", text=body, times=1)
    with pytest.raises(Unreachable, match="cannot be read"):
        ehr.mailbox.changed_since(None)


def test_a_mailbox_that_leads_in_a_circle_ends(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.receive("One")
    cursor = ehr.mailbox.changed_since(None).cursor
    sandbox.control.fault("healow.messages", "loop")
    with pytest.raises(Unreachable, match="circle"):
        list(changes(ehr.mailbox, cursor))
    assert len(sandbox.control.calls("healow.messages")) == 2
    with pytest.raises(Unreachable, match="circle"):
        ehr.mailbox.changed_since(cursor)


def test_a_byte_order_mark_is_read_and_another_encoding_is_not(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.receive("Grüße")
    sandbox.control.fault("healow.messages", "encoding", codec="utf-8-sig", times=1)
    assert ehr.mailbox.changed_since(None).messages[0].body == "Grüße"
    for codec in ("utf-16", "utf-16-be", "utf-32"):
        sandbox.control.fault("healow.messages", "encoding", codec=codec, times=1)
        with pytest.raises(Unreachable):
            ehr.mailbox.changed_since(None)


@pytest.mark.parametrize(
    ("content_type", "readable"),
    [
        ("application/json; charset=utf-16", False),
        ("APPLICATION/JSON; CHARSET=UTF-8", True),
        ("application/problem+json", True),
        ("text/plain", False),
        ("", False),
    ],
)
def test_the_announced_type_decides_what_is_read(
    sandbox: Running, ehr: Ehr, content_type: str, readable: bool
) -> None:
    page = EMPTY_PAGE.decode()
    sandbox.control.fault("healow.messages", "body", text=page, content_type=content_type, times=1)
    if readable:
        assert ehr.mailbox.changed_since(None).messages == ()
    else:
        with pytest.raises(Unreachable):
            ehr.mailbox.changed_since(None)


def test_a_latin_1_body_fails_loudly(sandbox: Running, connected: Connected) -> None:
    page = '{"messages": [], "cursor": "Grüße", "more": false}'.encode("latin-1")
    with listening(answering(page, JSON)) as server:
        ehr = connected(healow_base=healow_at(server.port))
        with pytest.raises(Unreachable):
            ehr.mailbox.changed_since(None)


def test_header_names_in_any_case_are_understood(connected: Connected) -> None:
    with listening(answering(EMPTY_PAGE, "cOnTeNt-TyPe: application/JSON")) as server:
        ehr = connected(healow_base=healow_at(server.port))
        assert ehr.mailbox.changed_since(None).cursor == "c"


def test_packed_answers_are_unpacked_and_asked_for(connected: Connected) -> None:
    packed = answering(gzip.compress(EMPTY_PAGE), JSON, "Content-Encoding: gzip")
    with listening(packed) as server:
        ehr = connected(healow_base=healow_at(server.port))
        assert ehr.mailbox.changed_since(None).cursor == "c"
        assert b"accept-encoding: gzip\r\n" in server.received[0].lower()


def test_an_answer_above_the_limit_is_dropped_even_when_packed_small() -> None:
    bomb = gzip.compress(b" " * 5_000_000)
    with (
        listening(answering(bomb, JSON, "Content-Encoding: gzip")) as server,
        pytest.raises(Unusable, match="larger"),
    ):
        Wire(SECOND * 5, 1_000_000).exchange(Request("GET", f"http://127.0.0.1:{server.port}"))


def test_a_damaged_packing_is_an_outage(connected: Connected) -> None:
    damaged = gzip.compress(EMPTY_PAGE)[:-12] + b"\0" * 12
    with listening(answering(damaged, JSON, "Content-Encoding: gzip")) as server:
        ehr = connected(healow_base=healow_at(server.port))
        with pytest.raises(Unreachable):
            ehr.mailbox.changed_since(None)


def test_the_machines_proxies_and_netrc_are_ignored(
    sandbox: Running,
    ehr: Ehr,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    netrc = tmp_path_factory.mktemp("home") / ".netrc"
    netrc.write_text("machine 127.0.0.1 login intruder password intruder\n")
    with listening(answering(EMPTY_PAGE, JSON)) as decoy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{decoy.port}")
        monkeypatch.setenv("NETRC", str(netrc))
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        sandbox.control.receive("fine")
        assert len(ehr.mailbox.changed_since(None).messages) == 1
        assert decoy.received == []
        _httpx_would_have_used(decoy.port)
        assert len(decoy.received) == 1


def _httpx_would_have_used(port: int) -> None:
    """The negative control: the decoy works, for whoever trusts the environment."""
    with httpx.Client() as trusting:
        trusting.get("http://fhir.example/")


def test_a_write_never_rides_a_connection_used_before(sandbox: Running, ehr: Ehr) -> None:
    sent = sandbox.control.receive("Is it ready?")
    ehr.mailbox.changed_since(None)
    sandbox.control.fault("healow.messages", "outage", times=1)
    with pytest.raises(Unreachable):
        ehr.mailbox.changed_since(None)
    reply = PortalReply(sent["thread"]["id"], sent["patient"]["reference"], "Yes.", "d-1")
    assert ehr.mailbox.reply(reply).remote_id


def test_an_early_hang_up_leaves_a_write_in_doubt(connected: Connected, sandbox: Running) -> None:
    with listening(lambda line: None) as server:
        ehr = connected(healow_base=healow_at(server.port))
        with pytest.raises(InDoubt):
            ehr.mailbox.reply(REPLY)
        assert len(server.received) == 1


NESTED = '{"messages": ' + "[" * 10_000 + "]" * 10_000 + ', "cursor": "c", "more": false}'


@pytest.mark.parametrize(
    "body",
    [
        NESTED,
        "[" * 100_000,
        '{"messages": [], "messages": [], "cursor": "c", "more": false}',
        '{"messages": [{"id": "m-1", "id": "m-2"}], "cursor": "c", "more": false}',
        '{"messages": [NaN], "cursor": "c", "more": false}',
        '{"messages": [-Infinity], "cursor": "c", "more": false}',
        '{"messages": [1e999], "cursor": "c", "more": false}',
        '{"messages": [1' + "0" * 400 + '], "cursor": "c", "more": false}',
        '{"messages": [' + "1," * 999_999 + '1], "cursor": "c", "more": false}',
    ],
    ids=["deep", "open", "twice", "twice-inside", "nan", "minus", "real", "integer", "million"],
)
def test_json_that_would_choke_a_reader_is_refused_and_the_worker_lives(
    sandbox: Running, ehr: Ehr, body: str
) -> None:
    sandbox.control.receive("fine")
    sandbox.control.fault("healow.messages", "body", text=body, times=1)
    with pytest.raises(Unreachable):
        ehr.mailbox.changed_since(None)
    assert len(ehr.mailbox.changed_since(None).messages) == 1
