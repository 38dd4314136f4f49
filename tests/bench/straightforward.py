"""The peer: the inbox as one would write it at first, a model object and a commit for each row."""

import re
from datetime import datetime
from uuid import UUID, uuid4

from cryptography.fernet import Fernet
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, create_engine, select

from db.base import utc_now
from services.ehr.ports import IncomingMessage, MessagePage
from tests.bench.redflags import PHRASES

ALARMING = [re.compile(rf"\b{re.escape(phrase)}\b", re.IGNORECASE) for phrase in PHRASES]


class Plain(SQLModel, registry=registry()):
    """Tables of its own, which the product's migrations never see."""


class PlainPatient(Plain, table=True):
    """A patient."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    ref: str = Field(unique=True)


class PlainThread(Plain, table=True):
    """A conversation."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    thread_id: str = Field(unique=True)
    patient_id: UUID = Field(index=True)
    subject: bytes
    snippet: bytes
    location: str = ""
    provider: str = ""
    state: str = Field(default="open", index=True)
    urgency: str = Field(default="routine", index=True)
    category: str | None = Field(default=None, index=True)
    waiting_since: datetime = Field(index=True)


class PlainMessage(Plain, table=True):
    """A message."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    portal_id: str = Field(unique=True)
    thread: UUID = Field(index=True)
    version: int
    author: str
    body: bytes
    sent_at: datetime
    received_at: datetime


class PlainAuditLine(Plain, table=True):
    """Who did what."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    at: datetime = Field(index=True)
    actor: str
    verb: str
    subject: str


class StraightforwardApp:
    """Takes messages in one by one: look it up, seal it with Fernet, add it, commit."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        self.fernet = Fernet(Fernet.generate_key())
        Plain.metadata.create_all(self.engine)
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("PRAGMA synchronous=NORMAL")

    def take_in(self, page: MessagePage) -> None:
        """Take in one page."""
        for message in page.messages:
            with Session(self.engine) as session:
                self._take_in(session, message)
                session.commit()

    def _take_in(self, session: Session, message: IncomingMessage) -> None:
        known = select(PlainMessage).where(PlainMessage.portal_id == message.portal_id)
        if session.exec(known).first():
            return
        thread = self._thread(session, message)
        session.add(
            PlainMessage(
                portal_id=message.portal_id, thread=thread.id, version=message.version,
                author=message.author, body=self._sealed(message.body),
                sent_at=message.sent_at, received_at=message.received_at,
            )
        )  # fmt: skip
        if any(phrase.search(message.body) for phrase in ALARMING):
            thread.urgency = "urgent"
        subject = f"thread/{thread.id}"
        session.add(PlainAuditLine(at=utc_now(), actor="job", verb="received", subject=subject))

    def _thread(self, session: Session, message: IncomingMessage) -> PlainThread:
        mine = select(PlainThread).where(PlainThread.thread_id == message.thread_id)
        found = session.exec(mine).first()
        if found:
            return found
        thread = PlainThread(
            thread_id=message.thread_id, patient_id=self._patient(session, message).id,
            subject=self._sealed(message.subject), snippet=self._sealed(message.body[:160]),
            waiting_since=message.received_at,
        )  # fmt: skip
        session.add(thread)
        return thread

    def _patient(self, session: Session, message: IncomingMessage) -> PlainPatient:
        mine = select(PlainPatient).where(PlainPatient.ref == message.patient_ref)
        found = session.exec(mine).first() or PlainPatient(ref=message.patient_ref)
        session.add(found)
        return found

    def _sealed(self, text: str) -> bytes:
        return self.fernet.encrypt(text.encode())
