"""What still lies in a pool, so that no pool is taken away from under open work."""

from typing import Any

from sqlmodel import Session, SQLModel, col, func, select

from db.conversations import Conversation, State
from db.denials import OPEN as OPEN_DENIALS
from db.denials import Denial
from db.intake import OPEN as OPEN_FORMS
from db.intake import IntakeForm
from db.replies import Macro

Held = tuple[str, type[SQLModel], Any]
ITEMS: tuple[Held, ...] = (
    ("open conversations", Conversation, col(Conversation.state).in_((State.OPEN, State.SNOOZED))),
    ("open forms", IntakeForm, col(IntakeForm.state).in_(OPEN_FORMS)),
    ("open denials", Denial, col(Denial.state).in_(OPEN_DENIALS)),
    ("macros", Macro, None),
)


def in_pool(session: Session, practice_id: Any, pool: str) -> dict[str, int]:
    """How many of each kind the pool holds; kinds of which there are none are left out."""
    found = {kind: _count(session, practice_id, pool, row, is_open) for kind, row, is_open in ITEMS}
    return {kind: count for kind, count in found.items() if count}


def _count(session: Session, practice_id: Any, pool: str, row: Any, is_open: Any) -> int:
    mine = select(func.count()).where(row.practice_id == practice_id, row.pool == pool)
    return session.exec(mine if is_open is None else mine.where(is_open)).one()
