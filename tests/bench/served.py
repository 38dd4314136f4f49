"""The real web server with a full inbox behind it, and a bare Streamlit page beside it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from db import writing
from db.connections import Connection
from db.rollout import Rollout
from db.vocabulary import Stage
from services.desk import Actor
from services.ehr.ports import Road
from tests.bench.building import Building
from tests.bench.filling import fill
from tests.web_server import WebServer, free_port, serving

ONE_BUTTON = Path(__file__).with_name("one_button.py")
PATIENCE = 90  # seconds until a loaded machine has started a server


@contextmanager
def full_inbox(folder: Path, conversations: int) -> Iterator[WebServer]:
    """The product's server before an inbox of so many open conversations."""
    folder.mkdir(parents=True)
    # The data counts as fresh for three polls, and nobody polls here.
    with serving(folder, FOYER_POLL_SECONDS="900", FOYER_IDLE_MINUTES="120") as server:
        _open(server)
        fill(_building(server), conversations)
        yield server


def _building(server: WebServer) -> Building:
    actor = Actor.job(server.practice.id, "bench")
    return Building(server.container, server.practice, actor)


def _open(server: WebServer) -> None:
    now, practice_id = datetime.now(UTC), server.practice.id
    with writing(server.container.engine) as session:
        session.add(Rollout(practice_id=practice_id, workflow="inbox", stage=Stage.ON))
        for road in (Road.HEALOW_MESSAGES, Road.HEALOW_REPLIES):
            state = Connection(practice_id=practice_id, road=road, able=True, state="ok")
            state.last_ok = now
            session.add(state)


@contextmanager
def one_button() -> Iterator[str]:
    """The address of the page with one button, on the same version of Streamlit."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ONE_BUTTON), "--server.port"]
    process = subprocess.Popen(
        [*command, str(port)], env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/_stcore/health")
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the page with one button did not come up")
