"""The real server as a process of its own, and a client that speaks its websocket by hand."""

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Origin, Subprotocol
from websockets.sync.client import connect

from db import migrate, open_database, writing
from db.keyring import load_keyring, new_keyring, save_keyring
from db.practices import Practice
from db.vocabulary import Role
from services import accounts, settings
from services.container import Container
from services.desk import Actor, working

ROOT = Path(__file__).parents[1]
PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PATIENCE = 60.0  # seconds until a loaded machine has started the server
QUIET = 0.5  # seconds without a word after which a page has said everything


@dataclass(frozen=True)
class WebServer:
    """A running `foyer web`: its address, its database seen from here, and what it wrote."""

    url: str
    container: Container
    practice: Practice
    log: Path

    def visit(self) -> httpx.Client:
        """Somebody at a browser, not signed in."""
        return httpx.Client(base_url=self.url, headers={"Origin": self.url}, trust_env=False)

    def sign_in(self, role: Role) -> str:
        """The session cookie of the synthetic person in *role*."""
        with self.visit() as browser:
            shown = browser.get("/door/sign-in").text
            csrf = shown.partition('name="csrf" value="')[2].partition('"')[0]
            form = {"csrf": csrf, "email": email_of(role), "password": PASSWORD}
            return str(browser.post("/door/sign-in", data=form).cookies["foyer"])


def email_of(role: Role) -> str:
    """The e-mail address of the synthetic person in *role*."""
    return f"{role.value}@practice.invalid"


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[WebServer]:
    """Serve one synthetic practice, with a person in every role, from *folder*."""
    port = free_port()
    env = {
        "FOYER_CONFIG": str(folder / "none.toml"),
        "FOYER_DATABASE_URL": f"sqlite:///{folder}/foyer.db",
        "FOYER_KEYRING": str(folder / "keyring.json"),
        "FOYER_ANCHORS": str(folder / "anchors"),
        "FOYER_BASE_URL": f"http://127.0.0.1:{port}",
    } | environment
    container, practice = furnished(env)
    log = folder / "server.log"
    with log.open("wb") as written:
        command = [*COMMAND, "--server.port", str(port)]
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | env, stdout=written, stderr=subprocess.STDOUT
        )
    try:
        server = WebServer(env["FOYER_BASE_URL"], container, practice, log)
        wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(60)
        container.engine.dispose()


COMMAND = (sys.executable, "-m", "streamlit", "run", "app.py")


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def furnished(env: dict[str, str]) -> tuple[Container, Practice]:
    """A migrated database with one synthetic practice and a person in every role."""
    migrate.upgrade(env["FOYER_DATABASE_URL"])
    save_keyring(Path(env["FOYER_KEYRING"]), new_keyring())
    chosen = settings.Settings(
        database_url=env["FOYER_DATABASE_URL"], keyring=Path(env["FOYER_KEYRING"])
    )
    engine = open_database(chosen.database_url)
    container = Container(chosen, engine, load_keyring(chosen.keyring))
    practice = Practice(code="SAMPLE", name="Sample practice", synthetic=True)
    with writing(engine) as session:
        session.add(practice)
    kept = QUICK.hash(PASSWORD)
    with working(container, Actor.job(practice.id, "setup")) as desk:
        for role in Role:
            name = f"Sample {role.value.replace('_', ' ')}"
            new = accounts.NewAccount(email_of(role), name, role, password_hash=kept)
            accounts.create_account(desk, new)
    return container, practice


def wait_for(server: WebServer, process: "subprocess.Popen[bytes]") -> None:
    """Until /healthz answers 200. Raises ``RuntimeError`` with the log when it never does."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{server.url}/healthz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(server.log.read_text())


WIDGET = re.compile(r'id: "(\$\$ID-[0-9a-f]{32}-([^"]*))"')


@dataclass
class Run:
    """What one script run sent to the browser."""

    texts: list[str] = field(default_factory=list)
    widgets: dict[str, str] = field(default_factory=dict)  # user key to widget id
    pages: dict[str, str] = field(default_factory=dict)  # name of a room to its hash


class Tab:
    """A browser tab without a browser: it opens the websocket and speaks Streamlit's protobuf."""

    def __init__(self, server: WebServer, cookie: str, path: str = "/") -> None:
        self.path = path
        self.url = server.url
        self.door = connect(
            server.url.replace("http", "ws") + "/_stcore/stream",
            origin=Origin(server.url),
            additional_headers={"Cookie": f"foyer={cookie}"},
            subprotocols=[Subprotocol("streamlit"), Subprotocol(secrets.token_hex(4))],
            max_size=None,
        )

    def __enter__(self) -> "Tab":
        self.line = self.door.__enter__()
        return self

    def __exit__(self, *told: Any) -> None:
        self.door.__exit__(*told)

    def run(self, *clicks: str, page_hash: str = "") -> Run:
        """Run the page as if the widgets with these ids had been clicked; what it sent."""
        message = BackMsg()
        asked = message.rerun_script
        asked.page_name = self.path.strip("/")
        asked.page_script_hash = page_hash
        asked.context_info.url = self.url + self.path
        for widget in clicks:
            state = asked.widget_states.widgets.add()
            state.id, state.trigger_value = widget, True
        self.line.send(message.SerializeToString())
        return self._collected()

    def _collected(self) -> Run:
        run, is_over = Run(), False
        while message := self._next(QUIET if is_over else PATIENCE):
            # A page may ask to be run again by itself: only when nothing comes is it over.
            is_over = is_over or message.WhichOneof("type") == "script_finished"
            told = str(message)
            run.texts += re.findall(r'(?:body|label|title): "([^"]*)"', told)
            run.widgets |= {key: id for id, key in WIDGET.findall(told)}
            run.pages |= {p.page_name: p.page_script_hash for p in message.navigation.app_pages}
        assert is_over, "the page never finished"
        return run

    def _next(self, seconds: float) -> ForwardMsg | None:
        try:
            frame = self.line.recv(timeout=seconds)
        except TimeoutError:
            return None
        assert isinstance(frame, bytes)
        return ForwardMsg.FromString(frame)
