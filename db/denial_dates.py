"""The last days of open denials: read many at once, and moved at once when a payer's deadline changes."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import col, select

from db.appeal_letters import AppealLetter, LetterState
from db.base import Repository
from db.denials import OPEN, Denial


class Dated(NamedTuple):
    """What an open denial's last day is made of, and what it is now. Money in cents."""

    id: UUID
    payer_id: str
    path: str
    denied_on: date
    due_on: date | None
    due_from: str
    expected_cents: int
    minutes: int


# A denial by ``which``: its new ``day``, the ``rule`` it comes from, its ``place`` in the list.
Moved = dict[str, Any]


class DenialDates(Repository[Denial]):
    """Last days of denials."""

    model = Denial

    def open_of(self, payer_id: str = "") -> Sequence[Dated]:
        """Every open denial of a payer, or of all payers, by id."""
        which: list[Any] = [
            Denial.id, Denial.payer_id, Denial.path, Denial.denied_on, Denial.due_on,
            Denial.due_from, Denial.expected_cents, Denial.minutes,
        ]  # fmt: skip
        mine = self.rows().where(col(Denial.state).in_(OPEN))
        if payer_id:
            mine = mine.where(col(Denial.payer_id) == payer_id)
        found = self.session.execute(mine.with_only_columns(*which).order_by(col(Denial.id)))
        return [Dated(*row) for row in found]

    def upheld(self) -> frozenset[UUID]:
        """The open denials whose newest letter was lost."""
        letters = (
            select(AppealLetter.denial_id, AppealLetter.state)
            .join(Denial, col(Denial.id) == col(AppealLetter.denial_id))
            .where(
                col(AppealLetter.practice_id) == self.practice_id,
                col(Denial.practice_id) == self.practice_id,
                col(Denial.state).in_(OPEN),
                col(AppealLetter.state) != LetterState.DROPPED,
            )
        )
        newest = dict(self.session.exec(letters.order_by(col(AppealLetter.id))).all())
        return frozenset(id for id, state in newest.items() if state is LetterState.LOST)

    def move(self, moved: Sequence[dict[str, Any]]) -> None:
        """Give these denials their new last day; each is another version from now on."""
        change = (
            self.change()
            .where(col(Denial.id) == bindparam("which"))
            .values(
                due_on=bindparam("day"), due_from=bindparam("rule"), urgency=bindparam("place"),
                version=Denial.version + 1,
            )
        )  # fmt: skip
        if moved:
            self.session.connection().execute(change, moved)
