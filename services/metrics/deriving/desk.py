"""Facts of forms, notes, reminders and visits."""

from collections.abc import Iterator, Mapping, Sequence

from db.audit import AuditEntry
from db.facts import Mode
from db.intake import FormState, IntakeForm
from db.intake_fields import Decision
from db.reminders import Reminder, ReminderKind, ReminderState
from db.visit_notes import NoteState, VisitNote
from db.visits import DONE, Visit
from services.metrics.deriving.happening import Happening, Teller, done_by_people, in_use, wall

GONE = (FormState.REMOVED, FormState.WITHDRAWN)
CAME = (*DONE, "arrived", "triaged", "in-progress")


def of_form(
    form: IntakeForm, decided: Mapping[Decision, int], lines: Sequence[AuditEntry]
) -> Iterator[Happening]:
    """A form that was written to the chart."""
    if form.committed_at is None or form.state in GONE:
        return
    teller = Teller(form.ref, form, mode=Mode.ON if form.engine else Mode.OFF)
    at, label = form.committed_at, str(form.kind or "")
    accepted = decided.get(Decision.ACCEPTED, 0)
    yield teller.tell("intake.time", at, in_use(done_by_people(lines)), label)
    yield teller.tell("intake.wait", at, wall(form.created_at, at), label)
    yield teller.tell("intake.conflicts", at, form.conflicts, label)
    yield teller.tell("intake.fields", at, accepted + decided.get(Decision.REJECTED, 0), label)
    yield teller.tell("intake.accepted", at, accepted, label)


def of_note(note: VisitNote, *, edited: bool) -> Iterator[Happening]:
    """A note that a provider has approved."""
    if note.approved_at is None or note.state is NoteState.SET_ASIDE:
        return
    teller = Teller(note.ref, note, mode=Mode.ON if note.engine else Mode.OFF)
    yield teller.tell("notes.time", note.approved_at, note.seconds, note.engine)
    if note.engine:
        yield teller.tell("notes.as_drafted", note.approved_at, not edited, note.engine)
    if note.filed_at:
        yield teller.tell("notes.filed", note.filed_at, wall(note.visit_at, note.filed_at))


def of_reminder(reminder: Reminder) -> Iterator[Happening]:
    """A reminder of a visit that the patient has."""
    if reminder.sent_at is None or reminder.kind is not ReminderKind.VISIT:
        return
    teller = Teller(reminder.ref, reminder, mode=Mode.ON)
    confirmed = reminder.state is ReminderState.CONFIRMED
    label = f"{reminder.lead_days} days before"
    yield teller.tell("reminders.confirmed", reminder.sent_at, confirmed, label)
    changes = reminder.state is ReminderState.CHANGE
    yield teller.tell("reminders.change", reminder.sent_at, changes, label)


def of_visit(visit: Visit, *, reminded: bool) -> Iterator[Happening]:
    """A visit that has been, or was to be; one of which eCW says neither is left out."""
    if visit.status in (*CAME, "noshow"):
        teller = Teller(visit.ref, visit, mode=Mode.ON if reminded else Mode.OFF)
        yield teller.tell("visits.noshow", visit.starts_at, visit.status == "noshow")
