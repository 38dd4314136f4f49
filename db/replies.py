"""Reply templates, macros and phrases of the practice; no patient data in them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class ReplyTemplate(Row, table=True):
    """One approved wording, with placeholders such as ``{first_name}``."""

    __tablename__ = "reply_template"
    __table_args__ = (UniqueConstraint("practice_id", "key", "language"),)

    key: str
    category: str
    language: str = "en"
    title: str
    text: str
    approved_by: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReplyTemplates(Repository[ReplyTemplate]):
    """Questions about templates."""

    model = ReplyTemplate

    def approved(self) -> Sequence[ReplyTemplate]:
        """Templates a draft may be made from, by title."""
        ready = self.rows().where(col(ReplyTemplate.approved_at).is_not(None))
        return self.all(ready.order_by(col(ReplyTemplate.title)))

    def of(self, key: str, language: str) -> ReplyTemplate | None:
        """The template of this key in this language, locked until the transaction ends."""
        mine = (col(ReplyTemplate.key) == key, col(ReplyTemplate.language) == language)
        return self.first(self.rows().where(*mine).with_for_update())

    def by_title(self) -> Sequence[ReplyTemplate]:
        """Every template, offered or not, by title."""
        return self.all(self.rows().order_by(col(ReplyTemplate.title), col(ReplyTemplate.language)))


class Macro(Row, table=True):
    """Several steps as one: reply, recategorise, route and close or snooze."""

    __tablename__ = "macro"
    __table_args__ = (UniqueConstraint("practice_id", "label"),)

    label: str
    template_key: str = ""
    category: str = ""
    pool: str = ""
    close: bool = True
    snooze_hours: int = 0


class Macros(Repository[Macro]):
    """Questions about macros."""

    model = Macro

    def by_label(self) -> Sequence[Macro]:
        """Every macro, by label."""
        return self.all(self.rows().order_by(col(Macro.label)))


class Phrase(Row, table=True):
    """A few words that staff write often, with the abbreviation that becomes them."""

    __tablename__ = "phrase"
    __table_args__ = (UniqueConstraint("practice_id", "abbreviation"),)

    abbreviation: str
    text: str


class Phrases(Repository[Phrase]):
    """Questions about phrases."""

    model = Phrase

    def by_abbreviation(self) -> Sequence[Phrase]:
        """Every phrase, by abbreviation."""
        return self.all(self.rows().order_by(col(Phrase.abbreviation)))


class SavedQueue(Row, table=True):
    """A named filter, one person's or the team's; ``query`` is the page's query string."""

    __tablename__ = "saved_queue"
    __table_args__ = (UniqueConstraint("practice_id", "owner", "name"),)

    name: str
    owner: str = ""  # a staff id, or empty for the whole team
    query: str


class SavedQueues(Repository[SavedQueue]):
    """Questions about saved queues."""

    model = SavedQueue

    def for_person(self, staff_id: UUID) -> Sequence[SavedQueue]:
        """The team's queues and this person's own, by name."""
        mine = self.rows().where(col(SavedQueue.owner).in_(["", str(staff_id)]))
        return self.all(mine.order_by(col(SavedQueue.owner), col(SavedQueue.name)))

    def named(self, owner: str, name: str) -> SavedQueue | None:
        """The queue of this name and owner, if there is one."""
        mine = (col(SavedQueue.owner) == owner, col(SavedQueue.name) == name)
        return self.first(self.rows().where(*mine))
