"""`foyer demo`: a synthetic practice on this machine, with nothing to configure."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from db import reading
from db.practices import Practices
from db.rollout import Rollout, Rollouts
from db.staff import SignIns
from db.vocabulary import Role, Stage
from services import accounts, setup
from services.container import Container
from services.desk import Actor, working
from services.errors import Misconfigured
from services.rollout.simulated import past
from services.settings import load

SWITCHED_ON = (
    "inbox", "intake", "reminders", "notes", "summaries", "charges", "claims", "denials",
)  # fmt: skip
CODE, KEY_ID, CLIENT = "FEIGDM", "demo-1", "foyer-demo"
CLEARINGHOUSE_KEY = "sandbox-clearinghouse-key"
SIGNED = 5  # visits of this morning whose notes are signed, so that summaries have a beginning
PASSWORD = "welcome-to-foyer"  # noqa: S105  (printed on purpose: every patient here is synthetic)
PEOPLE = (
    ("maria@demo.test", "Maria Demo (front desk)", Role.FRONT_DESK, False),
    ("nora@demo.test", "Nora Demo (nurse)", Role.NURSE, True),
    ("paul@demo.test", "Paul Demo (provider)", Role.PROVIDER, True),
    ("bill@demo.test", "Bill Demo (biller)", Role.BILLER, False),
    ("dan@demo.test", "Dan Demo (manager)", Role.MANAGER, False),
    ("priya@demo.test", "Priya Demo (admin)", Role.ADMIN, False),
    ("cora@demo.test", "Cora Demo (compliance)", Role.COMPLIANCE, False),
)
UP_WITHIN = 180  # seconds; a first start on a small machine imports for a while


@dataclass(frozen=True)
class Demo:
    """Where a demo lives and listens."""

    folder: Path
    port: int

    @property
    def sandbox_port(self) -> int:
        """The sandbox is one port further."""
        return self.port + 1

    @property
    def mllp_port(self) -> int:
        """Where the sandbox takes notes by HL7: two ports further."""
        return self.port + 2

    @property
    def config(self) -> Path:
        """The settings file that the demo writes for itself."""
        return self.folder / "settings.toml"

    @property
    def url(self) -> str:
        """What staff open."""
        return f"http://127.0.0.1:{self.port}"


def run(demo: Demo) -> int:
    """Prepare what is missing, start sandbox, worker and web, and stay until Ctrl-C."""
    _require_ports(demo)
    write_settings(demo)
    signal.signal(signal.SIGTERM, _as_interrupt)
    started: list[subprocess.Popen[bytes]] = []
    try:
        sandbox, *ours = _commands(demo)
        started.append(_start(sandbox, demo))  # it needs nothing of ours: it starts meanwhile
        container = prepare(demo)
        started += [_start(command, demo) for command in ours]
        _wait_until_up(demo, started)
        _welcome(demo)
        _simulate_past(container)
        return _wait(started)
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(started)


def _require_ports(demo: Demo) -> None:
    faults = []
    for port in (demo.port, demo.sandbox_port, demo.mllp_port):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                faults.append(f"Port {port} is in use. Choose another: make demo PORT=8601.")
    if faults:
        raise Misconfigured(faults)


def prepare(demo: Demo) -> Container:
    """Write keys and settings where there are none, migrate, and let the demo people in."""
    write_settings(demo)
    settings = load(os.environ | {"FOYER_CONFIG": str(demo.config)})
    container = setup.prepare(settings, new_keys=True)
    _switch_on(container)
    _let_people_in(container)
    return container


def write_settings(demo: Demo) -> None:
    """Write the demo's signing key, once, and its settings."""
    demo.folder.mkdir(parents=True, exist_ok=True)
    (demo.folder / "notes").mkdir(mode=0o700, exist_ok=True)
    _signing_key(demo)
    demo.config.write_text(_settings(demo))


def _start(command: Sequence[str], demo: Demo) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches us alone, and we stop each part in order.
    environment = os.environ | {"FOYER_CONFIG": str(demo.config)}
    return subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603


