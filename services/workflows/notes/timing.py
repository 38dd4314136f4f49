"""Time in Foyer: seconds in which a note was open, in focus and in use, as the browser counted them."""

from uuid import UUID

from db.visit_notes import VisitNotes
from services.container import Container
from services.desk import Actor, looking, working
from services.workflows.notes.listing import READ

MOST = 60  # seconds of one report, which covers half a minute; more is not believed


def add(container: Container, actor: Actor, id: UUID, seconds: int) -> None:
    """Count *seconds* for this note. Raises ``NotAllowed``; a note that is gone is left alone."""
    with working(container, actor) as desk:
        desk.require(READ, "read notes")
        note = desk.open(VisitNotes).find(id)
        if note is not None and note.is_open:
            note.seconds += max(0, min(seconds, MOST))


def seconds(container: Container, actor: Actor, id: UUID) -> int:
    """How long this note was open and in use so far, in seconds; 0 for one that is gone."""
    with looking(container, actor) as desk:
        desk.require(READ, "read notes")
        note = desk.open(VisitNotes).find(id)
        return note.seconds if note else 0
