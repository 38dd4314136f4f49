"""What the rules found on a claim before it left, and who let it pass."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col, delete

from db.base import Repository, Row, UtcDateTime


class ClaimFinding(Row, table=True):
    """One finding: which rule, how grave, at which field; ``value``, ``sentence`` and ``fix`` are sealed."""

    __tablename__ = "claim_finding"
    __table_args__ = (Index("ix_claim_finding_claim", "practice_id", "claim_id"),)

    claim_id: UUID
    key_id: UUID
    rule: str
    severity: str  # hold or warn
    field: str
    line: int = 0
    value: bytes | None = None
    sentence: bytes | None = None
    fix: bytes | None = None
    overruled_by: UUID | None = None
    overruled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    overruled_for: str = ""  # why, from the closed list of reasons


class ClaimFindings(Repository[ClaimFinding]):
    """Questions about findings."""

    model = ClaimFinding

    def of(self, claim_id: UUID) -> Sequence[ClaimFinding]:
        """The findings on a claim, gravest first, then by line."""
        mine = self.rows().where(col(ClaimFinding.claim_id) == claim_id)
        order = (col(ClaimFinding.severity), col(ClaimFinding.line), col(ClaimFinding.rule))
        return self.all(mine.order_by(*order))

    def of_many(self, claim_ids: Iterable[UUID]) -> Sequence[ClaimFinding]:
        """The findings on these claims."""
        return self.all(self.rows().where(col(ClaimFinding.claim_id).in_(list(claim_ids))))

    def forget(self, claim_id: UUID) -> None:
        """Drop what was found before: the claim is looked at anew."""
        mine = (
            col(ClaimFinding.practice_id) == self.practice_id,
            col(ClaimFinding.claim_id) == claim_id,
        )
        self.session.connection().execute(delete(ClaimFinding).where(*mine))
