"""What a guardrail is measured from: counts over rows that are stored anyway, since a moment."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func
from sqlmodel import Session, col, select

from db.ai_calls import AiCalls
from db.audit import AuditEntry, Ending
from db.conversations import Conversation
from db.corrections import Correction
from db.deliveries import Delivery, DeliveryState
from db.intake_fields import Decision, IntakeField
from db.suggestions import Outcome, Suggestion
from db.visit_notes import NoteRevision, VisitNote
from db.vocabulary import Urgency

URGENT = (Urgency.EMERGENCY, Urgency.URGENT)
MOST = 5_000  # turnarounds of one window that a median is taken of, newest first


class GuardrailCounts:
    """Questions about a window that ends now; asked on behalf of one practice.

    A pair is how many, and of how many.
    """

    def __init__(self, session: Session, practice_id: UUID) -> None:
        self.session = session
        self.practice_id = practice_id

    def urgent_misses(self, since: datetime) -> int:
        """Conversations that an engine called routine or for today and a person then called urgent.

        One that was put back since does not count.
        """
        raised = select(col(AuditEntry.subject)).where(
            col(AuditEntry.practice_id) == self.practice_id,
            col(AuditEntry.verb) == "inbox.raise_urgency",
            col(AuditEntry.ending) == Ending.DONE,
            col(AuditEntry.at) >= since,
        )
        subjects = set(self.session.exec(raised.distinct()))
        ids = [UUID(subject.partition("/")[2]) for subject in subjects]
        called_less = exists().where(
            col(Suggestion.practice_id) == self.practice_id,
            col(Suggestion.conversation_id) == col(Conversation.id),
            col(Suggestion.urgency).not_in(["", *(str(urgency) for urgency in URGENT)]),
        )
        return self._count(
            col(Conversation.practice_id) == self.practice_id,
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
        approved = (
            col(VisitNote.practice_id) == self.practice_id,
            col(VisitNote.approved_at) >= since,
        )
        edited = exists().where(
            col(NoteRevision.practice_id) == self.practice_id,
            col(NoteRevision.note_id) == col(VisitNote.id),
            col(NoteRevision.edited_by).is_not(None),
        )
        return self._count(*approved, ~edited), self._count(*approved)

    def refused(self, workflow: str, since: datetime) -> tuple[int, int]:
        """Writes that the other side refused, of those that were settled."""
        settled = (
            col(Delivery.practice_id) == self.practice_id,
            col(Delivery.workflow) == workflow,
            col(Delivery.settled_at) >= since,
            col(Delivery.state).in_((DeliveryState.REFUSED, DeliveryState.VERIFIED)),
        )
        refused = col(Delivery.state) == DeliveryState.REFUSED
        return self._count(*settled, refused), self._count(*settled)

    def turnarounds(self, since: datetime) -> Sequence[float]:
        """The hours on the wall from waiting to an answer, of conversations answered by people."""
        answered = select(Conversation.waiting_since, Conversation.answered_at).where(
            col(Conversation.practice_id) == self.practice_id,
            col(Conversation.answered_at) >= since,
        )
        newest = answered.order_by(col(Conversation.answered_at).desc()).limit(MOST)
        return [
            (answer - waited).total_seconds() / 3600
            for waited, answer in self.session.exec(newest)
            if answer is not None
        ]

    def cost_of_calls(self, workflow: str, since: datetime) -> tuple[int, int]:
        """Microdollars that calls of models for *workflow* cost, and how many calls there were."""
        return AiCalls(self.session, self.practice_id).cost(workflow, since)

    def cost(self, since: datetime) -> tuple[int, int]:
        """Microdollars that suggestions for messages cost, and how many suggestions there were."""
        mine = (
            col(Suggestion.practice_id) == self.practice_id,
            col(Suggestion.created_at) >= since,
        )
        spent = select(func.coalesce(func.sum(Suggestion.microdollars), 0)).where(*mine)
        return int(self.session.exec(spent).one()), self._count(*mine)

    def _suggested(self) -> tuple[ColumnElement[bool], ...]:
        shown = col(Suggestion.shadow).is_(False)
        return col(Suggestion.practice_id) == self.practice_id, shown

    def _count(self, *mine: ColumnElement[bool]) -> int:
        return self._one(select(func.count()).where(*mine))

    def _one(self, statement: object) -> int:
        return int(self.session.exec(statement).one())  # type: ignore[call-overload]
