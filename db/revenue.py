"""Sums over denials, answers, claims and files: what the revenue page adds up, in SQL."""

from typing import Any, NamedTuple

from sqlalchemy import case, extract
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from db.base import Repository
from db.claim_payments import ClaimPayment
from db.claims import Claim
from db.denials import Denial, DenialState
from db.x12_files import FileState, X12File


class DenialSum(NamedTuple):
    """Denials that are alike in all of this: how many, and cents denied and recovered."""

    state: DenialState
    appealed: bool
    payer_id: str
    payer_name: str
    carc: str
    location: str
    department: str
    provider: str
    year: int
    month: int
    denials: int
    denied_cents: int
    recovered_cents: int


class DenialSums(Repository[Denial]):
    """Sums over denials."""

    model = Denial

    def kinds(self, *, by_place: bool) -> list[DenialSum]:
        """Like ``cube`` without months; with *by_place* departments and providers stay apart too."""
        appealed = case((col(Denial.decision) == "appeal", 1), else_=0)
        places: list[Any] = [Denial.department, Denial.provider] if by_place else []
        by: list[Any] = [Denial.state, appealed, Denial.payer_id, Denial.carc, Denial.location]
        sums: list[Any] = [
            func.max(Denial.payer_name), func.count(), func.sum(Denial.denied_cents),
            func.sum(Denial.recovered_cents),
        ]  # fmt: skip
        asked = self.rows().with_only_columns(*by, *sums, *places).group_by(*by, *places)
        return [_kind(tuple(row)) for row in self.session.execute(asked)]

    def cube(self) -> list[DenialSum]:
        """Every combination there is; some hundreds for a year of a group."""
        appealed = case((col(Denial.decision) == "appeal", 1), else_=0)
        year, month = (
            extract("year", col(Denial.denied_on)),
            extract("month", col(Denial.denied_on)),
        )
        by: list[Any] = [
            Denial.state, appealed, Denial.payer_id, Denial.payer_name, Denial.carc,
            Denial.location, Denial.department, Denial.provider, year, month,
        ]  # fmt: skip
        sums = (func.count(), func.sum(Denial.denied_cents), func.sum(Denial.recovered_cents))
        found = self.session.execute(self.rows().with_only_columns(*by, *sums).group_by(*by))
        return [
            DenialSum(row[0], bool(row[1]), *row[2:8], *(int(number) for number in row[8:]))
            for row in found
        ]


def _kind(row: tuple[Any, ...]) -> DenialSum:
    state, appealed, payer, carc, location, name, count, denied, recovered, *places = row
    department, provider = places or ("", "")
    return DenialSum(
        state, bool(appealed), payer, name, carc, location, department, provider, 0, 0,
        int(count), int(denied), int(recovered),
    )  # fmt: skip


class PaidSums(Repository[ClaimPayment]):
    """Sums over payers' answers."""

    model = ClaimPayment

    def unmatched(self) -> tuple[int, int]:
        """How many answers belong to nobody's claim yet, and their cents."""
        mine = self.rows().where(col(ClaimPayment.unmatched).is_(True))
        paid = func.coalesce(func.sum(ClaimPayment.paid_cents), 0)
        count, cents = self.session.execute(mine.with_only_columns(func.count(), paid)).one()
        return int(count), int(cents)

    def unpaired(self) -> int:
        """Cents of reversals whose payment was never seen here: they stand in the files alone."""
        taken = aliased(ClaimPayment)
        pairs = select(taken.id).where(
            col(taken.practice_id) == self.practice_id,
            col(taken.reversed_by) == col(ClaimPayment.id),
        )
        mine = self.rows().where(
            col(ClaimPayment.reversal).is_(True),
            col(ClaimPayment.unmatched).is_(False),
            ~pairs.exists(),
        )
        paid = func.coalesce(func.sum(ClaimPayment.paid_cents), 0)
        return int(self.session.execute(mine.with_only_columns(paid)).scalar_one())


class ClaimSums(Repository[Claim]):
    """Sums over claims."""

    model = Claim

    def paid(self) -> int:
        """Cents that claims count as paid."""
        paid = func.coalesce(func.sum(Claim.paid_cents), 0)
        return int(self.session.execute(self.rows().with_only_columns(paid)).scalar_one())


class FileSums(Repository[X12File]):
    """Sums over files."""

    model = X12File

    def posted(self) -> tuple[int, int]:
        """Cents that posted files pay for claims, and what they withhold beside claims (PLB)."""
        mine = self.rows().where(col(X12File.state) == FileState.POSTED)
        sums = [
            func.coalesce(func.sum(column), 0)
            for column in (X12File.paid_cents, X12File.provider_cents)
        ]
        paid, withheld = self.session.execute(mine.with_only_columns(*sums)).one()
        return int(paid), int(withheld)

    def outside(self) -> dict[FileState, int]:
        """How many files wait or were set aside: what they hold is in no total."""
        states = (FileState.RECEIVED, FileState.QUARANTINED, FileState.REFUSED)
        mine = self.rows().where(col(X12File.state).in_(states))
        grouped = mine.with_only_columns(col(X12File.state), func.count()).group_by(
            col(X12File.state)
        )
        return {FileState(state): int(n) for state, n in self.session.execute(grouped)}
