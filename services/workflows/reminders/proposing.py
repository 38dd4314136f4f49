"""Proposing messages before visits: one for each visit and lead time, whatever the job does."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.practices import Practice
from db.reminders import ReminderKind, Reminders
from db.visits import Visit, Visits
from db.vocabulary import Stage
from services import quiet_hours, rollout
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.options import PracticeOptions, options_of
from services.workflows.reminders.following import is_gone, read_at
from services.workflows.reminders.when import Lead, farthest, leads
from services.workflows.reminders.writing import Key, writer_for

BATCH = 50  # visits a transaction
PLANNED = "planned"  # FHIR's word; whoever has arrived needs no reminder


@dataclass(frozen=True)
class Wanting:
    """A visit for which something is due, and what."""

    visit: Visit
    leads: tuple[Lead, ...]


def propose(container: Container, actor: Actor, practice: Practice) -> Counter[str]:
    """Propose what is due and was not proposed yet. Nobody is written to. Safe to repeat."""
    options = options_of(practice)
    counts: Counter[str] = Counter()
    with looking(container, actor) as desk:
        if read_at(desk) is None:
            return Counter(schedule_is_old=1)
        wanting = list(_wanting(desk, options, _ahead(desk, options)))
    for start in range(0, len(wanting), BATCH):
        ids = [one.visit.id for one in wanting[start : start + BATCH]]
        counts.update(_propose_batch(container, actor, practice, options, ids))
    return counts


def _ahead(desk: Desk, options: PracticeOptions) -> Sequence[Visit]:
    return desk.open(Visits).between(desk.now, desk.now + farthest(options))


def _wanting(desk: Desk, options: PracticeOptions, visits: Sequence[Visit]) -> Iterator[Wanting]:
    """Visits that are on, with every lead that is due and not yet dealt with."""
    held = _held(desk, visits)
    forms = desk.open(Reminders).with_form(visit.ehr_ref for visit in visits)
    gate, read = rollout.gate(desk, "reminders"), read_at(desk)
    for visit in visits:
        if not _is_on(visit, read) or gate.stage(_places(visit)) is Stage.OFF:
            continue
        due = [lead for lead in leads(visit.starts_at, options) if _is_due(lead, desk.now, options)]
        new = [lead for lead in due if (visit.id, lead.kind, lead.days) not in held]
        if wanted := tuple(lead for lead in new if _makes_sense(visit, lead, forms)):
            yield Wanting(visit, wanted)


def _held(desk: Desk, visits: Sequence[Visit]) -> set[Key]:
    rows = desk.open(Reminders).of_visits([visit.id for visit in visits])
    return {(row.visit_id, row.kind, row.lead_days) for row in rows if row.is_open}


def _is_on(visit: Visit, read: datetime | None) -> bool:
    return visit.status == PLANNED and read is not None and not is_gone(visit, read)


def _is_due(lead: Lead, now: datetime, options: PracticeOptions) -> bool:
    """Due, and able to leave in time though nobody is written to in quiet hours."""
    leaves_at = quiet_hours.over(max(lead.send_at, now), options)
    return lead.is_due(now) and leaves_at < lead.until


def _makes_sense(visit: Visit, lead: Lead, forms: set[str]) -> bool:
    if lead.kind is ReminderKind.VISIT:
        return True
    # Until its forms were asked for once, nobody knows that there is none.
    return visit.forms_at is not None and visit.ehr_ref not in forms


def _propose_batch(
    container: Container, actor: Actor, practice: Practice, options: PracticeOptions,
    visit_ids: Sequence[UUID],
) -> Counter[str]:  # fmt: skip
    counts: Counter[str] = Counter()
    with working(container, actor) as desk:
        visits = list(desk.open(Reminders).visits(visit_ids).values())
        writer = writer_for(desk, practice, options, visits)
        for wanting in _wanting(desk, options, visits):
            for lead in wanting.leads:
                counts[writer.write(wanting.visit, lead)] += 1
        desk.vault.keep_new_keys()
    return counts


def _places(visit: Visit) -> tuple[str, ...]:
    return tuple(place for place in (visit.provider, visit.location) if place)
