"""What lies open in a workflow at one place, counted for whoever is about to switch it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from db import charges, claims, denials, intake, visit_notes, visit_summaries
from db.charges import ChargeCapture
from db.claims import Claim
from db.conversations import Conversation, State
from db.denials import Denial
from db.intake import IntakeForm
from db.places import KINDS, at_place
from db.reminders import Reminder, ReminderState
from db.visit_notes import VisitNote
from db.visit_summaries import VisitSummary

# The rows of each workflow, and the states in which somebody still has to do something.
WORK: Mapping[str, tuple[Any, Sequence[Any]]] = {
    "inbox": (Conversation, (State.OPEN, State.SNOOZED)),
    "intake": (IntakeForm, intake.OPEN),
    "reminders": (Reminder, (ReminderState.PROPOSED, ReminderState.RETURNED)),
    "notes": (VisitNote, visit_notes.OPEN),
    "summaries": (VisitSummary, visit_summaries.OPEN),
    "charges": (ChargeCapture, charges.OPEN),
    "claims": (Claim, claims.BEFORE),
    "denials": (Denial, denials.OPEN),
}


@dataclass(frozen=True)
class Opened:
    """How much is open by state, and how much of it each person holds."""

    by_state: Mapping[str, int]
    held_by: Mapping[UUID, int]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.by_state.values())


class OpenWork:
    """Questions about what is open, in any workflow; asked on behalf of one practice."""

    def __init__(self, session: Session, practice_id: UUID) -> None:
        self.session = session
        self.practice_id = practice_id

    def at(self, workflow: str, place: str, but: Sequence[str] = ()) -> Opened | None:
        """What is open at *place*, or in the whole practice but for some places.

        ``None`` for a workflow that keeps no list of its own.
        """
        if workflow not in WORK:
            return None
        model, states = WORK[workflow]
        mine = (
            col(model.practice_id) == self.practice_id,
            col(model.state).in_(states),
            *_there(model, place, but),
        )
        return Opened(self._by_state(model, mine), self._by_holder(model, mine))

    def _by_state(self, model: Any, mine: Sequence[ColumnElement[bool]]) -> dict[str, int]:
        counted = select(model.state, func.count()).where(*mine).group_by(col(model.state))
        return {str(state): count for state, count in self.session.exec(counted)}

    def _by_holder(self, model: Any, mine: Sequence[ColumnElement[bool]]) -> dict[UUID, int]:
        if not hasattr(model, "assigned_to"):
            return {}
        held = (*mine, col(model.assigned_to).is_not(None))
        counted = select(model.assigned_to, func.count()).where(*held)
        return dict(self.session.exec(counted.group_by(col(model.assigned_to))).all())


def _there(model: Any, place: str, but: Sequence[str]) -> list[ColumnElement[bool]]:
    if place:
        return [at_place(model, place)]
    return [col(getattr(model, kind)).not_in(list(but)) for kind in KINDS] if but else []
