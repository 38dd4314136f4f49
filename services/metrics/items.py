"""Reading what is stored of many items at once, and deriving their facts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from db.audit import AuditEntry, AuditTrail
from db.claim_payments import ClaimPayments
from db.conversations import Conversations
from db.fact_sources import (
    ClaimEventSource,
    ClaimSource,
    CorrectionSource,
    DenialSource,
    FormSource,
    MessageSource,
    NoteSource,
    ReminderSource,
    SuggestionSource,
    ids_of,
)
from db.staff import StaffList
from services.desk import Desk
from services.metrics.deriving import ai, billing, inbox
from services.metrics.deriving import desk as desks
from services.metrics.deriving.happening import Clocks, Happening
from services.metrics.deriving.inbox import Thread

Derive = Callable[[Desk, Sequence[UUID]], Iterator[Happening]]


def derive(desk: Desk, refs: Iterable[str]) -> Iterator[Happening]:
    """The facts of these items, whatever they are."""
    wanted = sorted(refs)
    for noun, facts in NOUNS.items():
        ids = ids_of(wanted, noun)
        if ids:
            yield from facts(desk, ids)


def conversations(desk: Desk, ids: Sequence[UUID]) -> Iterator[Happening]:
    """The facts of conversations and of what was suggested for them."""
    said = _by(desk.open(MessageSource).said(ids), "conversation_id")
    suggested = _by(desk.open(SuggestionSource).of_many(ids), "conversation_id")
    corrected = _by(desk.open(CorrectionSource).of_many(ids), "conversation_id")
    lines, clocks = _lines(desk, "conversation", ids), Clocks(desk.options)
    staff = desk.open(StaffList)
    roles = {person.ref: person.role for person in staff.all(staff.rows())}
    for row in desk.open(Conversations).get_many(ids):
        thread = Thread(
            row, said.get(row.id, ()), lines.get(row.ref, ()), suggested.get(row.id, ()),
            corrected.get(row.id, ()), roles,
        )  # fmt: skip
        yield from inbox.facts(thread, clocks)
        yield from ai.facts(thread)


def forms(desk: Desk, ids: Sequence[UUID]) -> Iterator[Happening]:
    """The facts of intake forms."""
    source, lines = desk.open(FormSource), _lines(desk, "intake_form", ids)
    decided = source.decided(ids)
    for form in source.get_many(ids):
        yield from desks.of_form(form, decided.get(form.id, {}), lines.get(form.ref, ()))


def notes(desk: Desk, ids: Sequence[UUID]) -> Iterator[Happening]:
    """The facts of notes."""
    source = desk.open(NoteSource)
    edited = source.edited(ids)
    for note in source.get_many(ids):
        yield from desks.of_note(note, edited=note.id in edited)


def reminders(desk: Desk, ids: Sequence[UUID]) -> Iterator[Happening]:
    """The facts of reminders."""
    for reminder in desk.open(ReminderSource).get_many(ids):
        yield from desks.of_reminder(reminder)


def denials(desk: Desk, ids: Sequence[UUID]) -> Iterator[Happening]:
    """The facts of denials."""
    source, clocks = desk.open(DenialSource), Clocks(desk.options)
    letters, lines = _by(source.ended_letters(ids), "denial_id"), _lines(desk, "denial", ids)
    for one in source.get_many(ids):
        mine = lines.get(one.ref, ())
        yield from billing.of_denial(one, mine, letters.get(one.id, ()), clocks)


def claims(desk: Desk, ids: Sequence[UUID]) -> Iterator[Happening]:
    """The facts of claims."""
    clocks = Clocks(desk.options)
    steps = _by(desk.open(ClaimEventSource).of_many(ids), "claim_id")
    paid = _by(desk.open(ClaimPayments).of_claims(ids), "claim_id")
    for claim in desk.open(ClaimSource).get_many(ids):
        mine = steps.get(claim.id, ()), paid.get(claim.id, ())
        yield from billing.of_claim(claim, *mine, clocks)


NOUNS: Mapping[str, Derive] = {
    "conversation": conversations,
    "intake_form": forms,
    "visit_note": notes,
    "reminder": reminders,
    "denial": denials,
    "claim": claims,
}


def _lines(desk: Desk, noun: str, ids: Sequence[UUID]) -> dict[str, list[AuditEntry]]:
    story = desk.open(AuditTrail).story_of([f"{noun}/{id}" for id in ids])
    return _by(story, "subject")


def _by(rows: Iterable[Any], name: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found
