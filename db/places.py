"""Locations, departments and providers of a practice, as its EHR names them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, UniqueConstraint, or_
from sqlmodel import col

from db.base import Repository, Row

KINDS = ("provider", "department", "location")  # from narrow to wide


class Place(Row, table=True):
    """One location, department or provider; ``kind`` is one of those words."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("practice_id", "ehr_ref"),)

    ehr_ref: str
    kind: str
    name: str
    parent: str = ""
    npi: str = ""  # National Provider Identifier; empty where the EHR has none


class Places(Repository[Place]):
    """Questions about places."""

    model = Place

    def by_ref(self) -> dict[str, Place]:
        """Every place by its EHR reference."""
        return {place.ehr_ref: place for place in self.all(self.rows())}

    def of_kind(self, kind: str) -> Sequence[Place]:
        """Places of one kind, by name."""
        return self.all(self.rows().where(col(Place.kind) == kind).order_by(col(Place.name)))


def at_place(model: Any, place: str) -> ColumnElement[bool]:
    """Whether a row of *model* belongs to this provider, department or location."""
    return or_(*(col(getattr(model, kind)) == place for kind in KINDS))
