"""Serving the sandbox on a real loopback socket, in a thread for tests or for good for a demo."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from services.sandbox.app import create_app
from services.sandbox.shapes import Json
from services.sandbox.wire import ReachableSocket
from services.sandbox.world import SandboxConfig

STARTING_DEADLINE = 10.0


@dataclass(frozen=True)
class Control:
    """The control endpoints as calls. Raises RuntimeError when the sandbox refuses one."""

    url: str

    def call(self, method: str, path: str, body: Json | None = None) -> Any:
        """One control call; its JSON answer."""
        where = urlsplit(self.url)
        line = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        try:
            line.request(method, f"/control/{path}", json.dumps(body or {}))
            answer = line.getresponse()
            read = json.loads(answer.read())
        finally:
            line.close()
        if answer.status >= 400:
            raise RuntimeError(read.get("error", "The sandbox refused a control call."))
        return read

    def ledger(self, practice: str = "") -> list[Json]:
        """Every write accepted so far."""
        return list(self.call("GET", f"ledger?practice={practice}"))

    def calls(self, operation: str = "") -> list[Json]:
        """The calls served so far, of one operation or all; ``status`` 0 is one without an answer."""
        return [c for c in self.call("GET", "calls") if operation in ("", c["name"])]

    def fault(self, match: str, kind: str, **options: Any) -> str:
        """Put a fault in force; its id."""
        return str(self.call("POST", "faults", {"match": match, "kind": kind, **options})["id"])

    def faults(self) -> list[Json]:
        """The faults in force, with ``hits``."""
        return list(self.call("GET", "faults"))

    def mend(self, fault_id: str = "") -> None:
        """Lift one fault, or all."""
        self.call("DELETE", f"faults/{fault_id}".rstrip("/"))

    def receive(self, body: str, **fields: Any) -> Json:
        """A message arrives now; the stored message."""
        return dict(self.call("POST", "messages", {"body": body, **fields}))

    def edit(self, message_id: str, body: str, **fields: Any) -> Json:
        """The patient rewrites a message."""
        return dict(self.call("POST", f"messages/{message_id}/edit", {"body": body, **fields}))

    def withdraw(self, message_id: str, **fields: Any) -> Json:
        """The patient recalls a message."""
        return dict(self.call("POST", f"messages/{message_id}/withdraw", fields))

    def form(self, patient: str = "", answers: Json | None = None, **fields: Any) -> Json:
        """A check-in form arrives now; without *answers* it repeats the chart. The stored resource."""
        said = {} if answers is None else {"answers": answers}
        return dict(self.call("POST", "forms", {"patient": patient, **said, **fields}))

    def amend(self, form_id: str, answers: Json, **fields: Any) -> Json:
        """The patient changes answers; ``None`` takes one away."""
        return dict(self.call("POST", f"forms/{form_id}/amend", {"answers": answers, **fields}))

    def withdraw_form(self, form_id: str, **fields: Any) -> Json:
        """A form turns out to be entered in error."""
        return dict(self.call("POST", f"forms/{form_id}/withdraw", fields))

    def newcomer(self, **fields: Any) -> Json:
        """A new patient; with ``fields=12`` a chart and a form of twelve fields, three of them not equal."""
        return dict(self.call("POST", "newcomers", fields))

    def truth(self, practice: str = "") -> list[Json]:
        """Per form, what a careful reader would find."""
        return list(self.call("GET", f"intake/truth?practice={practice}"))

    def claim(self, **fields: Any) -> Json:
        """Claims with a scripted ``outcome``; their ids and the files they came in."""
        return dict(self.call("POST", "claims", fields))

    def advance_claims(self, **fields: Any) -> Json:
        """Let everything that waits at the clearinghouse happen now."""
        return dict(self.call("POST", "clearinghouse/advance", fields))

    def claims_truth(self, practice: str = "") -> Json:
        """Per claim what was billed and how it stands, in cents, and the totals."""
        return dict(self.call("GET", f"claims/truth?practice={practice}"))

    def note_template(self, location: str, codes: list[str], **fields: Any) -> Json:
        """Set the progress-note template of a location."""
        asked = {"location": location, "codes": codes, **fields}
        return dict(self.call("POST", "hl7/templates", asked))

    def notes(self, encounter: str, practice: str = "FEIGDM") -> dict[str, Json]:
        """Per section of an encounter what came by HL7 and stands in the chart now."""
        where = f"hl7/notes?practice={practice}&encounter={encounter}"
        return dict(self.call("GET", where)["sections"])

    def note_journal(self) -> list[Json]:
        """Every HL7 message judged: ``code``, ``filed``, ``dropped``."""
        return list(self.call("GET", "hl7/journal"))

    def visit(self, **fields: Any) -> Json:
        """A visit to be written down; the stored Encounter."""
        return dict(self.call("POST", "encounters", fields))

    def at_visit(self, encounter: str, deed: str, **fields: Any) -> Json:
        """``arrive``, ``open``, ``save``, ``close`` or ``sign`` or ``amend`` (with ``changes``) an ``Encounter/…``."""
        return dict(self.call("POST", f"encounters/{encounter.partition('/')[2]}/{deed}", fields))

    def filed(self, encounter: str, practice: str = "") -> Json:
        """What is filed for an ``Encounter/…``: ``sections`` by code, ``documents``, ``signed``."""
        place = f"encounters/{encounter.partition('/')[2]}/filed"
        return dict(self.call("GET", place + (f"?practice={practice}" if practice else "")))

    def charges(self, encounter: str) -> list[Json]:
        """The charges entered for an ``Encounter/…``, as ChargeItems."""
        return list(self.call("GET", f"encounters/{encounter.partition('/')[2]}/charges"))

    def enter_charge(self, encounter: str, code: str, **fields: Any) -> Json:
        """Somebody enters a charge in eCW itself."""
        asked = {"code": code, **fields}
        return dict(self.call("POST", f"encounters/{encounter.partition('/')[2]}/charges", asked))

    def configure(self, practice: str = "", **switches: Any) -> Json:
        """Set a practice's switches."""
        named = {"practice": practice} if practice else {}
        return dict(self.call("POST", "config", {**named, **switches}))

    def register(self, client_id: str, jwks: Json, practice: str = "FEIGDM", **more: Any) -> None:
        """Register an app with its public keys."""
        self.call(
            "POST", "clients", {"client_id": client_id, "practice": practice, "jwks": jwks, **more}
        )

    def merge(self, patient: str, into: str, practice: str = "") -> None:
        """Merge one patient's chart into another's."""
        named = {"practice": practice} if practice else {}
        self.call("POST", "merge", {"patient": patient, "into": into, **named})

    def portal(self, patient: str, practice: str = "FEIGDM") -> list[Json]:
        """The messages that a ``Patient/…`` sees in the portal, oldest first."""
        where = f"portal?practice={practice}&patient={patient}"
        return list(self.call("GET", where)["messages"])

    def portal_account(self, patient: str, account: bool, **fields: Any) -> None:
        """Give a ``Patient/…`` a portal account, or take it away."""
        self.call("POST", "portal", {"patient": patient, "account": account, **fields})

    def state(self) -> Json:
        """Counts of everything."""
        return dict(self.call("GET", "state"))

    def reset(self) -> None:
        """Back to the seeded start."""
        self.call("POST", "reset")


