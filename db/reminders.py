"""Reminders: what we would tell a patient before a visit, and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, exists
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, col, func, select

from db.base import Repository, Row, UtcDateTime, Word
from db.deliveries import UNSETTLED, Delivery, DeliveryState
from db.intake import FormState, IntakeForm
from db.patients import Patient
from db.vault import ItemKeys
from db.visits import Visit


class ReminderKind(StrEnum):
    """What a message before a visit is for."""

    VISIT = "visit"  # the visit itself
    FORM = "form"  # the check-in form that has not come yet


class ReminderState(StrEnum):
    """Where a reminder stands."""

    PROPOSED = "proposed"  # nobody has approved it
    APPROVED = "approved"  # promised; it leaves when its time comes
    SENT = "sent"  # and healow shows it
    CONFIRMED = "confirmed"  # the patient will come
    CHANGE = "change"  # the patient cannot come, or not then
    RETURNED = "returned"  # it could not be delivered
    SKIPPED = "skipped"  # a person decided against it, or the patient wants none
    WITHDRAWN = "withdrawn"  # the visit moved or was cancelled before it left


UNSENT = (
    ReminderState.PROPOSED,
    ReminderState.APPROVED,
    ReminderState.RETURNED,
    ReminderState.SKIPPED,
)
ANSWERABLE = (ReminderState.SENT, ReminderState.CONFIRMED, ReminderState.CHANGE)


class Reminder(Row, table=True):
    """One message before one visit. ``text`` is what the patient will read, sealed.

    ``lead_days`` is how long before the visit it is meant to leave; ``send_at`` is when, with
    quiet hours kept, and ``until`` when it is too late. ``content_hash`` names the version of the
    words. ``attempt`` counts what was proposed for the same visit and lead time before, for a
    visit at another time. ``closed_at`` is set once nothing can come of it any more.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("practice_id", "visit_id", "kind", "lead_days", "attempt"),
        Index("ix_reminder_list", "practice_id", "closed_at", "state", "send_at"),
        Index("ix_reminder_patient", "practice_id", "patient_id"),
        Index("ix_reminder_closed", "practice_id", "purged_at", "closed_at"),
    )

    visit_id: UUID
    visit_at: datetime = Field(sa_type=UtcDateTime)
    patient_id: UUID
    key_id: UUID
    kind: ReminderKind = Field(sa_type=Word(ReminderKind))
    lead_days: int
    attempt: int = 1
    location: str = ""
    department: str = ""
    provider: str = ""
    language: str = "en"
    subject: str  # an approved one, so it names nobody
    text: bytes | None = None
    edited: bool = False
    send_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)

    state: ReminderState = Field(default=ReminderState.PROPOSED, sa_type=Word(ReminderState))
    version: int = 1
    content_hash: str = ""
    touches: int = 0
    last_actor: UUID | None = None
    last_verb: str = ""
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivery_id: UUID | None = None  # the latest promise
    portal_id: str = ""  # healow's id of the message
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    read_to: UUID | None = None  # the newest message in which an answer was looked for
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_in: UUID | None = None  # the conversation
    reason: bytes | None = None  # why it was skipped
    trouble: str = ""
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def is_open(self) -> bool:
        """Whether anything can still come of it."""
        return self.closed_at is None


