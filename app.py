"""The server: the gate, our own addresses, and Streamlit's pages behind them."""

import gc
import importlib
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from pages.parts.desk import open_building
from pages.parts.trouble import say_sorry
from services import logs
from services.ai.redflags import assess
from services.container import Container
from services.errors import Misconfigured
from services.web import headers
from services.web.gate import Gate
from services.web.routes import routes

HEAVY = ("pandas", "pyarrow", "services.workflows.inbox")
STREAMLITS_PAGE = Path(st.__file__).parent / "static" / "index.html"


def opened() -> Container:
    """The building, or one sentence on stderr for each fault and exit status 1."""
    try:
        return open_building()
    except Misconfigured as error:
        sys.exit("\n".join(error.faults))


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Import what is heavy before the first visitor, and start the worker if it lives in here."""
    for name in HEAVY:
        importlib.import_module(name)
    assess("")  # reads its rules once, here and not in front of the first visitor
    with worker():
        gc.collect()
        # Streamlit collects garbage after every run; without this a click costs 10 times the CPU.
        gc.freeze()
        yield


@contextmanager
def worker() -> Iterator[None]:
    """The worker inside this process, for one-process installations on SQLite."""
    if os.environ.get("FOYER_EMBED_WORKER") != "1":
        yield
        return
    running = importlib.import_module("jobs.worker").start(building)
    try:
        yield
    finally:
        running.stop()


building = opened()
logs.set_up(building.settings.log_level)

app = st.App(
    "pages/front_door.py",
    lifespan=lifespan,
    routes=routes(building),
    middleware=[
        Middleware(
            Gate,
            container=building,
            policy=headers.page_policy(headers.inline_scripts(STREAMLITS_PAGE.read_text())),
        )
    ],
    on_script_error=say_sorry,
)
