"""How the roads to the EHR are doing: noted after every use, shown before every click."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from db.connections import Connection, Connections
from services.container import Container
from services.desk import Actor, working
from services.ehr.ports import Capability, Road
from services.errors import EhrError, NeedsAuthorization, Throttled


@contextmanager
def on_road(container: Container, actor: Actor, road: Road) -> Iterator[None]:
    """Use *road* inside this block; how it went becomes the state of the connection."""
    try:
        yield
    except Throttled:
        raise  # it says nothing of the road
    except EhrError as error:
        state = "needs_authorization" if isinstance(error, NeedsAuthorization) else "down"
        note(container, actor, road, state, str(error))
        raise
    note(container, actor, road, "ok", "")


def note(container: Container, actor: Actor, road: Road, state: str, error: str) -> None:
    """Write the state of *road*; ``since`` moves only when the state does."""
    with working(container, actor) as desk:
        connection = desk.open(Connections).of(road)
        if connection.state != state:
            connection.state, connection.since = state, desk.now
            desk.record("connection.changed", connection.ref, reason=f"{road}: {state}")
        connection.last_error = error
        if state == "ok":
            connection.last_ok = desk.now


def keep_capabilities(
    container: Container, actor: Actor, capabilities: Sequence[Capability]
) -> None:
    """Remember what each road can do, so that a page can say so without calling anyone."""
    with working(container, actor) as desk:
        connections = desk.open(Connections)
        known = connections.by_road()
        for capability in capabilities:
            connection = known.get(capability.road) or connections.add(
                Connection(practice_id=actor.practice_id, road=capability.road)
            )
            connection.able, connection.reason = capability.able, capability.reason