class Reminders(Repository[Reminder]):
    """Questions about reminders."""

    model = Reminder

    def locked(self, id: UUID) -> Reminder | None:
        """The reminder as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(Reminder.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))

    def take(self, id: UUID, version: int) -> bool:
        """Compare and set: raise the version if it is still *version*. Locks the row."""
        mine = (col(Reminder.id) == id, col(Reminder.version) == version)
        return self.changed(self.change().where(*mine).values(version=version + 1)) == 1

    def of_visits(self, visit_ids: Sequence[UUID]) -> Sequence[Reminder]:
        """Everything ever proposed for these visits."""
        return self.all(self.rows().where(col(Reminder.visit_id).in_(list(visit_ids))))

    def still_open(self) -> Sequence[Reminder]:
        """Every reminder of which something can still come."""
        return self.all(self.rows().where(col(Reminder.closed_at).is_(None)))

    def unsent_of(self, patient_id: UUID) -> Sequence[Reminder]:
        """What has not left to one patient, locked until the transaction ends."""
        mine = self.rows().where(
            col(Reminder.patient_id) == patient_id,
            col(Reminder.closed_at).is_(None),
            col(Reminder.state).in_(UNSENT),
        )
        fresh = mine.order_by(col(Reminder.id)).execution_options(populate_existing=True)
        return self.all(fresh.with_for_update())

    def answerable(self) -> Sequence[Reminder]:
        """Reminders that patients have and may answer, in the order they were sent."""
        mine = self.rows().where(
            col(Reminder.closed_at).is_(None), col(Reminder.state).in_(ANSWERABLE)
        )
        return self.all(mine.order_by(col(Reminder.sent_at), col(Reminder.id)))

    def answered(self, visit_ids: Iterable[UUID]) -> dict[UUID, ReminderState]:
        """What patients said last about these visits, as far as it still holds."""
        mine = self.rows().where(
            col(Reminder.visit_id).in_(list(visit_ids)),
            col(Reminder.closed_at).is_(None),
            col(Reminder.state).in_((ReminderState.CONFIRMED, ReminderState.CHANGE)),
        )
        return {
            row.visit_id: row.state for row in self.all(mine.order_by(col(Reminder.answered_at)))
        }

    def pulse(self) -> str:
        """A word that changes with every change of any reminder."""
        asked = select(func.count(), func.sum(Reminder.version)).where(
            col(Reminder.practice_id) == self.practice_id, col(Reminder.closed_at).is_(None)
        )
        reminders, versions = self.session.exec(asked).one()
        return f"{reminders}.{versions or 0}"

    def listed(
        self, states: Iterable[ReminderState], limit: int, offset: int = 0
    ) -> Sequence[Reminder]:
        """Open reminders in *states* by send time."""
        mine = self.rows().where(
            col(Reminder.closed_at).is_(None), col(Reminder.state).in_(list(states))
        )
        order = (col(Reminder.send_at), col(Reminder.visit_at), col(Reminder.id))
        return self.all(mine.order_by(*order).limit(limit).offset(offset))

    def counts(self) -> dict[ReminderState, int]:
        """How many open reminders there are in each state."""
        grouped = (
            select(Reminder.state, func.count())
            .where(*self.mine(), col(Reminder.closed_at).is_(None))
            .group_by(col(Reminder.state))
        )
        return {ReminderState(state): n for state, n in self.session.exec(grouped)}

    def visits(self, ids: Iterable[UUID]) -> dict[UUID, Visit]:
        """These visits, by id."""
        mine = col(Visit.practice_id) == self.practice_id
        wanted = select(Visit).where(mine, col(Visit.id).in_(list(ids)))
        return {visit.id: visit for visit in self.session.exec(wanted)}

    def promises(self, reminder_ids: Iterable[UUID]) -> dict[UUID, Delivery]:
        """The latest promise of each of these reminders, by the reminder's id."""
        mine = col(Delivery.practice_id) == self.practice_id
        theirs = col(Delivery.reminder_id).in_(list(reminder_ids))
        wanted = select(Delivery).where(mine, theirs).order_by(col(Delivery.created_at))
        return {d.reminder_id: d for d in self.session.exec(wanted) if d.reminder_id}

    def nameless(self, first: datetime, last: datetime, limit: int) -> Sequence[Patient]:
        """Patients with a visit from *first* to *last* of whom nothing was fetched, not even a name.

        Where two records were merged the survivor counts, whose visit still names the other.
        """
        named = aliased(Patient)
        visited = exists().where(
            col(Visit.practice_id) == self.practice_id,
            col(named.practice_id) == self.practice_id,
            col(Visit.patient_id) == col(named.id),
            (col(named.id) == col(Patient.id)) | (col(named.replaced_by) == col(Patient.ehr_ref)),
            col(Visit.starts_at) >= first,
            col(Visit.starts_at) < last,
        )
        mine = (col(Patient.practice_id) == self.practice_id, visited)
        unknown = (col(Patient.name).is_(None), col(Patient.fetched_at).is_(None))
        return self.session.exec(select(Patient).where(*mine, *unknown).limit(limit)).all()

    def with_form(self, visit_refs: Iterable[str]) -> set[str]:
        """Those of these visits for which a check-in form arrived."""
        gone = (FormState.REMOVED, FormState.WITHDRAWN)
        arrived = (
            select(IntakeForm.visit_ref)
            .where(col(IntakeForm.practice_id) == self.practice_id)
            .where(col(IntakeForm.visit_ref).in_(list(visit_refs)))
            .where(col(IntakeForm.state).not_in(gone))
        )
        return set(self.session.exec(arrived))


class ReminderPreference(Row, table=True):
    """What one patient wants: no reminders, or reminders again. ``decided_by`` entered it."""

    __tablename__ = "reminder_preference"
    __table_args__ = (UniqueConstraint("practice_id", "patient_id"),)

    patient_id: UUID
    opted_out: bool = False
    decided_by: UUID | None = None
    decided_at: datetime = Field(sa_type=UtcDateTime)


class ReminderPreferences(Repository[ReminderPreference]):
    """Questions about who wants reminders."""

    model = ReminderPreference

    def of(self, patient_id: UUID) -> ReminderPreference | None:
        """What this patient decided, if anything."""
        return self.first(self.rows().where(col(ReminderPreference.patient_id) == patient_id))

    def opted_out(self, patient_ids: Iterable[UUID]) -> set[UUID]:
        """Those of these patients who want no reminders."""
        mine = self.rows().where(
            col(ReminderPreference.patient_id).in_(list(patient_ids)),
            col(ReminderPreference.opted_out).is_(True),
        )
        return {preference.patient_id for preference in self.all(mine)}


def shred_reminders(
    session: Session, practice_id: UUID, closed_before: datetime, now: datetime, limit: int = 200
) -> Sequence[UUID]:
    """Destroy the keys of reminders closed before a moment; returns their ids, oldest first.

    A reminder with an unfinished delivery waits.
    """
    reminders = Reminders(session, practice_id)
    unfinished = exists().where(
        col(Delivery.practice_id) == practice_id,
        col(Delivery.id) == col(Reminder.delivery_id),
        col(Delivery.state).in_((DeliveryState.HELD, DeliveryState.ACCEPTED, *UNSETTLED)),
    )
    due = reminders.rows().where(
        col(Reminder.purged_at).is_(None),
        col(Reminder.closed_at) < closed_before,
        ~unfinished,
    )
    gone = reminders.all(due.order_by(col(Reminder.closed_at)).limit(limit).with_for_update())
    ItemKeys(session, practice_id).shred(sorted(reminder.key_id for reminder in gone))
    for reminder in gone:
        reminder.purged_at, reminder.content_hash = now, ""
    return [reminder.id for reminder in gone]
