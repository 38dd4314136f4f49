"""How much is closed whose words are still kept."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from db.charges import ChargeCapture
from db.conversations import Conversation
from db.intake import IntakeForm
from db.reminders import Reminder
from db.visit_notes import VisitNote
from db.visit_summaries import VisitSummary

KINDS = (Conversation, IntakeForm, Reminder, VisitNote, VisitSummary, ChargeCapture)


def closed_before(session: Session, practice_id: UUID, moment: datetime) -> int:
    """How many items of every kind were closed before *moment* and can still be read."""
    return sum(
        session.exec(
            select(func.count()).where(
                col(kind.practice_id) == practice_id,
                col(kind.purged_at).is_(None),
                col(kind.closed_at) < moment,
            )
        ).one()
        for kind in KINDS
    )
