"""The rows in front of a person: read once, kept in place, refreshed only when they ask."""

from collections.abc import Sequence

from pages.parts.inbox.address import Address, wanted
from pages.parts.inbox.sitting import Sitting
from services.container import Container
from services.desk import Actor
from services.workflows.inbox import listing
from services.workflows.inbox.choices import choices
from services.workflows.inbox.listing import Row, Surroundings


def listed(
    container: Container, actor: Actor, sitting: Sitting, address: Address
) -> tuple[Sequence[Row], Surroundings]:
    """The rows to show, in the order they were first shown, and everything around them."""
    if sitting.query != address.query:
        return _read(container, actor, sitting, address)
    if sitting.wants_more and sitting.more is not None:
        _read_on(container, actor, sitting, address)
    rows = listing.again(container, actor, sitting.ids, sitting.opened)
    around = listing.surroundings(container, actor)
    sitting.stale = around.freshness.stale
    return rows, around


def _read(
    container: Container, actor: Actor, sitting: Sitting, address: Address
) -> tuple[Sequence[Row], Surroundings]:
    sitting.choices = choices(container, actor)
    queue = wanted(address, actor, sitting.patients)
    page = listing.inbox(container, actor, queue, sitting.opened)
    sitting.query, sitting.newest, sitting.more = address.query, page.newest, page.more
    sitting.ids, sitting.wants_more = [row.id for row in page.rows], False
    sitting.stale = page.freshness.stale
    return page.rows, Surroundings(page.counts, page.freshness, page.options)


def _read_on(container: Container, actor: Actor, sitting: Sitting, address: Address) -> None:
    queue = wanted(address, actor, sitting.patients)
    page = listing.inbox(container, actor, queue, sitting.opened, sitting.more)
    known = set(sitting.ids)
    sitting.ids += [row.id for row in page.rows if row.id not in known]
    sitting.more, sitting.wants_more = page.more, False
