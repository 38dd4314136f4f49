"""Rows of the practice for tests: sensible unless told otherwise. All of it is synthetic."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine
from sqlmodel import Session

from db import writing
from db.conversations import Conversation
from db.keyring import Keyring
from db.messages import Message
from db.practices import Practice
from db.vault import Vault

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def practice(engine: Engine, code: str = "SYNTH1") -> UUID:
    """One more practice."""
    with writing(engine) as session:
        made = Practice(code=code, name=f"Synthetic practice {code}", synthetic=True)
        session.add(made)
        return made.id


def conversation(practice_id: UUID, **fields: Any) -> Conversation:
    """An open conversation that nobody has touched."""
    own = {"thread_id": uuid4().hex, "patient_id": uuid4(), "key_id": uuid4()}
    times = {"first_at": MONDAY, "waiting_since": MONDAY}
    return Conversation(practice_id=practice_id, **(own | times | fields))


def message(of: Conversation, **fields: Any) -> Message:
    """A patient's message in a conversation, not sealed yet."""
    own = {"portal_id": uuid4().hex, "author": "patient", "sent_at": MONDAY, "received_at": MONDAY}
    where = {"conversation_id": of.id, "key_id": of.key_id}
    return Message(practice_id=of.practice_id, **(own | where | fields))


def sealed_thread(
    session: Session, practice_id: UUID, keyring: Keyring, words: str, **fields: Any
) -> tuple[Conversation, Message]:
    """A stored conversation with one message, sealed under a key of its own."""
    vault = Vault(session, practice_id, keyring)
    key = vault.new_key()
    thread = conversation(practice_id, key_id=key.id, **fields)
    written = message(thread)
    vault.seal_into(thread, subject=words, snippet=words)
    vault.seal_into(written, body=words)
    session.add_all([key, thread, written])
    return thread, written


def later(**length: float) -> datetime:
    """Some time after that Monday morning."""
    return MONDAY + timedelta(**length)
