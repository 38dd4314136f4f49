"""Charge capture: what a signed note supports of codes, what a biller approved, and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import defer
from sqlmodel import Field, Session, col, func, select

from db.base import Repository, Row, UtcDateTime, Word
from db.deliveries import Delivery
from db.shred import unfinished
from db.vault import ItemKeys


class ChargeState(StrEnum):
    """Where the charges of a visit stand."""

    UNSIGNED = "unsigned"  # the visit is known; its note is not signed, so nothing is suggested
    READY = "ready"  # codes are suggested; a biller decides
    SENDING = "sending"  # approved; on its way, code by code
    DONE = "done"  # every approved code was read back in eCW, or a person entered them
    AMENDED = "amended"  # the note changed after codes had left: to be settled in eCW
    SET_ASIDE = "set_aside"  # nothing is charged from here


OPEN = (ChargeState.UNSIGNED, ChargeState.READY, ChargeState.SENDING, ChargeState.AMENDED)
CLOSED = (ChargeState.DONE, ChargeState.SET_ASIDE)
SHOWN = tuple(state for state in ChargeState if state is not ChargeState.UNSIGNED)


class ChargeCapture(Row, table=True):
    """The charges of one visit. ``note`` are the signed words, ``coding`` the codes as they stand,
    ``difference`` what an amendment would change of codes that have left; all three are sealed.

    ``note_digest`` names the signed words, ``content_hash`` the codes that a person sees.
    """

    __tablename__ = "charge_capture"
    __table_args__ = (
        UniqueConstraint("practice_id", "encounter_ref"),
        Index("ix_charge_capture_queue", "practice_id", "state", "visit_at"),
        Index("ix_charge_capture_patient", "practice_id", "patient_id"),
        Index("ix_charge_capture_closed", "practice_id", "purged_at", "closed_at"),
    )

    encounter_ref: str
    patient_id: UUID
    key_id: UUID
    visit_at: datetime = Field(sa_type=UtcDateTime)
    location: str = ""
    department: str = ""
    provider: str = ""
    note: bytes | None = None
    coding: bytes | None = None
    difference: bytes | None = None

    state: ChargeState = Field(default=ChargeState.UNSIGNED, sa_type=Word(ChargeState))
    version: int = 1
    content_hash: str = ""
    note_digest: str = ""
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    amended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    looked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # in eCW, after the note
    missing: int = 0  # what the note does not say and the codes would need

    touches: int = 0
    last_actor: UUID | None = None
    last_verb: str = ""
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_by_hand: bool = False  # a person entered them in eCW
    trouble: str = ""


HEAVY: tuple[Any, ...] = (ChargeCapture.note, ChargeCapture.coding, ChargeCapture.difference)
LATER = [defer(column) for column in HEAVY]


class ChargeCaptures(Repository[ChargeCapture]):
    """Questions about the charges of visits."""

    model = ChargeCapture

    def known(self, refs: Iterable[str]) -> set[str]:
        """Which of these visits are known."""
        asked = select(ChargeCapture.encounter_ref).where(
            col(ChargeCapture.practice_id) == self.practice_id,
            col(ChargeCapture.encounter_ref).in_(list(refs)),
        )
        return set(self.session.exec(asked))

    def by_encounter(self, ref: str) -> ChargeCapture | None:
        """The charges of one visit."""
        return self.first(self.rows().where(col(ChargeCapture.encounter_ref) == ref))

    def locked(self, id: UUID) -> ChargeCapture | None:
        """The capture as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(ChargeCapture.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))

    def take(self, id: UUID, version: int) -> bool:
        """Compare and set: raise the version if it is still *version*. Locks the row."""
        mine = (col(ChargeCapture.id) == id, col(ChargeCapture.version) == version)
        return self.changed(self.change().where(*mine).values(version=version + 1)) == 1

    def to_look_at(
        self, states: Iterable[ChargeState], since: datetime, looked_before: datetime, limit: int
    ) -> Sequence[ChargeCapture]:
        """Captures in *states* of visits since a moment, longest not looked at in eCW first."""
        seen = col(ChargeCapture.looked_at)
        mine = self.rows().where(
            col(ChargeCapture.state).in_(list(states)),
            col(ChargeCapture.visit_at) >= since,
            col(ChargeCapture.purged_at).is_(None),
            seen.is_(None) | (seen < looked_before),
        )
        never_first = (seen.is_not(None), seen, col(ChargeCapture.visit_at))
        return self.all(mine.options(*LATER).order_by(*never_first).limit(limit))

    def never_signed(self, before: datetime, limit: int) -> Sequence[ChargeCapture]:
        """Visits before a moment whose notes nobody has signed, locked."""
        mine = self.rows().where(
            col(ChargeCapture.state) == ChargeState.UNSIGNED,
            col(ChargeCapture.visit_at) < before,
        )
        return self.all(mine.order_by(col(ChargeCapture.id)).limit(limit).with_for_update())

    def open_of(self, patient_id: UUID) -> Sequence[ChargeCapture]:
        """Open captures of one patient, locked until the transaction ends."""
        mine = self.rows().where(
            col(ChargeCapture.patient_id) == patient_id, col(ChargeCapture.state).in_(OPEN)
        )
        return self.all(mine.order_by(col(ChargeCapture.id)).with_for_update())

    def of_day(self, patient_id: UUID, first: datetime, until: datetime) -> Sequence[ChargeCapture]:
        """The captures of a patient's visits from *first* to before *until*."""
        mine = self.rows().where(
            col(ChargeCapture.patient_id) == patient_id,
            col(ChargeCapture.visit_at) >= first,
            col(ChargeCapture.visit_at) < until,
            col(ChargeCapture.state).in_(SHOWN),
        )
        return self.all(mine.options(*LATER).order_by(col(ChargeCapture.visit_at)))

    def listed(
        self, states: Iterable[ChargeState], since: datetime, limit: int, offset: int = 0
    ) -> Sequence[ChargeCapture]:
        """Captures in *states* of visits since a moment, earliest visit first; none that is shredded."""
        mine = self.rows().where(
            col(ChargeCapture.state).in_(list(states)),
            col(ChargeCapture.visit_at) >= since,
            col(ChargeCapture.purged_at).is_(None),
        )
        order = (col(ChargeCapture.visit_at), col(ChargeCapture.id))
        return self.all(mine.options(*LATER).order_by(*order).limit(limit).offset(offset))

    def pulse(self) -> str:
        """A word that changes with every change of any capture that people see."""
        asked = select(func.count(), func.sum(ChargeCapture.version)).where(
            col(ChargeCapture.practice_id) == self.practice_id,
            col(ChargeCapture.state).in_(SHOWN),
            col(ChargeCapture.purged_at).is_(None),
        )
        captures, versions = self.session.exec(asked).one()
        return f"{captures}.{versions or 0}"

    def counts(self) -> dict[ChargeState, int]:
        """How many captures there are in each state."""
        grouped = (
            select(ChargeCapture.state, func.count())
            .where(*self.mine())
            .group_by(col(ChargeCapture.state))
        )
        return {ChargeState(state): n for state, n in self.session.exec(grouped)}


def shred_charges(
    session: Session, practice_id: UUID, closed_before: datetime, now: datetime, limit: int = 200
) -> Sequence[UUID]:
    """Destroy the keys of captures closed before a moment; returns their ids, oldest first.

    The note's words, the codes and the payloads go with the key; eCW has note and charges.
    """
    captures = ChargeCaptures(session, practice_id)
    due = captures.rows().where(
        col(ChargeCapture.purged_at).is_(None),
        col(ChargeCapture.closed_at) < closed_before,
        col(ChargeCapture.state).in_(CLOSED),
        ~unfinished(practice_id, col(Delivery.charge_id) == col(ChargeCapture.id)),
    )
    in_order = due.order_by(col(ChargeCapture.closed_at)).limit(limit)
    gone = captures.all(in_order.with_for_update())
    ItemKeys(session, practice_id).shred(sorted(capture.key_id for capture in gone))
    for capture in gone:
        capture.purged_at, capture.content_hash = now, ""
    return [capture.id for capture in gone]
