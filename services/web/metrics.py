"""Numbers for a monitoring system at `/metrics`: counts by practice id and state, never a name."""

from collections.abc import Iterator
from uuid import UUID

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from db import Session, reading
from db.conversations import Conversations
from db.deliveries import Deliveries
from db.job_runs import JobRuns
from db.practices import Practices
from services.container import Container
from services.web.cookies import equal

OPENMETRICS = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """A Prometheus collector over the database, behind a bearer token."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.registry = CollectorRegistry()
        self.registry.register(self)
        ProcessCollector(registry=self.registry)

    async def show(self, request: Request) -> Response:
        """200 with the token of ``metrics_token``; 404 when none is set, 401 with another."""
        token = self.container.settings.metrics_token.get_secret_value()
        if not token:
            return PlainTextResponse("Not found.", 404)
        if not equal(request.headers.get("authorization", ""), f"Bearer {token}"):
            return PlainTextResponse("A bearer token is needed.", 401)
        return Response(
            await run_in_threadpool(generate_latest, self.registry), media_type=OPENMETRICS
        )

    def collect(self) -> Iterator[Metric]:
        """Every gauge, as of now."""
        conversations = _gauge("conversations", "Conversations", "state", "urgency")
        deliveries = _gauge("deliveries", "Deliveries", "state")
        jobs = _gauge("job_age_seconds", "Seconds since a job last began", "job")
        with reading(self.container.engine) as session:
            for practice in Practices(session).all():
                _count(session, practice.id, conversations, deliveries)
                self._age(session, practice.id, jobs)
        yield from (conversations, deliveries, jobs)

    def _age(self, session: Session, practice: UUID, jobs: GaugeMetricFamily) -> None:
        now = self.container.clock()
        for name, run in JobRuns(session, practice).latest().items():
            jobs.add_metric([str(practice), name], (now - run.started_at).total_seconds())


def _gauge(name: str, what: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"foyer_{name}", what, labels=["practice", *labels])


def _count(
    session: Session,
    practice: UUID,
    conversations: GaugeMetricFamily,
    deliveries: GaugeMetricFamily,
) -> None:
    for words, number in Conversations(session, practice).counts().items():
        conversations.add_metric([str(practice), *words], number)
    for state, number in Deliveries(session, practice).counts().items():
        deliveries.add_metric([str(practice), state], number)
