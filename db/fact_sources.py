"""What facts are derived from: the trail in its order, and what is stored about many items at once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case
from sqlmodel import col, func, select

from db.ai_spend import AiSpend
from db.appeal_letters import AppealLetter, LetterState
from db.audit import AuditEntry, Ending
from db.base import Repository
from db.claim_events import ClaimEvent
from db.claims import BEFORE, OVER, Claim, ClaimState
from db.claims import LATER as LATER_OF_CLAIMS
from db.corrections import Correction
from db.denials import Denial
from db.intake import LATER, IntakeForm
from db.intake_fields import Decision, IntakeField
from db.messages import Message
from db.reminders import Reminder
from db.suggestions import Suggestion
from db.visit_notes import LATER as LATER_OF_NOTES
from db.visit_notes import NoteRevision, VisitNote
from db.visits import Visit

AWAITED = tuple(state for state in ClaimState if state not in (*BEFORE, *OVER))


class Said(NamedTuple):
    """When a message came, and from whom."""

    conversation_id: UUID
    author: str
    sent_at: datetime


class Outstanding(NamedTuple):
    """What payers owe, by payer and place, in cents."""

    payer_id: str
    location: str
    department: str
    provider: str
    cents: int
    old_cents: int


class TrailSource(Repository[AuditEntry]):
    """The trail as a stream."""

    model = AuditEntry

    def after(self, seq: int, limit: int) -> Sequence[AuditEntry]:
        """The next lines after *seq*, in the order of the chain."""
        rows = self.rows().where(col(AuditEntry.seq) > seq)
        return self.all(rows.order_by(col(AuditEntry.seq)).limit(limit))

    def decided(self, actor: str, verbs: Sequence[str], since: datetime) -> list[str]:
        """The items to which *actor* has done one of *verbs* since a moment, each once."""
        asked = select(AuditEntry.subject).where(
            col(AuditEntry.practice_id) == self.practice_id,
            col(AuditEntry.verb).in_(list(verbs)),
            col(AuditEntry.actor) == actor,
            col(AuditEntry.at) >= since,
            col(AuditEntry.ending) == Ending.DONE,
        )
        return sorted(self.session.exec(asked.distinct()))


class MessageSource(Repository[Message]):
    """Messages without their words."""

    model = Message

    def said(self, conversation_ids: Sequence[UUID]) -> list[Said]:
        """Who said something when in these conversations, oldest first."""
        asked = select(Message.conversation_id, Message.author, Message.sent_at).where(
            col(Message.practice_id) == self.practice_id,
            col(Message.conversation_id).in_(conversation_ids),
            col(Message.superseded).is_(False),
            col(Message.withdrawn).is_(False),
        )
        return [Said(*row) for row in self.session.exec(asked.order_by(col(Message.sent_at)))]


class SuggestionSource(Repository[Suggestion]):
    """Suggestions of many conversations."""

    model = Suggestion

    def of_many(self, conversation_ids: Sequence[UUID]) -> Sequence[Suggestion]:
        """Everything ever suggested for these, oldest first."""
        mine = self.rows().where(col(Suggestion.conversation_id).in_(conversation_ids))
        return self.all(mine.order_by(col(Suggestion.created_at), col(Suggestion.id)))


class CorrectionSource(Repository[Correction]):
    """Corrections of many conversations."""

    model = Correction

    def of_many(self, conversation_ids: Sequence[UUID]) -> Sequence[Correction]:
        """Everything that staff corrected in these, oldest first."""
        mine = self.rows().where(col(Correction.conversation_id).in_(conversation_ids))
        return self.all(mine.order_by(col(Correction.created_at), col(Correction.id)))


class FormSource(Repository[IntakeForm]):
    """Forms without their content."""

    model = IntakeForm

    def get_many(self, ids: Sequence[UUID]) -> Sequence[IntakeForm]:
        """These forms."""
        return self.all(self.rows().where(col(IntakeForm.id).in_(ids)).options(*LATER))

    def decided(self, ids: Sequence[UUID]) -> dict[UUID, dict[Decision, int]]:
        """How many fields of each form stand decided how."""
        asked = (
            select(IntakeField.form_id, IntakeField.decision, func.count())
            .where(
                col(IntakeField.practice_id) == self.practice_id,
                col(IntakeField.form_id).in_(ids),
                col(IntakeField.replaced_at).is_(None),
            )
            .group_by(col(IntakeField.form_id), col(IntakeField.decision))
        )
        found: dict[UUID, dict[Decision, int]] = {}
        for form_id, decision, count in self.session.exec(asked):
            found.setdefault(form_id, {})[Decision(decision)] = count
        return found


class NoteSource(Repository[VisitNote]):
    """Notes of visits without their words."""

    model = VisitNote

    def get_many(self, ids: Sequence[UUID]) -> Sequence[VisitNote]:
        """These notes."""
        mine = self.rows().where(col(VisitNote.id).in_(ids))
        return self.all(mine.options(*LATER_OF_NOTES))

    def edited(self, ids: Sequence[UUID]) -> set[UUID]:
        """Those of these notes that a person has changed."""
        asked = select(NoteRevision.note_id).where(
            col(NoteRevision.practice_id) == self.practice_id,
            col(NoteRevision.note_id).in_(ids),
            col(NoteRevision.edited_by).is_not(None),
        )
        return set(self.session.exec(asked.distinct()))


class ReminderSource(Repository[Reminder]):
    """Reminders of many."""

    model = Reminder

    def get_many(self, ids: Sequence[UUID]) -> Sequence[Reminder]:
        """These reminders."""
        return self.all(self.rows().where(col(Reminder.id).in_(ids)))

    def reminded(self, visit_ids: Sequence[UUID]) -> set[UUID]:
        """Those of these visits of which the patient was reminded."""
        asked = select(Reminder.visit_id).where(
            col(Reminder.practice_id) == self.practice_id,
            col(Reminder.visit_id).in_(visit_ids),
            col(Reminder.sent_at).is_not(None),
        )
        return set(self.session.exec(asked.distinct()))


class VisitSource(Repository[Visit]):
    """Visits that have been."""

    model = Visit

    def past(self, first: datetime, last: datetime) -> Sequence[Visit]:
        """Visits that were to start from *first* up to *last*."""
        mine = self.rows().where(col(Visit.starts_at) >= first, col(Visit.starts_at) < last)
        return self.all(mine.order_by(col(Visit.id)))


class ClaimSource(Repository[Claim]):
    """Claims of many, and what is owed on all."""

    model = Claim

    def get_many(self, ids: Sequence[UUID]) -> Sequence[Claim]:
        """These claims."""
        return self.all(self.rows().where(col(Claim.id).in_(ids)).options(*LATER_OF_CLAIMS))

    def payer_names(self, payer_ids: Sequence[str]) -> dict[str, str]:
        """What these payers are called on some claim of theirs."""
        found: dict[str, str] = {}
        for payer_id in payer_ids:
            asked = select(Claim.payer_name).where(
                col(Claim.practice_id) == self.practice_id, col(Claim.payer_id) == payer_id
            )
            found[payer_id] = self.session.exec(asked.limit(1)).first() or payer_id
        return found

    def outstanding(self, old_since: date) -> list[Outstanding]:
        """What payers owe now; the old part is of services on *old_since* or before."""
        owed = Claim.charge_cents - Claim.paid_cents - Claim.adjusted_cents - Claim.patient_cents
        old = case((col(Claim.service_on) <= old_since, owed), else_=0)
        by = (Claim.payer_id, Claim.location, Claim.department, Claim.provider)
        asked = (
            select(*by, func.sum(owed), func.sum(old))  # type: ignore[call-overload]
            .where(
                col(Claim.practice_id) == self.practice_id,
                col(Claim.state).in_(AWAITED),  # a list, so that the index finds them
            )
            .group_by(*by)
        )
        return [
            Outstanding(payer, location, department, provider, int(owing or 0), int(old_owing or 0))
            for payer, location, department, provider, owing, old_owing in self.session.execute(
                asked
            )
        ]


class ClaimEventSource(Repository[ClaimEvent]):
    """Steps of claims as a stream."""

    model = ClaimEvent

    def after(self, since: UUID, limit: int) -> Sequence[ClaimEvent]:
        """The next steps after *since*, as they were written; ids grow with time."""
        rows = self.rows().where(col(ClaimEvent.id) > since)
        return self.all(rows.order_by(col(ClaimEvent.id)).limit(limit))

    def of_many(self, claim_ids: Sequence[UUID]) -> Sequence[ClaimEvent]:
        """The steps of these claims, oldest first."""
        mine = self.rows().where(col(ClaimEvent.claim_id).in_(claim_ids))
        return self.all(mine.order_by(col(ClaimEvent.at), col(ClaimEvent.id)))


class DenialSource(Repository[Denial]):
    """Denials of many, with how their letters ended."""

    model = Denial

    def get_many(self, ids: Sequence[UUID]) -> Sequence[Denial]:
        """These denials."""
        return self.all(self.rows().where(col(Denial.id).in_(ids)))

    def ended_letters(self, ids: Sequence[UUID]) -> Sequence[AppealLetter]:
        """Letters about these denials that were won or lost."""
        asked = select(AppealLetter).where(
            col(AppealLetter.practice_id) == self.practice_id,
            col(AppealLetter.denial_id).in_(ids),
            col(AppealLetter.state).in_((LetterState.WON, LetterState.LOST)),
        )
        return self.session.exec(asked.order_by(col(AppealLetter.id))).all()


class SpendSource(Repository[AiSpend]):
    """What models cost."""

    model = AiSpend

    def since(self, day: date) -> Sequence[AiSpend]:
        """What each engine used on *day* and later."""
        return self.all(self.rows().where(col(AiSpend.day) >= day).order_by(col(AiSpend.day)))


def ids_of(refs: Iterable[str], noun: str) -> list[UUID]:
    """The ids of those references that begin with *noun*."""
    found = (ref.partition("/") for ref in refs)
    return [UUID(id) for table, _, id in found if table == noun]
