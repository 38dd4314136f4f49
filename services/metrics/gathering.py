"""Keeping facts up to date: follow the trail and derive anew what it speaks of, in small batches.

Facts are gathered within minutes, long before the words of an item are destroyed, and they are
derived from columns that outlive the words. Safe to repeat and to interrupt: how far it came is
written with the facts of each batch.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

from db.ai_calls import AiCalls
from db.audit import AuditEntry
from db.fact_sources import ClaimEventSource, ClaimSource, SpendSource, TrailSource, VisitSource
from db.fact_sources import ReminderSource as Reminded
from db.facts import MetricCursors
from db.practices import Practice
from services.container import Container
from services.desk import Actor, Desk, working
from services.metrics.deriving import ai, billing
from services.metrics.deriving import desk as desks
from services.metrics.deriving.happening import Clocks
from services.metrics.items import NOUNS, claims, derive
from services.metrics.keeping import keep

TRAIL, STEPS, OWED, VISITS, CALLS = "trail", "claim_event", "owed", "visits", "ai_call"
BATCH = 500  # lines of the trail in one transaction
MOST = 400  # batches a run; a long history is gathered over several
LATE = timedelta(minutes=5)  # a step may be committed after a younger one
HOURLY, VISITS_BACK = timedelta(hours=1), timedelta(days=8)
OLD = timedelta(days=90)
SKIPPED = (".listed", ".searched", ".page_shown", ".prompted", "files_listed")  # change no fact


def gather(container: Container, practice: Practice) -> Counter[str]:
    """Gather what happened since the last run. Returns counts."""
    counts: Counter[str] = Counter()
    for _ in range(MOST):
        with _gathering(container, practice) as desk:
            lines, changed = _trail(desk)
        counts.update(lines=lines, facts=changed)
        if lines < BATCH:
            break
    counts["facts"] += _steps(container, practice) + _calls(container, practice)
    with _gathering(container, practice) as desk:
        counts["facts"] += _visits(desk) + _owed(desk) + _cost(desk)
    return +counts


def _gathering(container: Container, practice: Practice) -> AbstractContextManager[Desk]:
    return working(container, Actor.job(practice.id, "metrics.gather"))


def _trail(desk: Desk) -> tuple[int, int]:
    """One batch of the trail: how many lines it had, and how many facts changed."""
    cursor = desk.open(MetricCursors).locked(TRAIL)
    lines = desk.open(TrailSource).after(int(cursor.position or 0), BATCH)
    refs = {ref for line in lines for ref in _items(line)}
    changed = keep(desk, refs, derive(desk, refs))
    if lines:
        cursor.position = str(lines[-1].seq)
    if len(lines) < BATCH:
        cursor.at = desk.now
    return len(lines), changed


def _items(line: AuditEntry) -> Iterator[str]:
    if line.verb.endswith(SKIPPED):
        return
    for ref in (line.subject, line.sources):
        noun, _, id = ref.partition("/")
        if noun in NOUNS and _is_id(id):
            yield ref


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _steps(container: Container, practice: Practice) -> int:
    """Claims of which the files or people told something since."""
    changed, since = 0, None
    for _ in range(MOST):
        with _gathering(container, practice) as desk:
            desk.open(MetricCursors).locked(TRAIL)  # one gathers at a time
            cursor = desk.open(MetricCursors).locked(STEPS)
            since = since or _rewound(cursor.position)
            steps = desk.open(ClaimEventSource).after(since, BATCH)
            ids = sorted({step.claim_id for step in steps})
            changed += keep(desk, [f"claim/{id}" for id in ids], claims(desk, ids))
            if steps:
                since = steps[-1].id
                cursor.position = str(since)
            if len(steps) < BATCH:
                break
    return changed


def _calls(container: Container, practice: Practice) -> int:
    """Calls of models since."""
    changed, since = 0, None
    for _ in range(MOST):
        with _gathering(container, practice) as desk:
            desk.open(MetricCursors).locked(TRAIL)  # one gathers at a time
            cursor = desk.open(MetricCursors).locked(CALLS)
            since = since or _rewound(cursor.position)
            found = desk.open(AiCalls).after(since, BATCH)
            changed += keep(desk, [call.ref for call in found], ai.calls(found))
            if found:
                since = found[-1].id
                cursor.position = str(since)
            if len(found) < BATCH:
                break
    return changed


def _rewound(position: str) -> UUID:
    """A little before *position*: the first bits of an id are its time in milliseconds."""
    if not position:
        return UUID(int=0)
    moment = UUID(position).int >> 80
    return UUID(int=max(0, moment - int(LATE.total_seconds() * 1000)) << 80)


def _visits(desk: Desk) -> int:
    """The visits of the last days: eCW says late who did not come."""
    cursor = desk.open(MetricCursors).locked(VISITS)
    if cursor.position and cursor.position > (desk.now - HOURLY).isoformat():
        return 0
    cursor.position = desk.now.isoformat()
    today = Clocks(desk.options).begin(desk.today)
    visits = desk.open(VisitSource).past(today - VISITS_BACK, today)
    reminded = desk.open(Reminded).reminded([visit.id for visit in visits])
    derived = [h for v in visits for h in desks.of_visit(v, reminded=v.id in reminded)]
    return keep(desk, [visit.ref for visit in visits], derived)


def _owed(desk: Desk) -> int:
    """What payers owe: the last look of a day is how it stood that day."""
    cursor = desk.open(MetricCursors).locked(OWED)
    if cursor.position and cursor.position > (desk.now - HOURLY).isoformat():
        return 0
    owed = desk.open(ClaimSource).outstanding(desk.today - OLD)
    if owed:
        cursor.position = desk.now.isoformat()
    clocks = Clocks(desk.options)
    return keep(desk, [f"day/{desk.today}"], billing.of_receivables(desk.today, owed, clocks))


def _cost(desk: Desk) -> int:
    """What models cost: a day's sum still grows, so the last two are looked at again."""
    spends = desk.open(SpendSource).since(desk.today - timedelta(days=2))
    derived = [h for spend in spends for h in ai.spending(spend, desk.options.zone)]
    return keep(desk, [spend.ref for spend in spends], derived)
