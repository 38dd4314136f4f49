"""How long a payer leaves us: days to file, to correct and to appeal, each with its source."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, Word


class Purpose(StrEnum):
    """What a deadline is for."""

    FILE = "file"  # from the date of service
    CORRECT = "correct"  # from the remittance
    APPEAL = "appeal"  # from the remittance


class PayerRule(Row, table=True):
    """One deadline. ``payer_id`` is empty for payers without a rule of their own."""

    __tablename__ = "payer_rule"
    __table_args__ = (UniqueConstraint("practice_id", "payer_id", "purpose"),)

    payer_id: str = ""
    payer_name: str = ""
    purpose: Purpose = Field(sa_type=Word(Purpose))
    days: int
    source: str
    confidence: str  # standard, stated, uncertain, or ours: what the practice wrote itself


class PayerRules(Repository[PayerRule]):
    """Questions about deadlines."""

    model = PayerRule

    def for_payer(self, payer_id: str, purpose: Purpose) -> PayerRule | None:
        """The payer's own rule, else the one for all others."""
        mine = self.rows().where(
            col(PayerRule.payer_id).in_([payer_id, ""]), col(PayerRule.purpose) == purpose
        )
        return self.first(mine.order_by(col(PayerRule.payer_id).desc()))

    def listed(self) -> Sequence[PayerRule]:
        """Every rule, by payer; the one for all others first."""
        return self.all(self.rows().order_by(col(PayerRule.payer_id), col(PayerRule.purpose)))
