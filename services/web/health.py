"""Whether this process is up (`/healthz`) and whether work can be done here (`/readyz`)."""

import logging
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from db import migrate, reading
from db.job_runs import Lease
from services.container import Container

LOG = logging.getLogger(__name__)
LEADER = "timetable"  # the lease that a living worker renews every few seconds


@dataclass(frozen=True)
class Readiness:
    """What `/readyz` says: words for an operator, no patient data and no names."""

    database: str
    worker: str
    is_ready: bool


class Health:
    """The two endpoints for load balancers and service managers."""

    def __init__(self, container: Container) -> None:
        self.container = container

    async def alive(self, request: Request) -> Response:
        """200 as soon as the server serves."""
        return JSONResponse({"status": "ok"})

    async def ready(self, request: Request) -> Response:
        """200 when the database answers and is migrated, else 503. A quiet worker is only told."""
        found = await run_in_threadpool(readiness, self.container)
        return JSONResponse(vars(found), 200 if found.is_ready else 503)


def readiness(container: Container) -> Readiness:
    """Look at the database, and at the lease that a worker renews."""
    try:
        if migrate.pending(container.settings.database_url):
            return Readiness("waits for `foyer db migrate`", "unknown", False)
        return Readiness("ok", _worker(container), True)
    except Exception as error:  # whatever keeps us from asking is the answer
        LOG.warning("Not ready: %s", error)
        return Readiness("does not answer", "unknown", False)


def _worker(container: Container) -> str:
    with reading(container.engine) as session:
        lead = session.get(Lease, LEADER)
    if lead is None:
        return "has not run yet"
    seconds = int((container.clock() - lead.until).total_seconds())
    return "ok" if seconds < 0 else f"silent for {seconds} s"
