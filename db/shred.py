"""Retention: destroying the keys of closed conversations, and the last traces in the files."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, exists
from sqlmodel import Session, col, select

from db.conversations import Conversation, Conversations, State
from db.deliveries import Delivery, DeliveryState
from db.intake import OPEN, IntakeForm, IntakeForms
from db.messages import Message
from db.vault import ItemKeys

# Until the last of these is settled, what was promised must stay readable.
UNFINISHED = (
    DeliveryState.HELD,
    DeliveryState.SENDING,
    DeliveryState.ACCEPTED,
    DeliveryState.IN_DOUBT,
    DeliveryState.UNCONFIRMED,
)


def shred_closed(
    session: Session, practice_id: UUID, closed_before: datetime, now: datetime, limit: int = 200
) -> Sequence[UUID]:
    """Destroy the keys of conversations closed before a moment; returns their ids, oldest first.

    Messages, drafts, suggestions, notes and delivery payloads are sealed under those keys and
    become noise at once, here and on every machine that has no older copy. Rows, counts and
    the audit trail stay. A conversation with an unfinished delivery waits.
    """
    due = _due(session, practice_id, closed_before, limit)
    ids = [conversation.id for conversation in due]
    keys = {conversation.key_id for conversation in due} | _message_keys(session, practice_id, ids)
    ItemKeys(session, practice_id).shred(sorted(keys))
    for conversation in due:
        conversation.purged_at, conversation.content_hash = now, ""
        session.add(conversation)
    return ids


def shred_forms(
    session: Session, practice_id: UUID, closed_before: datetime, now: datetime, limit: int = 200
) -> Sequence[UUID]:
    """The same for intake forms: fields, documents, payloads and what was handed over go with the key."""
    forms = IntakeForms(session, practice_id)
    due = forms.rows().where(
        col(IntakeForm.purged_at).is_(None),
        col(IntakeForm.closed_at) < closed_before,
        col(IntakeForm.state).not_in(OPEN),
        ~unfinished(practice_id, col(Delivery.form_id) == col(IntakeForm.id)),
    )
    gone = forms.all(due.order_by(col(IntakeForm.closed_at)).limit(limit).with_for_update())
    ItemKeys(session, practice_id).shred(sorted(form.key_id for form in gone))
    for form in gone:
        form.purged_at, form.content_hash = now, ""
        form.source_ref = f"{form.source_ref}#{form.id}"  # the same file may come again
    return [form.id for form in gone]


def scrub(engine: Engine, *, vacuum: bool = False) -> bool:
    """Remove what shredding left in free pages and journals; true when nothing was in the way.

    On SQLite freed bytes are overwritten at once (``secure_delete``) and the write-ahead log is
    cut here, which a long reader can hold up: run it again. *vacuum* rewrites the key table, or
    the whole SQLite file, and keeps everybody waiting meanwhile. Archived PostgreSQL logs and
    backups are out of reach: rotate the wrapping key and destroy the old one for those.
    """
    with engine.connect() as connection:
        driver = connection.connection.driver_connection  # neither statement likes a transaction
        assert driver is not None  # noqa: S101  (a fresh connection has one)
        if engine.dialect.name == "postgresql":
            return _vacuum_keys(driver, vacuum)
        if vacuum:
            driver.execute("VACUUM")
        busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


def _vacuum_keys(driver: Any, full: bool) -> bool:
    driver.autocommit = True
    try:
        driver.execute("VACUUM FULL item_key" if full else "VACUUM item_key")
    finally:
        driver.autocommit = False
    return True


def _due(
    session: Session, practice_id: UUID, closed_before: datetime, limit: int
) -> Sequence[Conversation]:
    conversations = Conversations(session, practice_id)
    waiting = unfinished(practice_id, col(Delivery.conversation_id) == col(Conversation.id))
    due = conversations.rows().where(
        col(Conversation.purged_at).is_(None),
        col(Conversation.closed_at) < closed_before,
        col(Conversation.state).in_((State.CLOSED, State.WITHDRAWN)),
        ~waiting,
    )
    in_order = due.order_by(col(Conversation.closed_at)).limit(limit)
    return conversations.all(in_order.with_for_update())


def unfinished(practice_id: UUID, mine: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a delivery that *mine* picks is not settled yet."""
    open_states = col(Delivery.state).in_(UNFINISHED)
    return exists().where(col(Delivery.practice_id) == practice_id, mine, open_states)


def _message_keys(session: Session, practice_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    # A conversation that was reopened after an earlier purge has messages under two keys.
    mine = (col(Message.practice_id) == practice_id, col(Message.conversation_id).in_(ids))
    return set(session.exec(select(Message.key_id).where(*mine).distinct()))
