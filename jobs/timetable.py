"""Every job there is and how often it runs, on one screen."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta

from jobs.schedule import Daily, Every, Schedule
from services import audit, bulk, chart_sync, deliverer, roads, sweep
from services.claims import eligibility
from services.claims.risk import versions
from services.connections import checking
from services.desk import Actor
from services.lines import Lines
from services.metrics import gathering
from services.metrics.weekly import sending
from services.prompts import running
from services.rollout import guardrails, plans
from services.settings import Settings
from services.workflows import ALL

Work = Callable[[Lines], Counter[str]]


@dataclass(frozen=True)
class Job:
    """One job of one practice.

    ``drains`` marks work that lies in rows and is claimed there: every worker does it all the
    time. The rest is done by the leader alone, once a slot.
    """

    name: str
    schedule: Schedule
    work: Work
    drains: bool = False

    @property
    def workflow(self) -> str:
        """The workflow that must not be off for this to run; empty for the house's own jobs."""
        first = self.name.partition(".")[0]
        return first if any(first == workflow.key for workflow in ALL) else ""


def timetable(settings: Settings) -> tuple[Job, ...]:
    """Every job, in the order in which a new practice should see them run."""
    poll = timedelta(seconds=settings.poll_seconds)
    polls = tuple(Job(f"{w.key}.poll", Every(max(poll, w.rest)), w.poll) for w in ALL)
    sorting = tuple(
        Job(f"{w.key}.triage", Every(timedelta(seconds=2)), w.propose, drains=True)
        for w in ALL
        if w.propose
    )
    return (
        Job("capabilities", Every(timedelta(minutes=10)), _capabilities),
        Job("places", Every(timedelta(hours=6)), _places),
        *polls,
        Job("charts", Every(timedelta(seconds=20)), _charts),
        *sorting,
        Job("deliver", Every(timedelta(seconds=2)), _deliver, drains=True),
        Job("rollout.scheduled", Every(timedelta(seconds=2)), _scheduled, drains=True),
        Job("rollout.guardrails", Every(timedelta(minutes=1)), _guardrails),
        Job(checking.JOB, Every(timedelta(seconds=2)), checking.check_asked, drains=True),
        Job(running.JOB, Every(timedelta(seconds=2)), _replay, drains=True),
        Job("sweep.snoozed", Every(timedelta(seconds=30)), _wake),
        Job("sweep.bulk", Every(timedelta(seconds=15)), _bulk),
        Job("claims.eligibility", Every(timedelta(minutes=2)), _eligibility),
        Job("claims.risk", Every(timedelta(minutes=15)), _risk),
        Job("metrics.gather", Every(timedelta(minutes=2)), _gather),
        Job(sending.JOB, Every(timedelta(minutes=1)), sending.report_due),
        Job("sweep.retention", Daily(time(1, 30)), _purge),
        Job("keys.retire", Daily(time(2, 0)), _retire_keys),
        Job("audit.anchor", Every(timedelta(minutes=1)), _anchor),
    )


def _capabilities(lines: Lines) -> Counter[str]:
    actor = Actor.job(lines.practice.id, "capabilities")
    found = lines.ehr.roads.capabilities()
    roads.keep_capabilities(lines.container, actor, found)
    return Counter(able=sum(c.able for c in found), not_able=sum(not c.able for c in found))


def _places(lines: Lines) -> Counter[str]:
    return chart_sync.sync_places(lines.container, lines.practice, lines.ehr.directory)


def _charts(lines: Lines) -> Counter[str]:
    return chart_sync.fetch_charts(lines.container, lines.practice, lines.ehr.chart)


def _deliver(lines: Lines) -> Counter[str]:
    return deliverer.deliver(deliverer.carrier(lines.container, lines.practice, lines.ehr))


def _scheduled(lines: Lines) -> Counter[str]:
    return plans.run_due(lines.container, lines.practice)


def _guardrails(lines: Lines) -> Counter[str]:
    return guardrails.watch(lines.container, lines.practice)


def _replay(lines: Lines) -> Counter[str]:
    return running.run(lines.container, lines.practice, lines.model)


def _wake(lines: Lines) -> Counter[str]:
    return sweep.wake_snoozed(lines.container, lines.practice)


def _bulk(lines: Lines) -> Counter[str]:
    return Counter(resumed=bulk.resume(lines.container, lines.practice))


def _eligibility(lines: Lines) -> Counter[str]:
    return eligibility.ask_due(lines.container, lines.practice, lines.ehr.clearing)


def _risk(lines: Lines) -> Counter[str]:
    return versions.keep_fresh(lines.container, lines.practice)


def _gather(lines: Lines) -> Counter[str]:
    return gathering.gather(lines.container, lines.practice)


def _purge(lines: Lines) -> Counter[str]:
    return sweep.purge(lines.container, lines.practice)


def _retire_keys(lines: Lines) -> Counter[str]:
    return sweep.retire_keys(lines.container)


def _anchor(lines: Lines) -> Counter[str]:
    return Counter(anchored=audit.anchor(lines.container))