def _signing_key(demo: Demo) -> None:
    pem = demo.folder / "signing_key.pem"
    if pem.exists():
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    client = {"client_id": CLIENT, "practices": [CODE], "jwks": {"keys": [_jwk(key)]}}
    (demo.folder / "clients.json").write_text(json.dumps([client]))
    with os.fdopen(os.open(pem, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(secret)


def _jwk(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    return {
        "kty": "RSA",
        "alg": "RS384",
        "use": "sig",
        "kid": KEY_ID,
        "n": _base64url(numbers.n),
        "e": _base64url(numbers.e),
    }


def _base64url(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _settings(demo: Demo) -> str:
    """The demo's own settings file; a real practice's looks the same with other addresses."""
    sandbox = f"http://127.0.0.1:{demo.sandbox_port}"
    general: dict[str, Any] = {
        "database_url": f"sqlite:///{demo.folder / 'foyer.db'}",
        "keyring": str(demo.folder / "keyring.json"),
        "anchors": str(demo.folder / "anchors"),
        "base_url": demo.url,
        "poll_seconds": 10,
    }
    practice: dict[str, Any] = {
        "code": CODE,
        "name": "Riverside Demo Practice (synthetic)",
        "fhir_base": f"{sandbox}/fhir/r4/{CODE}",
        "healow_base": f"{sandbox}/healow/v1/{CODE}",
        "client_id": CLIENT,
        "private_key_file": str(demo.folder / "signing_key.pem"),
        "key_id": KEY_ID,
        "reply_channel": True,
        "intake_writes": ["patient", "coverage", "allergy", "medication", "condition", "answers"],
        "openapi_base": f"{sandbox}/openapi/v1/{CODE}",
        "transcripts": True,
        "note_writes": ["document", "hl7", "sections", "ccda"],
        "hl7_address": f"mllp://127.0.0.1:{demo.mllp_port}",
        "ccda_folder": str(demo.folder / "notes"),
        "charge_writes": True,
        "clearinghouse_base": f"{sandbox}/clearinghouse/v1/{CODE}",
        "clearinghouse_key": CLEARINGHOUSE_KEY,
        "claim_sender": "RIVERSIDE",
        "claim_receiver": "SANDBOXCLEAR",
        "claim_phone": "5550100000",
        "claim_writes": ["claims", "enquiries", "appeals"],
        "synthetic": True,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in general.items()]
    lines += ["", "[[practice]]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in practice.items()]
    return "\n".join(lines) + "\n"


def _housekeeper(container: Container) -> Actor:
    with reading(container.engine) as session:
        practice = Practices(session).by_code(CODE)
    if practice is None:
        raise LookupError("The demo practice is missing.")
    return Actor.job(practice.id, "demo")


def _switch_on(container: Container) -> None:
    with working(container, _housekeeper(container)) as desk:
        rollouts = desk.open(Rollouts)
        for key in SWITCHED_ON:
            if not rollouts.of(key):
                rollouts.add(Rollout(practice_id=desk.practice_id, workflow=key, stage=Stage.ON))
                desk.record(
                    "rollout.set_stage", f"practice/{desk.practice_id}", reason=f"{key}: on"
                )


def _let_people_in(container: Container) -> None:
    for email, name, role, licensed in PEOPLE:
        with reading(container.engine) as session:
            known = SignIns(session).by_email(email)
        if known is None:
            secret = accounts.hashed(PASSWORD, email, name)
            new = accounts.NewAccount(email, name, role, licensed, secret)
            setup.add_person(container, CODE, new)


def _commands(demo: Demo) -> Sequence[Sequence[str]]:
    foyer = [sys.executable, "-m", "cli"]
    clients, state = demo.folder / "clients.json", demo.folder / "sandbox.json"
    mllp = ["--mllp-port", str(demo.mllp_port)]
    day = ["--practice", CODE, "--signed", str(SIGNED)]
    sandbox = ["sandbox", "--port", str(demo.sandbox_port), *mllp, *day]
    return (
        [*foyer, *sandbox, "--clients", str(clients), "--state", str(state)],
        [*foyer, "worker"],
        [*foyer, "web", "--port", str(demo.port)],
    )


def _wait_until_up(demo: Demo, started: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + UP_WITHIN
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in started):
            raise Misconfigured(["A part of the demo stopped. Its message is above."])
        try:
            with urllib.request.urlopen(f"{demo.url}/healthz", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise Misconfigured([f"The demo did not come up within {UP_WITHIN} seconds."])


def _welcome(demo: Demo) -> None:
    people = "\n".join(f"    {email:<18} {name}" for email, name, _, _ in PEOPLE)
    print(  # noqa: T201  (the two lines a newcomer needs)
        f"\nFoyer is up: {demo.url}\nAll patients are synthetic. Sign in with password "
        f"“{PASSWORD}” as\n{people}\n\nCtrl-C stops everything.",
        flush=True,
    )


def _simulate_past(container: Container) -> None:
    """Ninety days of numbers, beside everything else: nobody waits for them."""
    with reading(container.engine) as session:
        practice = Practices(session).by_code(CODE)
    filling = threading.Thread(target=past, args=(container, practice), daemon=True)
    filling.start()


def _wait(started: Sequence[subprocess.Popen[bytes]]) -> int:
    while all(process.poll() is None for process in started):
        time.sleep(0.5)
    print("A part of the demo stopped; stopping the rest.", file=sys.stderr)  # noqa: T201
    return 1


def _stop(started: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt
