"""Template profiles: which sections a progress note has at a place, in which order, under which codes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class NoteProfile(Row, table=True):
    """One version of a profile; versions are never changed, the newest is in force.

    ``sections`` are tables of ``key``, ``code``, ``text``, ``system``, in order. ``location`` and
    ``department`` are EHR references; empty ones mean every one.
    """

    __tablename__ = "note_profile"
    __table_args__ = (UniqueConstraint("practice_id", "location", "department", "version"),)

    name: str
    location: str = ""
    department: str = ""
    version: int = 1
    sections: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    road: str = ""  # one of the note roads; empty follows the practice's
    is_discovered: bool = False  # the EHR told us; nobody typed it
    edited_by: UUID | None = None
    edited_at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when the EHR last told
    told: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class NoteProfiles(Repository[NoteProfile]):
    """Questions about profiles."""

    model = NoteProfile

    def newest(self) -> Sequence[NoteProfile]:
        """The version in force of each profile, by place."""
        order = (col(NoteProfile.location), col(NoteProfile.department), col(NoteProfile.version))
        by_place = {(p.location, p.department): p for p in self.all(self.rows().order_by(*order))}
        return list(by_place.values())

    def for_place(self, location: str, department: str) -> NoteProfile | None:
        """The profile in force there: the department's, else the location's, else the practice's."""
        known = {(p.location, p.department): p for p in self.newest()}
        for place in ((location, department), (location, ""), ("", department), ("", "")):
            if place in known:
                return known[place]
        return None

    def versions(self, location: str, department: str) -> Sequence[NoteProfile]:
        """Every version for a place, newest first."""
        mine = self.rows().where(
            col(NoteProfile.location) == location, col(NoteProfile.department) == department
        )
        return self.all(mine.order_by(col(NoteProfile.version).desc()))