@dataclass(frozen=True)
class Running:
    """A sandbox that is being served. ``url`` has no trailing slash."""

    url: str
    control: Control

    def fhir(self, practice: str = "FEIGDM") -> str:
        """A practice's FHIR base URL."""
        return f"{self.url}/fhir/r4/{practice}"

    def healow(self, practice: str = "FEIGDM") -> str:
        """A practice's message channel."""
        return f"{self.url}/healow/v1/{practice}"

    @property
    def mllp_port(self) -> int:
        """Where notes arrive by HL7. Raises TypeError if it was started without."""
        return int(self.control.call("GET", "hl7")["port"])

    def openapi(self, practice: str = "FEIGDM") -> str:
        """A practice's Open API of notes."""
        return f"{self.url}/openapi/v1/{practice}"

    def clearinghouse(self, practice: str = "FEIGDM") -> str:
        """A practice's account at the clearinghouse."""
        return f"{self.url}/clearinghouse/v1/{practice}"


@contextmanager
def running(
    port: int = 0, tls: tuple[Path, Path] | None = None, **settings: Any
) -> Iterator[Running]:
    """Serve a sandbox in a thread until the block ends; *settings* are :class:`SandboxConfig`'s.

    Port 0 picks a free one. *tls* is a certificate chain and its key. Raises TimeoutError.
    """
    server = uvicorn.Server(server_config(SandboxConfig(**settings), port, tls))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        url = f"http{'s' if tls else ''}://127.0.0.1:{_bound_port(server, thread)}"
        yield Running(url, Control(url))
    finally:
        server.should_exit = True
        thread.join(STARTING_DEADLINE)


def server_config(
    config: SandboxConfig, port: int, tls: tuple[Path, Path] | None = None
) -> uvicorn.Config:
    """uvicorn on loopback, with the protocol that lets faults reach the socket."""
    chain, key = tls or (None, None)
    return uvicorn.Config(
        create_app(config),
        host="127.0.0.1",
        port=port,
        http=ReachableSocket,
        ssl_certfile=chain,
        ssl_keyfile=key,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )


def _bound_port(server: uvicorn.Server, thread: threading.Thread) -> int:
    deadline = time.monotonic() + STARTING_DEADLINE
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise TimeoutError("The sandbox did not start.")
        time.sleep(0.005)
    return int(server.servers[0].sockets[0].getsockname()[1])
