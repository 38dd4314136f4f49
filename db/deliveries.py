"""The outbox: what was approved, and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, exists
from sqlalchemy.orm import aliased
from sqlmodel import Field, col, func, select

from db.base import Repository, Row, UtcDateTime, Word


class DeliveryState(StrEnum):
    """The life of a delivery. Only the deliverer moves it, except for undo and a person's verdict."""

    HELD = "held"  # approved; the undo window is open
    SENDING = "sending"  # committed before the request leaves
    ACCEPTED = "accepted"  # the other side said yes
    VERIFIED = "verified"  # and we read it back there
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"  # it may have happened: read back, never send again
    UNCONFIRMED = "unconfirmed"  # reading back does not settle it: a person looks in eCW
    CANCELLED = "cancelled"


FIRST_WORDS = "message"  # the kind with which the practice writes first
BY_HAND = ("copy", "chart_copy")  # kinds that a person wrote into eCW and we only look for
UNSETTLED = (DeliveryState.SENDING, DeliveryState.IN_DOUBT, DeliveryState.UNCONFIRMED)


class Delivery(Row, table=True):
    """One promise that leaves the building, once.

    ``payload`` is sealed JSON of an outbound value (``services.ehr.ports``); ``digest`` is its
    SHA-256, written at approval and checked before sending. ``id`` is the business identifier
    the other side stores. Deliveries of one patient leave in the order they were approved.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "practice_id", "state", "not_before"),
        Index("ix_delivery_patient", "practice_id", "patient_ref", "state", "created_at"),
        Index("ix_delivery_conversation", "practice_id", "conversation_id"),
        Index("ix_delivery_form", "practice_id", "form_id"),
        Index("ix_delivery_reminder", "practice_id", "reminder_id"),
        Index("ix_delivery_claim", "practice_id", "claim_id"),
        Index("ix_delivery_note", "practice_id", "note_id"),
        Index("ix_delivery_summary", "practice_id", "summary_id"),
        Index("ix_delivery_charge", "practice_id", "charge_id"),
    )

    kind: str
    workflow: str = "inbox"
    conversation_id: UUID | None = None  # what it was approved for: one of these six
    form_id: UUID | None = None
    reminder_id: UUID | None = None
    claim_id: UUID | None = None  # with the denial it answers, if it answers one
    denial_id: UUID | None = None
    note_id: UUID | None = None
    summary_id: UUID | None = None
    charge_id: UUID | None = None
    key_id: UUID
    patient_ref: str
    payload: bytes | None = None
    digest: str = ""
    state: DeliveryState = Field(default=DeliveryState.HELD, sa_type=Word(DeliveryState))
    approved_by: UUID
    approver_role: str = ""
    suggestion_id: UUID | None = None
    not_before: datetime = Field(sa_type=UtcDateTime)
    lease_owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    checks: int = 0  # read-backs so far
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    remote_id: str = ""
    error_code: str = ""
    error: str = ""

    @property
    def about(self) -> str:
        """The item it was approved for, as the trail names it."""
        if self.form_id:
            return f"intake_form/{self.form_id}"
        if self.reminder_id:
            return f"reminder/{self.reminder_id}"
        if self.denial_id:
            return f"denial/{self.denial_id}"
        if self.claim_id:
            return f"claim/{self.claim_id}"
        if self.note_id:
            return f"visit_note/{self.note_id}"
        if self.summary_id:
            return f"visit_summary/{self.summary_id}"
        if self.charge_id:
            return f"charge_capture/{self.charge_id}"
        return f"conversation/{self.conversation_id}"


class Deliveries(Repository[Delivery]):
    """Questions about the outbox."""

    model = Delivery

    def claim_due(
        self, now: datetime, until: datetime, owner: str, limit: int,
        stopped: Iterable[str] = (),
    ) -> Sequence[Delivery]:  # fmt: skip
        """Take what may leave now, longest due first, never two of one patient at once.

        A delivery waits while an earlier one of its patient is held or unsettled, and while its
        workflow is among those *stopped*. Nobody waits for first words: they may be due next week.
        """
        earlier = aliased(Delivery)
        before = exists().where(
            col(earlier.practice_id) == col(Delivery.practice_id),
            col(earlier.patient_ref) == col(Delivery.patient_ref),
            col(earlier.state).in_((DeliveryState.HELD, *UNSETTLED)),
            col(earlier.kind) != FIRST_WORDS,
            (col(earlier.created_at) < col(Delivery.created_at))
            | (
                (col(earlier.created_at) == col(Delivery.created_at))
                & (col(earlier.id) < col(Delivery.id))
            ),
        )
        free = col(Delivery.lease_until).is_(None) | (col(Delivery.lease_until) < now)
        due = self.rows().where(
            col(Delivery.state) == DeliveryState.HELD,
            col(Delivery.not_before) <= now,
            free,
            ~before,
            *[col(Delivery.workflow) != workflow for workflow in stopped],
        )
        order = (col(Delivery.not_before), col(Delivery.created_at), col(Delivery.id))
        batch = self.all(due.order_by(*order).limit(limit).with_for_update(skip_locked=True))
        return self._lease(batch, owner, until)

    def claim_unsettled(
        self, now: datetime, until: datetime, owner: str, limit: int
    ) -> Sequence[Delivery]:
        """Take what must be read back: in doubt, accepted but unverified, or left sending by a dead worker."""
        free = col(Delivery.lease_until).is_(None) | (col(Delivery.lease_until) < now)
        open_states = (DeliveryState.SENDING, DeliveryState.IN_DOUBT, DeliveryState.ACCEPTED)
        due = self.rows().where(
            col(Delivery.state).in_(open_states), col(Delivery.not_before) <= now, free
        )
        batch = self.all(
            due.order_by(col(Delivery.created_at)).limit(limit).with_for_update(skip_locked=True)
        )
        return self._lease(batch, owner, until)

    def _lease(self, batch: Sequence[Delivery], owner: str, until: datetime) -> Sequence[Delivery]:
        for delivery in batch:
            delivery.lease_owner, delivery.lease_until = owner, until
        return batch

    def cancel(self, id: UUID, now: datetime, *, leased: bool = False) -> bool:
        """Take a delivery back: only while it is held, and unless *leased*, nobody has claimed it.

        A reply copied by hand was never ours to send; we merely stop looking for it.
        """
        free = col(Delivery.lease_until).is_(None) | (col(Delivery.lease_until) < now)
        by_hand = col(Delivery.kind).in_(BY_HAND) & (col(Delivery.state) == DeliveryState.ACCEPTED)
        here = (col(Delivery.state) == DeliveryState.HELD) | by_hand
        held = (col(Delivery.id) == id, here, *(() if leased else (free,)))
        values = {"state": DeliveryState.CANCELLED, "settled_at": now}
        return self.changed(self.change().where(*held).values(values)) == 1

    def start_sending(self, id: UUID, owner: str, now: datetime, check_at: datetime) -> bool:
        """Commit to sending, if it is still held and still ours; only then may the request leave."""
        mine = (
            col(Delivery.id) == id,
            col(Delivery.state) == DeliveryState.HELD,
            col(Delivery.lease_owner) == owner,
        )
        values = {
            "state": DeliveryState.SENDING,
            "sent_at": now,
            "not_before": check_at,
            "attempts": col(Delivery.attempts) + 1,
        }
        return self.changed(self.change().where(*mine).values(values)) == 1

    def of(self, conversation_id: UUID) -> Sequence[Delivery]:
        """Everything that left, or will leave, for a conversation, oldest first."""
        mine = self.rows().where(col(Delivery.conversation_id) == conversation_id)
        return self.all(mine.order_by(col(Delivery.created_at)))

    def latest_of(self, conversation_ids: Sequence[UUID]) -> dict[UUID, Delivery]:
        """The newest delivery of each conversation."""
        mine = self.rows().where(col(Delivery.conversation_id).in_(list(conversation_ids)))
        found = self.all(mine.order_by(col(Delivery.created_at)))
        return {d.conversation_id: d for d in found if d.conversation_id}

    def of_form(self, form_id: UUID) -> Sequence[Delivery]:
        """Everything that left, or will leave, for a form, oldest first."""
        mine = self.rows().where(col(Delivery.form_id) == form_id)
        return self.all(mine.order_by(col(Delivery.created_at), col(Delivery.id)))

    def of_claim(self, claim_id: UUID) -> Sequence[Delivery]:
        """Everything that left, or will leave, for a claim, oldest first."""
        mine = self.rows().where(col(Delivery.claim_id) == claim_id)
        return self.all(mine.order_by(col(Delivery.created_at), col(Delivery.id)))

    def of_note(self, note_id: UUID) -> Sequence[Delivery]:
        """Everything that left, or will leave, for the note of a visit, oldest first."""
        mine = self.rows().where(col(Delivery.note_id) == note_id)
        return self.all(mine.order_by(col(Delivery.created_at), col(Delivery.id)))

    def of_summary(self, summary_id: UUID) -> Sequence[Delivery]:
        """Everything that left, or will leave, for the summary of a visit, oldest first."""
        mine = self.rows().where(col(Delivery.summary_id) == summary_id)
        return self.all(mine.order_by(col(Delivery.created_at), col(Delivery.id)))

    def of_charge(self, charge_id: UUID) -> Sequence[Delivery]:
        """Everything that left, or will leave, for the charges of a visit, oldest first."""
        mine = self.rows().where(col(Delivery.charge_id) == charge_id)
        return self.all(mine.order_by(col(Delivery.created_at), col(Delivery.id)))

    def needing_a_person(self) -> Sequence[Delivery]:
        """Refused or unconfirmed, newest first."""
        stuck = (DeliveryState.REFUSED, DeliveryState.UNCONFIRMED)
        mine = self.rows().where(col(Delivery.state).in_(stuck))
        return self.all(mine.order_by(col(Delivery.created_at).desc()).limit(200))

    def counts(self) -> dict[str, int]:
        """How many deliveries there are in each state."""
        grouped = (
            select(Delivery.state, func.count())
            .where(col(Delivery.practice_id) == self.practice_id)
            .group_by(col(Delivery.state))
        )
        return {str(state): n for state, n in self.session.exec(grouped)}

    def count_held(self, workflow: str) -> int:
        """How much was approved in *workflow* and has not left yet."""
        held = (col(Delivery.state) == DeliveryState.HELD, col(Delivery.workflow) == workflow)
        mine = select(func.count()).where(col(Delivery.practice_id) == self.practice_id, *held)
        return int(self.session.exec(mine).one())
