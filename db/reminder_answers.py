"""What patients wrote after a reminder: in its own thread, or soon after in a new one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from db.base import Repository
from db.conversations import Conversation
from db.messages import Message


class ReminderAnswers(Repository[Message]):
    """Questions about messages that may answer a reminder."""

    model = Message

    def threads(self, portal_ids: Iterable[str]) -> dict[str, UUID]:
        """The conversation in which each of our messages came back, by healow's id of it."""
        found = (
            select(Message.portal_id, Message.conversation_id)
            .where(col(Message.practice_id) == self.practice_id)
            .where(col(Message.portal_id).in_(list(portal_ids)))
        )
        return dict(self.session.exec(found).all())

    def begun(self, patient_ids: Iterable[UUID], first: datetime) -> Sequence[Conversation]:
        """Conversations with these patients that began at or after the moment *first*."""
        mine = select(Conversation).where(
            col(Conversation.practice_id) == self.practice_id,
            col(Conversation.patient_id).in_(list(patient_ids)),
            col(Conversation.first_at) >= first,
        )
        return self.session.exec(mine.order_by(col(Conversation.first_at))).all()

    def current(self, conversation_ids: Iterable[UUID]) -> dict[UUID, list[Message]]:
        """The messages of these conversations as they now stand, oldest first."""
        mine = self.rows().where(
            col(Message.conversation_id).in_(list(conversation_ids)),
            col(Message.superseded).is_(False),
        )
        threads: dict[UUID, list[Message]] = {}
        for message in self.all(mine.order_by(col(Message.sent_at), col(Message.id))):
            threads.setdefault(message.conversation_id, []).append(message)
        return threads
