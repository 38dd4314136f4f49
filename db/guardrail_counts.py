"""What a guardrail is measured from: counts over rows that are stored anyway, since a moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func
from sqlmodel import Session, col, select

from db.ai_calls import AiCalls
from db.audit import AuditEntry, Ending
from db.charges import ChargeCapture
from db.claim_events import ClaimEvent, EventKind
from db.claims import Claim
from db.conversations import Conversation
from db.corrections import Correction
from db.deliveries import Delivery, DeliveryState
from db.denials import Denial
from db.intake import IntakeForm
from db.intake_fields import Decision, IntakeField
from db.places import at_place
from db.reminders import Reminder
from db.suggestions import Outcome, Suggestion
from db.visit_notes import NoteRevision, VisitNote
from db.visit_summaries import VisitSummary
from db.vocabulary import Urgency

URGENT = (Urgency.EMERGENCY, Urgency.URGENT)
MOST = 5_000  # waits of one window that a median is taken of, newest first
# What a delivery of a workflow was approved for, which knows where it belongs.
ITEMS: Mapping[str, tuple[Any, Any]] = {
    "inbox": (Delivery.conversation_id, Conversation),
    "intake": (Delivery.form_id, IntakeForm),
    "reminders": (Delivery.reminder_id, Reminder),
    "notes": (Delivery.note_id, VisitNote),
    "summaries": (Delivery.summary_id, VisitSummary),
    "charges": (Delivery.charge_id, ChargeCapture),
    "claims": (Delivery.claim_id, Claim),
    "denials": (Delivery.denial_id, Denial),
}
# From when until when something waits for people, in each workflow.
WAITS: Mapping[str, tuple[Any, Any]] = {
    "inbox": (Conversation.waiting_since, Conversation.answered_at),
    "intake": (IntakeForm.created_at, IntakeForm.committed_at),
    "notes": (VisitNote.visit_at, VisitNote.approved_at),
    "summaries": (VisitSummary.signed_at, VisitSummary.approved_at),
    "charges": (ChargeCapture.signed_at, ChargeCapture.approved_at),
    "denials": (Denial.created_at, Denial.decided_at),
}
REWORKED = ("charges.remove", "charges.change", "charges.add")
BY_HAND = ("", "fixed_in_ecw")  # done in eCW, whatever was suggested here
JUDGED = (EventKind.ACCEPTED, EventKind.REJECTED)


class GuardrailCounts:
    """Questions about a window that ends now, in one practice or at one of its places.

    *place* is an EHR reference, empty for the whole practice. A pair is how many, and of how many.
    """

    def __init__(self, session: Session, practice_id: UUID, place: str = "") -> None:
        self.session = session
        self.practice_id = practice_id
        self.place = place

    def urgent_misses(self, since: datetime) -> int:
        """Conversations that an engine called routine or for today and a person then called urgent.

        One that was put back since does not count.
        """
        ids = self._touched(["inbox.raise_urgency"], since)
        called_less = exists().where(
            col(Suggestion.practice_id) == self.practice_id,
            col(Suggestion.conversation_id) == col(Conversation.id),
            col(Suggestion.urgency).not_in(["", *(str(urgency) for urgency in URGENT)]),
        )
        return self._count(
            *self._mine(Conversation),
            col(Conversation.id).in_(ids),
            col(Conversation.urgency).in_(URGENT),
            called_less,
        )

    def corrections(self, since: datetime) -> tuple[int, int]:
        """Conversations whose category a person corrected, of those an engine sorted."""
        corrected = select(func.count(func.distinct(Correction.conversation_id))).where(
            col(Correction.practice_id) == self.practice_id,
            col(Correction.field) == "category",
            col(Correction.created_at) >= since,
            *self._of(Correction.conversation_id, Conversation),
        )
        made = select(func.count(func.distinct(Suggestion.conversation_id))).where(
            *self._suggested(), col(Suggestion.created_at) >= since
        )
        return self._one(corrected), self._one(made)

    def rejections(self, since: datetime) -> tuple[int, int]:
        """Fields of forms that a person rejected, of those they decided about."""
        decided = (
            col(IntakeField.practice_id) == self.practice_id,
            col(IntakeField.decided_at) >= since,
            col(IntakeField.decision).in_((Decision.ACCEPTED, Decision.REJECTED)),
            *self._of(IntakeField.form_id, IntakeForm),
        )
        rejected = col(IntakeField.decision) == Decision.REJECTED
        return self._count(*decided, rejected), self._count(*decided)

    def untouched_replies(self, since: datetime) -> tuple[int, int]:
        """Replies that left exactly as an engine drafted them, of those that began from a draft."""
        sent = (
            *self._suggested(),
            col(Suggestion.decided_at) >= since,
            col(Suggestion.has_draft).is_(True),
            col(Suggestion.outcome).in_((Outcome.USED, Outcome.EDITED)),
        )
        return self._count(*sent, col(Suggestion.outcome) == Outcome.USED), self._count(*sent)

    def untouched_notes(self, since: datetime) -> tuple[int, int]:
        """Notes that were approved without any edit by a person, of those that were approved."""
        approved = (*self._mine(VisitNote), col(VisitNote.approved_at) >= since)
        edited = exists().where(
            col(NoteRevision.practice_id) == self.practice_id,
            col(NoteRevision.note_id) == col(VisitNote.id),
            col(NoteRevision.edited_by).is_not(None),
        )
        return self._count(*approved, ~edited), self._count(*approved)

    def rewritten_summaries(self, since: datetime) -> tuple[int, int]:
        """Summaries that a person changed before approving them, of those that were approved."""
        approved = (*self._mine(VisitSummary), col(VisitSummary.approved_at) >= since)
        edited = col(VisitSummary.is_edited).is_(True)
        return self._count(*approved, edited), self._count(*approved)

    def reworked_charges(self, since: datetime) -> tuple[int, int]:
        """Visits of which a person changed, removed or added a code, of those that were approved."""
        approved = (*self._mine(ChargeCapture), col(ChargeCapture.approved_at) >= since)
        # Codes are changed before they are approved, so the trail is read from further back.
        first = select(func.min(ChargeCapture.signed_at)).where(*approved)
        begin = self.session.exec(first).one() or since
        reworked = col(ChargeCapture.id).in_(self._touched(REWORKED, min(begin, since)))
        return self._count(*approved, reworked), self._count(*approved)

    def rejected_claims(self, since: datetime) -> tuple[int, int]:
        """Claims that were turned away at the payer's door, of those it answered (277CA)."""
        judged = (
            col(ClaimEvent.practice_id) == self.practice_id,
            col(ClaimEvent.at) >= since,
            *self._of(ClaimEvent.claim_id, Claim),
        )
        claims = select(func.count(func.distinct(ClaimEvent.claim_id))).where(*judged)
        away = claims.where(col(ClaimEvent.kind) == EventKind.REJECTED)
        return self._one(away), self._one(claims.where(col(ClaimEvent.kind).in_(JUDGED)))

    def other_paths(self, since: datetime) -> tuple[int, int]:
        """Denials for which a person took another path than the suggested one, of those decided."""
        decided = (
            *self._mine(Denial),
            col(Denial.decided_at) >= since,
            col(Denial.path) != "",
            col(Denial.decision).not_in(BY_HAND),
        )
        taken = col(Denial.decision).in_([col(Denial.path), "ask_" + col(Denial.path)])
        return self._count(*decided, ~taken), self._count(*decided)

    def refused(self, workflow: str, since: datetime) -> tuple[int, int]:
        """Writes that the other side refused, of those that were settled."""
        settled = (
            col(Delivery.practice_id) == self.practice_id,
            col(Delivery.workflow) == workflow,
            col(Delivery.settled_at) >= since,
            col(Delivery.state).in_((DeliveryState.REFUSED, DeliveryState.VERIFIED)),
            *(self._of(*ITEMS[workflow]) if workflow in ITEMS else ()),
        )
        refused = col(Delivery.state) == DeliveryState.REFUSED
        return self._count(*settled, refused), self._count(*settled)

    def turnarounds(self, workflow: str, since: datetime) -> Sequence[float]:
        """The hours on the wall that items waited for people, of those that they dealt with."""
        begin, end = WAITS[workflow]
        waited = select(begin, end).where(
            *self._mine(ITEMS[workflow][1]), col(begin).is_not(None), col(end) >= since
        )
        newest = waited.order_by(col(end).desc()).limit(MOST)
        return [
            max(0.0, (done - began).total_seconds() / 3600)
            for began, done in self.session.exec(newest)
        ]

    def cost_of_calls(self, workflow: str, since: datetime) -> tuple[int, int]:
        """Microdollars that calls of models for *workflow* cost, and how many calls there were."""
        return AiCalls(self.session, self.practice_id).cost(workflow, since)

    def cost(self, since: datetime) -> tuple[int, int]:
        """Microdollars that suggestions for messages cost, and how many suggestions there were."""
        mine = (
            col(Suggestion.practice_id) == self.practice_id,
            col(Suggestion.created_at) >= since,
            *self._of(Suggestion.conversation_id, Conversation),
        )
        spent = select(func.coalesce(func.sum(Suggestion.microdollars), 0)).where(*mine)
        return int(self.session.exec(spent).one()), self._count(*mine)

    def _mine(self, model: Any) -> tuple[ColumnElement[bool], ...]:
        """Rows of *model* in this practice, at this place."""
        here = [at_place(model, self.place)] if self.place else []
        return (col(model.practice_id) == self.practice_id, *here)

    def _of(self, column: Any, model: Any) -> tuple[ColumnElement[bool], ...]:
        """Rows that point to an item of *model* at this place; every row in the whole practice."""
        if not self.place:
            return ()
        return (col(column).in_(select(model.id).where(*self._mine(model))),)

    def _suggested(self) -> tuple[ColumnElement[bool], ...]:
        return (
            col(Suggestion.practice_id) == self.practice_id,
            col(Suggestion.shadow).is_(False),
            *self._of(Suggestion.conversation_id, Conversation),
        )

    def _touched(self, verbs: Sequence[str], since: datetime) -> Sequence[UUID]:
        """The items to which somebody did one of these things."""
        done = select(col(AuditEntry.subject)).where(
            col(AuditEntry.practice_id) == self.practice_id,
            col(AuditEntry.verb).in_(list(verbs)),
            col(AuditEntry.ending) == Ending.DONE,
            col(AuditEntry.at) >= since,
        )
        subjects = set(self.session.exec(done.distinct()))
        return [UUID(subject.partition("/")[2]) for subject in subjects]

    def _count(self, *mine: ColumnElement[bool]) -> int:
        return self._one(select(func.count()).where(*mine))

    def _one(self, statement: object) -> int:
        return int(self.session.exec(statement).one())  # type: ignore[call-overload]
