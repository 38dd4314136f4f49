"""The audit trail: one line for every deed, chained so that no line can change unseen."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select

from db.base import Repository, Row, UtcDateTime, Word, new_id, utc_now

FIRST = "0" * 64


class Ending(StrEnum):
    """How a deed ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class AuditEntry(Row, table=True):
    """One deed: who, what, to which record, how it ended. Never patient data.

    ``mac`` is an HMAC-SHA-256 over this line and the line before, under a key the
    database does not hold.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("practice_id", "seq"),
        Index("ix_audit_entry_subject", "practice_id", "subject"),
        Index("ix_audit_entry_verb", "practice_id", "verb", "seq"),
    )

    seq: int
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str  # a staff reference, or a job's name
    verb: str
    subject: str
    ending: Ending = Field(default=Ending.DONE, sa_type=Word(Ending))
    reason: str = ""
    sources: str = ""
    prompt_digest: str = ""
    mac: str = ""


class AuditHead(SQLModel, table=True):
    """The last line of a practice's chain; locking it makes appends one by one."""

    __tablename__ = "audit_head"

    practice_id: UUID = Field(primary_key=True)
    seq: int = 0
    mac: str = FIRST
    anchored_seq: int = 0
    anchored_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


CHAINED = ("id", "practice_id", "created_at", "seq", "at", "actor", "verb", "subject", "ending",
           "reason", "sources", "prompt_digest")  # fmt: skip


@dataclass(frozen=True)
class Break:
    """The first place where a chain is not what was written: line *seq*, and in which way."""

    seq: int
    why: str


def chain(key: bytes, before: str, line: dict[str, Any]) -> str:
    """The mac of *line* that follows a line whose mac is *before*."""
    plain = json.dumps([before, *(str(line[name]) for name in CHAINED)], ensure_ascii=True)
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()


def verify(
    key: bytes, entries: Iterable[AuditEntry], head: AuditHead, anchors: Mapping[int, str]
) -> Break | None:
    """The first broken place of one practice's chain, or ``None`` when all of it is as written.

    *entries* come in the order of ``seq``; *anchors* are macs by ``seq``, kept outside the
    database. Only an anchor reveals a tail that was cut together with its head.
    """
    seq, before = 0, FIRST
    for entry in entries:
        if entry.seq != seq + 1:
            return Break(seq + 1, "The line is missing.")
        if entry.mac != chain(key, before, {name: getattr(entry, name) for name in CHAINED}):
            return Break(entry.seq, "The line is not what was written.")
        if anchors.get(entry.seq, entry.mac) != entry.mac:
            return Break(entry.seq, "The line is not the one that was anchored.")
        seq, before = entry.seq, entry.mac
    if seq < max(anchors, default=0) or seq < head.seq:
        return Break(seq + 1, "The chain ends before its time.")
    return None if (head.seq, head.mac) == (seq, before) else Break(seq, "The head is not the end.")


class AuditTrail(Repository[AuditEntry]):
    """Appending to the trail, and questions about it."""

    model = AuditEntry

    def append(self, key: bytes, lines: Sequence[dict[str, Any]]) -> None:
        """Add lines at the end, in one statement. Call it last: it locks the chain until commit."""
        if not lines:
            return
        head = self._locked_head()
        rows = []
        for line in lines:
            row = self._complete(line) | {"seq": head.seq + 1}
            row["mac"] = head.mac = chain(key, head.mac, row)
            head.seq = row["seq"]
            rows.append(row)
        self.session.connection().execute(insert(AuditEntry), rows)
        self.session.add(head)

    def _complete(self, line: dict[str, Any]) -> dict[str, Any]:
        blank = {"ending": Ending.DONE, "reason": "", "sources": "", "prompt_digest": ""}
        own = {"id": new_id(), "practice_id": self.practice_id, "created_at": utc_now()}
        at = {"at": line["at"].astimezone(UTC)}  # as it will be read back, or the mac differs
        return blank | line | at | own

    def _locked_head(self) -> AuditHead:
        mine = select(AuditHead).where(col(AuditHead.practice_id) == self.practice_id)
        locked = mine.with_for_update().execution_options(populate_existing=True)
        found = self.session.exec(locked).first()
        if found is None:
            self._begin_chain()  # a row that is not there cannot be locked
            found = self.session.exec(locked).one()
        return found

    def _begin_chain(self) -> None:
        first = insert(AuditHead).values(
            practice_id=self.practice_id, seq=0, mac=FIRST, anchored_seq=0
        )
        with suppress(IntegrityError), self.session.begin_nested():
            self.session.connection().execute(first)

    def head(self) -> AuditHead:
        """Where the chain ends now."""
        return self.session.get(AuditHead, self.practice_id) or AuditHead(
            practice_id=self.practice_id
        )

    def in_order(self, after: int = 0, batch: int = 5_000) -> Iterator[AuditEntry]:
        """Every line after *after*, in the order of the chain, read in batches."""
        while True:
            rows = self.rows().where(col(AuditEntry.seq) > after)
            found = self.all(rows.order_by(col(AuditEntry.seq)).limit(batch))
            yield from found
            if len(found) < batch:
                return
            after = found[-1].seq
            self.session.expunge_all()

    def search(
        self, *, verb: str = "", actor: str = "", subject: str = "",
        since: datetime | None = None, until: datetime | None = None, limit: int = 500,
    ) -> Sequence[AuditEntry]:  # fmt: skip
        """Lines that match, newest first."""
        rows = self.rows()
        if verb:
            rows = rows.where(col(AuditEntry.verb) == verb)
        if actor:
            rows = rows.where(col(AuditEntry.actor) == actor)
        if subject:
            rows = rows.where(col(AuditEntry.subject) == subject)
        if since:
            rows = rows.where(col(AuditEntry.at) >= since)
        if until:
            rows = rows.where(col(AuditEntry.at) < until)
        return self.all(rows.order_by(col(AuditEntry.seq).desc()).limit(limit))

    def story_of(self, subjects: Sequence[str]) -> Sequence[AuditEntry]:
        """Every line about these records, in order."""
        mine = self.rows().where(col(AuditEntry.subject).in_(list(subjects)))
        return self.all(mine.order_by(col(AuditEntry.seq)))


class AuditHeads:
    """The heads of every practice, for anchoring."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def all(self) -> Sequence[AuditHead]:
        """Every head."""
        return self.session.exec(select(AuditHead)).all()
