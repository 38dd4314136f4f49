"""Which rows of a workflow a person may see: by place, and while one drains by when a row came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import col

ELSEWHERE = None  # any place of a kind that no rule names


@dataclass(frozen=True)
class Spot:
    """Places that are treated alike: references, and perhaps ``ELSEWHERE``, by kind of place.

    ``before`` is set where only rows that came before that moment are seen.
    """

    places: Mapping[str, frozenset[str | None]]
    before: datetime | None = None


@dataclass(frozen=True)
class Sight:
    """What is seen: the rows of ``spots``, or of everywhere.

    ``named`` are the references that any rule names, by kind of place: the columns of that name.
    """

    is_everything: bool = True
    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    spots: tuple[Spot, ...] = ()

    @property
    def sees_new(self) -> bool:
        """Whether anything that comes from now on is seen somewhere."""
        return self.is_everything or any(spot.before is None for spot in self.spots)

    def of(self, model: Any) -> ColumnElement[bool]:
        """Whether a row of *model*, which knows its places, is seen."""
        if self.is_everything:
            return true()
        return or_(false(), *(self._spot(model, spot) for spot in self.spots))

    def _spot(self, model: Any, spot: Spot) -> ColumnElement[bool]:
        came = [col(model.created_at) < spot.before] if spot.before else []
        return and_(true(), *(self._place(model, *one) for one in spot.places.items()), *came)

    def _place(self, model: Any, kind: str, refs: frozenset[str | None]) -> ColumnElement[bool]:
        column, named = col(getattr(model, kind)), self.named[kind]
        if ELSEWHERE in refs:  # said by what is left out, which is shorter
            return column.not_in(named - refs)
        return column.in_(refs)


EVERYTHING = Sight()
