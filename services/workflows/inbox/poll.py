"""Fetch what changed in the portal, a whole page at a time, and take it in."""

from collections import Counter
from dataclasses import asdict

from db.connections import Connections
from db.practices import Practice
from services.container import Container
from services.desk import Actor, looking, working
from services.ehr.ports import Mailbox, MessagePage, Road
from services.options import options_of
from services.roads import on_road
from services.workflows.inbox.arrivals import take_in

MOST_PAGES = 200  # a run; what is left comes with the next one


def poll(container: Container, practice: Practice, mailbox: Mailbox) -> Counter[str]:
    """Take in every page that changed since the last one we kept. Returns counts.

    Page and cursor are kept in one transaction, so that neither a crash nor a cut answer
    loses or doubles a message. Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``.
    """
    actor = Actor.job(practice.id, "inbox.poll")
    counts: Counter[str] = Counter()
    with on_road(container, actor, Road.HEALOW_MESSAGES):
        for _ in range(MOST_PAGES):
            page = mailbox.changed_since(_cursor(container, actor))
            counts.update(_keep(container, actor, practice, page))
            if not page.more:
                break
    return counts


def _cursor(container: Container, actor: Actor) -> str | None:
    with looking(container, actor) as desk:
        connection = desk.open(Connections).by_road().get(Road.HEALOW_MESSAGES)
        return connection.cursor if connection else None


def _keep(
    container: Container, actor: Actor, practice: Practice, page: MessagePage
) -> dict[str, int]:
    with working(container, actor) as desk:
        taken = take_in(desk, page, options_of(practice))
        connection = desk.open(Connections).of(Road.HEALOW_MESSAGES)
        connection.cursor = page.cursor
        connection.quarantined += len(page.quarantined)
        for item in page.quarantined:
            desk.record("inbox.quarantined", f"portal/{item.source_id}", reason=item.reason)
        return asdict(taken) | {"quarantined": len(page.quarantined)}
