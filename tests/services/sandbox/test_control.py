"""The control endpoints, the other roads in outline, and the process itself."""

import hashlib
import hmac
import json
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from starlette.requests import Request

from services.sandbox import Running, running
from services.sandbox.control import ledger, loopback_only
from services.sandbox.refusals import Refused
from tests.services.sandbox.caller import READ, Caller

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("peer", ["192.0.2.7", "10.0.0.1", "2001:db8::1"])
def test_control_is_refused_to_any_other_machine(peer: str) -> None:
    scope = {"type": "http", "client": (peer, 4711), "headers": [], "path": "/control/ledger"}
    with pytest.raises(Refused) as refused:
        loopback_only(ledger)(Request(scope)).send(None)  # type: ignore[attr-defined]
    assert refused.value.response.status_code == 403


def test_a_reset_goes_back_to_the_start_but_keeps_the_apps(caller: Caller) -> None:
    control = caller.sandbox.control
    caller.reply(control.receive("Hello"), "Hi")
    control.fault("*", "outage", times=1)
    control.configure(writeback_user=False)
    control.reset()
    assert (control.ledger(), control.faults()) == ([], [])
    assert control.state()["practices"]["FEIGDM"] == {"patients": 24, "threads": 0, "messages": 0}
    assert control.configure()["writeback_user"] is True
    assert caller.get("Patient/p.103").status_code == 200


def test_a_switch_that_does_not_exist_is_named(sandbox: Running) -> None:
    with pytest.raises(RuntimeError, match="No such switch: gravity"):
        sandbox.control.configure(gravity=False)


def test_a_message_for_nobody_is_refused(sandbox: Running) -> None:
    with pytest.raises(RuntimeError, match=r"Patient/p\.999 is not known"):
        sandbox.control.receive("Hello", patient="Patient/p.999")


def test_any_resource_can_be_put_in_a_chart(caller: Caller) -> None:
    odd = {"resourceType": "Condition", "id": "c.odd", "subject": {"reference": "Patient/p.103"}}
    caller.sandbox.control.call("POST", "resources", {"resource": odd})
    caller.sign_in("system/Condition.read")
    assert caller.get("Condition/c.odd").json() == odd


def test_an_export_is_asked_by_uuid_and_a_second_one_is_called_a_duplicate(
    caller: Caller,
) -> None:
    caller.sandbox.control.configure(export_seconds=0)
    group = caller.get("Group").json()["entry"][0]["resource"]
    prefer = caller.bearer | {"Prefer": "respond-async"}

    def kick_off(group_id: str) -> httpx.Response:
        url = f"{caller.sandbox.fhir()}/Group/{group_id}/$export"
        return caller.http.get(url, params={"_type": "Patient"}, headers=prefer)

    assert kick_off(group["id"]).status_code == 404
    started = kick_off(group["identifier"][0]["value"])
    assert started.status_code == 202
    again = kick_off(group["identifier"][0]["value"])
    assert (again.status_code, again.json()["issue"][0]["code"]) == (200, "duplicate")

    poll = started.headers["content-location"]
    [output] = caller.http.get(poll, headers=caller.bearer).json()["output"]
    assert caller.http.get(output["url"]).status_code == 401
    lines = caller.http.get(output["url"], headers=caller.bearer).text.splitlines()
    assert {json.loads(line)["resourceType"] for line in lines} == {"Patient"}
    assert len(lines) == 24
    assert caller.http.delete(poll, headers=caller.bearer).status_code == 202
    assert caller.http.get(poll, headers=caller.bearer).status_code == 404


def test_an_export_takes_its_time(caller: Caller) -> None:
    caller.sandbox.control.configure(export_seconds=60)
    uuid = caller.get("Group").json()["entry"][0]["resource"]["identifier"][0]["value"]
    url = f"{caller.sandbox.fhir()}/Group/{uuid}/$export"
    started = caller.http.get(url, headers=caller.bearer | {"Prefer": "respond-async"})
    waiting = caller.http.get(started.headers["content-location"], headers=caller.bearer)
    assert (waiting.status_code, waiting.headers["x-progress"]) == (202, "in progress")


def test_the_open_api_reads_encounters_of_the_tokens_own_practice(app: Caller) -> None:
    app.sign_in(READ)
    url = f"{app.sandbox.url}/openapi/v1/patients/p.103/encounters"
    found = app.http.get(url, headers=app.bearer).json()["encounters"]
    assert found
    assert {"id", "status", "start", "end", "provider", "reason"} == found[0].keys()
    assert app.http.get(url).status_code == 401


@pytest.fixture
def ear() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A loopback address that hears webhooks."""
    heard: list[tuple[dict[str, str], bytes]] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            heard.append((dict(self.headers), self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hooks", heard
    server.shutdown()
    thread.join()


def test_a_webhook_tells_of_a_message_signed_and_without_its_text(
    sandbox: Running, ear: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    url, heard = ear
    sandbox.control.call("POST", "hook", {"url": url, "secret": "s3cret"})
    message = sandbox.control.receive("Private words")
    deadline = time.monotonic() + 60
    while not heard and time.monotonic() < deadline:
        time.sleep(0.02)

    [(headers, body)] = heard
    signed = headers["X-Sandbox-Timestamp"].encode() + b"." + body
    expected = hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert headers["X-Sandbox-Signature"] == f"sha256={expected}"
    assert json.loads(body)["message"] == message["id"]
    assert b"Private words" not in body


def test_a_webhook_never_leaves_this_machine(sandbox: Running) -> None:
    with pytest.raises(RuntimeError, match="loopback"):
        sandbox.control.call("POST", "hook", {"url": "http://192.0.2.7/hooks"})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_is_and_stops_cleanly(
    number: signal.Signals, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    command = [sys.executable, "-m", "services.sandbox", "--port", "0", "--state", str(state)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        url = line.strip().rpartition(" ")[2]
        counts = httpx.get(f"{url}/control/state", trust_env=False).json()
        assert counts["practices"]["FEIGDM"]["messages"] >= 120
    finally:
        process.send_signal(number)
    assert process.wait(60) == 0
    assert state.exists()


def test_it_can_be_served_under_tls_for_those_who_check_certificates(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    for part in certificate.cert_chain_pems:
        part.write_to_path(chain, append=True)
    certificate.private_key_pem.write_to_path(key)

    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with running(tls=(chain, key)) as sandbox:
        url = f"{sandbox.fhir()}/metadata"
        assert httpx.get(url, verify=trusting, trust_env=False).status_code == 200
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            httpx.get(url, trust_env=False)
