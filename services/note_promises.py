"""The promises of one approval of a note, one for each way it leaves by: all arrive, or each is told."""

from collections.abc import Sequence
from uuid import UUID

from db.deliveries import Deliveries, Delivery, DeliveryState
from db.vault import Unreadable
from db.visit_notes import NoteState, VisitNote, VisitNotes
from services import outbox
from services.desk import Desk
from services.ehr.notebook import NoteSection, NoteWrite
from services.errors import Invalid

UNDER_WAY = (
    DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT,
)  # fmt: skip


def of_approval(desk: Desk, note: VisitNote) -> Sequence[Delivery]:
    """What was promised when *note* was approved last; empty while it is not."""
    kept = desk.open(Deliveries).of_note(note.id)
    return [one for one in kept if one.created_at == note.approved_at]


def arrived(desk: Desk, note: VisitNote) -> set[tuple[str, tuple[NoteSection, ...]]]:
    """Which sections lie in eCW as this note sent them last, by the way they went."""
    latest = {
        one.kind: one
        for one in desk.open(Deliveries).of_note(note.id)
        if one.state is not DeliveryState.CANCELLED
    }
    there = (one for one in latest.values() if one.state is DeliveryState.VERIFIED)
    return {(one.kind, _sections(desk, one)) for one in there}


def call_back(desk: Desk, note: VisitNote) -> Sequence[Delivery]:
    """Take back what has not left; returns what was taken back."""
    deliveries = desk.open(Deliveries)
    gone = [one for one in of_approval(desk, note) if deliveries.cancel(one.id, desk.now)]
    for one in gone:
        desk.session.refresh(one)
        desk.record("delivery.cancelled", one.ref, sources=note.ref)
    return gone


def returned(desk: Desk, delivery: Delivery, id: UUID, why: str) -> None:
    """One promise came back: the note does when no other is under way, and says which sections."""
    note = _awaiting(desk, delivery, id)
    if note is None:
        return
    note.trouble = " ".join(filter(None, (note.trouble, _told(desk, note, delivery, why))))
    note.version += 1
    if delivery.state is DeliveryState.UNCONFIRMED:
        _stay_here(desk, note)
    come_to_rest(desk, note)


def verified(desk: Desk, delivery: Delivery, id: UUID) -> None:
    """eCW shows one promise: the note is filed when it shows them all."""
    if note := _awaiting(desk, delivery, id):
        come_to_rest(desk, note)


def come_to_rest(desk: Desk, note: VisitNote) -> None:
    """When nothing is under way any more, the note is filed whole or comes back to its provider."""
    promised = of_approval(desk, note)
    if any(one.state in UNDER_WAY for one in promised):
        return
    there = [one for one in promised if one.state is DeliveryState.VERIFIED]
    if len(there) == len(promised):
        file(desk, note, sources=" ".join(one.ref for one in there))
        return
    if there:
        titles = ", ".join(filter(None, (titles_of(desk, one) for one in there)))
        note.trouble = f"{note.trouble} In eCW already, and not sent again unchanged: {titles}."
    note.state, note.version = NoteState.READY, note.version + 1


def file(desk: Desk, note: VisitNote, sources: str) -> None:
    """The whole note lies in eCW."""
    note.state, note.trouble, note.filed_at = NoteState.FILED, "", desk.now
    note.closed_at, note.version = desk.now, note.version + 1
    desk.record("notes.filed", note.ref, sources=sources)


def titles_of(desk: Desk, delivery: Delivery) -> str:
    """The sections that a promise carries, in words; empty where it cannot be read any more."""
    return ", ".join(section.title for section in _sections(desk, delivery))


def _awaiting(desk: Desk, delivery: Delivery, id: UUID) -> VisitNote | None:
    """The note, if it still waits for this very promise; an earlier approval moves nothing."""
    note = desk.open(VisitNotes).locked(id)
    waits = note is not None and note.state is NoteState.SENDING
    return note if waits and note and note.approved_at == delivery.created_at else None


def _stay_here(desk: Desk, note: VisitNote) -> None:
    """Nothing leaves for this patient until a person has looked, so the rest waits for them too."""
    if gone := call_back(desk, note):
        titles = ", ".join(titles_of(desk, one) for one in gone)
        note.trouble = f"{note.trouble} Not sent: {titles}."


def _told(desk: Desk, note: VisitNote, delivery: Delivery, why: str) -> str:
    """*why*, with the sections it is about where others left by another way."""
    titles = titles_of(desk, delivery) if len(of_approval(desk, note)) > 1 else ""
    return f"{titles}: {why}" if titles else why


def _sections(desk: Desk, delivery: Delivery) -> tuple[NoteSection, ...]:
    try:
        kept = outbox.outbound_of(delivery, desk.vault.read(delivery, "payload").text)
    except (Unreadable, Invalid):
        return ()
    return kept.sections if isinstance(kept, NoteWrite) else ()
