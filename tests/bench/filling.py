"""Fill a practice with many conversations quickly, readable like any other."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import Session, SQLModel, col, select

from db import reading, writing
from db.conversations import Conversation, State, Triage, Turn
from db.messages import Message
from db.patients import Patient
from db.vault import Vault
from db.vocabulary import Category, Urgency
from tests.bench.building import Building
from tests.bench.letters import THREADS_OF_A_PATIENT, moments, texts

BATCH = 5_000
MOST_OPEN = 100_000  # what lies beyond was closed
URGENCIES = (Urgency.ROUTINE,) * 16 + (Urgency.TODAY,) * 3 + (Urgency.URGENT,)
CATEGORIES = tuple(Category)
TABLES: tuple[type[SQLModel], ...] = (Patient, Conversation, Message)

Rows = dict[type[SQLModel], list[dict[str, Any]]]


def fill(building: Building, upto: int, *, sorted_already: bool = True) -> None:
    """Add conversations of one message each until there are *upto*, the oldest ones closed.

    With *sorted_already* no engine has to look at them any more.
    """
    with reading(building.container.engine) as session:
        there = session.exec(select(func.count()).select_from(Conversation)).one()
    arrivals = list(moments(upto))
    words = texts(min(upto, BATCH))
    for first in range(there, upto, BATCH):
        numbers = range(first, min(first + BATCH, upto))
        with writing(building.container.engine) as session:
            _add(session, building, numbers, arrivals, words, sorted_already)
    with building.container.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _add(
    session: Session, building: Building, numbers: range, arrivals: list[datetime],
    words: list[str], sorted_already: bool,
) -> None:  # fmt: skip
    vault = Vault(session, building.practice.id, building.container.keyring)
    rows: Rows = {table: [] for table in TABLES}
    patient: dict[str, Any] = {}
    for number in numbers:
        if not patient or number % THREADS_OF_A_PATIENT == 0:
            patient = _patient(vault, rows, number)
        is_open = number >= len(arrivals) - MOST_OPEN
        thread = _thread(vault, rows, number, arrivals[number], patient, words)
        thread |= _sorted(number) if sorted_already else {}
        thread |= {} if is_open else _closed(arrivals[number])
    vault.keep_new_keys()
    for table, values in rows.items():
        session.connection().execute(insert(table), values)


def _patient(vault: Vault, rows: Rows, number: int) -> dict[str, Any]:
    key = vault.new_key_id()
    row = Patient.values(
        practice_id=vault.practice_id, key_id=key, ehr_ref=f"Patient/b.{number}", synthetic=True
    )
    row["name"] = vault.seal("patient", "name", row["id"], key, f"Sample Patient {number}")
    rows[Patient].append(row)
    return row


def _thread(
    vault: Vault, rows: Rows, number: int, at: datetime, patient: dict[str, Any], words: list[str]
) -> dict[str, Any]:
    key, text = vault.new_key_id(), words[number % len(words)]
    own = {"practice_id": vault.practice_id, "key_id": key, "created_at": at}
    row = Conversation.values(
        **own, thread_id=f"b.{number}", patient_id=patient["id"],
        location="Location/1", provider="Practitioner/1", first_at=at, waiting_since=at,
        content_hash=f"{number:032x}",
    )  # fmt: skip
    row["subject"] = vault.seal("conversation", "subject", row["id"], key, f"Question {number}")
    row["snippet"] = vault.seal("conversation", "snippet", row["id"], key, text[:160])
    message = Message.values(
        **own, conversation_id=row["id"], portal_id=f"b.{number}",
        author="patient", sent_at=at, received_at=at,
    )  # fmt: skip
    message["body"] = vault.seal("message", "body", message["id"], key, text)
    message["attachments"] = vault.seal("message", "attachments", message["id"], key, "[]")
    rows[Conversation].append(row)
    rows[Message].append(message)
    return row


def _sorted(number: int) -> dict[str, Any]:
    urgency = URGENCIES[number % len(URGENCIES)]
    return {
        "triage": Triage.DONE,
        "category": CATEGORIES[number % len(CATEGORIES)],
        "confidence": 0.9,
        "urgency": urgency,
        "urgency_rank": urgency.rank,
        "needs_reply": number % 7 > 0,
        "sorted_by": "engine",
    }


def _closed(at: datetime) -> dict[str, Any]:
    return {
        "state": State.CLOSED,
        "turn": Turn.PATIENT,
        "closed_at": at + timedelta(hours=4),
        "closed_as": "answered",
    }


def open_ones(building: Building, limit: int) -> list[Conversation]:
    """Open conversations, longest waiting first."""
    with reading(building.container.engine) as session:
        mine = select(Conversation).where(col(Conversation.state) == State.OPEN)
        return list(session.exec(mine.order_by(col(Conversation.waiting_since)).limit(limit)))


def chunks(values: list[Any], size: int) -> Iterator[list[Any]]:
    """*values* in runs of *size*."""
    return (values[start : start + size] for start in range(0, len(values), size))
