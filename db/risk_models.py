"""Versions of the model that estimates denials, each learned from one practice's own history."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class RiskModel(Row, table=True):
    """One version. ``artefact`` holds its numbers as JSON, sealed nowhere: it names no patient.

    ``reliability`` is the table of predicted beside observed denials on claims it never saw.
    """

    __tablename__ = "risk_model"
    __table_args__ = (Index("ix_risk_model_newest", "practice_id", "trained_at"),)

    name: str
    trained_at: datetime = Field(sa_type=UtcDateTime)
    claims: int
    denied: int
    tested: int = 0  # newest claims it never saw, on which it was measured
    artefact: str
    reliability: list[dict[str, float]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    brier: float = 0.0
    base_brier: float = 0.0  # of always saying the average
    auc: float = 0.0
    in_use: bool = False
    why_not: str = ""


class RiskModels(Repository[RiskModel]):
    """Questions about models."""

    model = RiskModel

    def in_use(self) -> RiskModel | None:
        """The newest version, where it is good enough to be used."""
        mine = self.rows().where(col(RiskModel.in_use).is_(True))
        return self.first(mine.order_by(col(RiskModel.trained_at).desc()))

    def newest(self) -> RiskModel | None:
        """The newest version, used or not."""
        return self.first(self.rows().order_by(col(RiskModel.trained_at).desc()))

    def retire(self) -> None:
        """A newer version is there: none before it is used any more."""
        used = self.change().where(col(RiskModel.in_use).is_(True))
        self.changed(used.values(in_use=False))
