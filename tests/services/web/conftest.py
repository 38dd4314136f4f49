"""The building on a real port: gate and door as they are served, a small room behind them."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from db.practices import Practice
from db.vocabulary import Role
from services import accounts
from services.container import Container
from services.desk import Actor, working
from services.web import headers
from services.web.gate import Gate
from services.web.routes import routes

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # tests sign in many times
PATIENTS_WORDS = "These would be a patient's words."


@dataclass
class Building:
    """A served building. ``visit`` makes a browser-like client; *signed_in* signs one in."""

    container: Container
    url: str

    def visit(self) -> httpx.Client:
        """Somebody at a browser, not signed in."""
        return httpx.Client(base_url=self.url, headers={"Origin": self.url}, trust_env=False)

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Client:
        """Somebody at a browser who has just sent the sign-in form."""
        browser = self.visit()
        self.send_form(browser, email, password)
        return browser

    def send_form(self, browser: httpx.Client, email: str, password: str) -> httpx.Response:
        """Fill in and send the sign-in form."""
        shown = browser.get("/door/sign-in")
        form = {"csrf": hidden(shown, "csrf"), "email": email, "password": password, "next": "/"}
        return browser.post("/door/sign-in", data=form)


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field on *page*."""
    return page.text.partition(f'name="{name}" value="')[2].partition('"')[0]


@pytest.fixture
def building(container: Container) -> Iterator[Building]:
    """Gate, door and routes on a port of their own, with secrets for hooks and metrics."""
    with serve(container, {}) as served:
        yield served


class serve:
    """Serve *container* until the block ends; *changes* are settings to change first."""

    def __init__(self, container: Container, changes: dict[str, object]) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        chosen = {
            "base_url": self.url,
            "hook_secrets": (SecretStr("new secret"), SecretStr("old secret")),
            "metrics_token": SecretStr("token of the monitoring system"),
        }
        settings = container.settings.model_copy(update=chosen | changes)
        self.container = replace(container, settings=settings)

    def __enter__(self) -> Building:
        config = uvicorn.Config(application(self.container), log_level="warning", access_log=False)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],), daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return Building(self.container, self.url)

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)


def application(container: Container) -> ASGIApp:
    """The real gate and routes before a room that shows a patient's words to whoever gets in."""
    rooms = [
        *routes(container),
        WebSocketRoute("/_stcore/stream", talk),
        Route("/{path:path}", show, methods=["GET", "PUT", "POST"]),
    ]
    gate = Middleware(Gate, container=container, policy=headers.page_policy())
    return Starlette(routes=rooms, middleware=[gate])


async def show(request: Request) -> Response:
    return PlainTextResponse(PATIENTS_WORDS)


async def talk(line: WebSocket) -> None:
    await line.accept()
    async for _ in line.iter_text():
        await line.send_text(PATIENTS_WORDS)


@pytest.fixture
def account(container: Container, practice: Practice) -> Callable[..., str]:
    """Make a local account and give its e-mail address: ``account(Role.NURSE)``."""
    kept = QUICK.hash(PASSWORD)

    def make(role: Role = Role.FRONT_DESK, name: str = "") -> str:
        email = f"{name or role.value}@practice.invalid"
        new = accounts.NewAccount(email, "Sample person", role, password_hash=kept)
        with working(container, Actor.job(practice.id, "setup")) as desk:
            accounts.create_account(desk, new)
        return email

    return make
