"""How long a payer leaves us: days to file, correct, appeal and reconsider, each with its source."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, col, select

from db.base import Repository, Row, Word
from db.claims import Claim


class Purpose(StrEnum):
    """What a deadline is for."""

    FILE = "file"  # from the date of service
    CORRECT = "correct"  # from the remittance
    APPEAL = "appeal"  # from the remittance
    RECONSIDER = "reconsider"  # from the answer that upheld the denial


class PayerRule(Row, table=True):
    """One deadline. ``payer_id`` is empty for payers without a rule of their own.

    ``lawful_days`` is what the law gives where it gives something: nobody may count on more.
    """

    __tablename__ = "payer_rule"
    __table_args__ = (UniqueConstraint("practice_id", "payer_id", "purpose"),)

    payer_id: str = ""
    payer_name: str = ""
    purpose: Purpose = Field(sa_type=Word(Purpose))
    days: int
    source: str
    confidence: str  # standard (the law), ours (a contract), stated (by the payer) or uncertain
    lawful_days: int | None = None


class PayerRules(Repository[PayerRule]):
    """Questions about deadlines."""

    model = PayerRule

    def for_payer(self, payer_id: str, purpose: Purpose) -> PayerRule | None:
        """The payer's own rule, else the one for all others."""
        mine = self.rows().where(
            col(PayerRule.payer_id).in_([payer_id, ""]), col(PayerRule.purpose) == purpose
        )
        return self.first(mine.order_by(col(PayerRule.payer_id).desc()))

    def own(self, payer_id: str, purpose: Purpose) -> PayerRule | None:
        """The rule of exactly this payer, locked until the transaction ends."""
        mine = self.rows().where(
            col(PayerRule.payer_id) == payer_id, col(PayerRule.purpose) == purpose
        )
        return self.first(mine.with_for_update())

    def of(self, payer_id: str) -> Sequence[PayerRule]:
        """The rules of exactly this payer."""
        return self.all(self.rows().where(col(PayerRule.payer_id) == payer_id))

    def listed(self) -> Sequence[PayerRule]:
        """Every rule, by payer; the one for all others first."""
        return self.all(self.rows().order_by(col(PayerRule.payer_id), col(PayerRule.purpose)))


class BilledPayers(Repository[Claim]):
    """Whom the practice bills."""

    model = Claim

    def named(self) -> dict[str, str]:
        """Every payer of a claim, by id, with the name that its newest claim has."""
        mine = self.rows().where(col(Claim.payer_id) != "")
        ids = self.session.execute(mine.with_only_columns(col(Claim.payer_id)).distinct())
        return {id: self._name(id) or id for (id,) in ids}

    def _name(self, payer_id: str) -> str:
        newest = (
            select(Claim.payer_name)
            .where(col(Claim.practice_id) == self.practice_id, col(Claim.payer_id) == payer_id)
            .order_by(col(Claim.service_on).desc(), col(Claim.id))
        )
        return str(self.session.exec(newest.limit(1)).first() or "")
