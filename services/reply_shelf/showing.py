"""The shelf as the page shows it: replies, macros and phrases with their versions, and who did what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from db.practices import Practices
from db.replies import Macro, Macros, Phrase, Phrases, ReplyTemplate, ReplyTemplates
from db.shelf_versions import ShelfVersion, ShelfVersions
from db.staff import StaffList
from services.container import Container
from services.desk import Actor, Desk, looking
from services.options import PracticeOptions
from services.reply_shelf import macros, phrases, wordings

READ = "replies.see_shelf"


@dataclass(frozen=True)
class Version:
    """One version. ``approved_by`` is empty until somebody approved it."""

    number: int
    at: datetime
    by: str
    mine: bool
    approved_by: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class ReplyCard:
    """One reply in one language: what is offered now, and its versions, newest first."""

    key: str
    language: str
    title: str
    category: str
    text: str
    offered: bool
    versions: tuple[Version, ...]

    @property
    def number(self) -> int:
        """The newest version; what was there before there were versions is the first."""
        return self.versions[0].number if self.versions else 1

    @property
    def waiting(self) -> Version | None:
        """The newest version while nobody approved it."""
        newest = self.versions[0] if self.versions else None
        return newest if newest and not newest.approved_by else None


@dataclass(frozen=True)
class Shelf:
    """Everything on it at one moment."""

    practice_name: str
    options: PracticeOptions
    replies: tuple[ReplyCard, ...]
    macros: tuple[Macro, ...]
    macro_versions: Mapping[UUID, tuple[Version, ...]]
    phrases: tuple[Phrase, ...] = ()
    phrase_versions: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)


def shelf(container: Container, actor: Actor) -> Shelf:
    """The whole shelf. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require(READ, "see the practice's replies")
        kept = tuple(desk.open(Macros).by_label())
        of_macros, of_phrases = _by_key(desk, macros.SHELF), _by_key(desk, phrases.SHELF)
        return Shelf(
            practice_name=Practices(desk.session).get(desk.practice_id).name,
            options=desk.options,
            replies=tuple(_replies(desk)),
            macros=kept,
            macro_versions={m.id: of_macros.get((str(m.id), ""), ()) for m in kept},
            phrases=tuple(desk.open(Phrases).by_abbreviation()),
            phrase_versions={key: own for (key, _), own in of_phrases.items()},
        )


def _replies(desk: Desk) -> Iterator[ReplyCard]:
    versions = _by_key(desk, wordings.SHELF)
    templates = {(t.key, t.language): t for t in desk.open(ReplyTemplates).by_title()}
    for (key, language), own in versions.items():
        if (key, language) not in templates:
            yield _unapproved(key, language, own)
    for place, template in templates.items():
        yield _card(template, versions.get(place, ()))


def _unapproved(key: str, language: str, own: tuple[Version, ...]) -> ReplyCard:
    body = own[0].body
    return ReplyCard(key, language, body["title"], body["category"], body["text"], False, own)


def _card(template: ReplyTemplate, own: tuple[Version, ...]) -> ReplyCard:
    return ReplyCard(
        template.key, template.language, template.title, template.category, template.text,
        template.approved_at is not None, own,
    )  # fmt: skip


def _by_key(desk: Desk, shelf_of: str) -> dict[tuple[str, str], tuple[Version, ...]]:
    names, found = desk.open(StaffList).names(), desk.open(ShelfVersions).all_of(shelf_of)
    by_key: dict[tuple[str, str], list[Version]] = {}
    for row in found:
        by_key.setdefault((row.key, row.language), []).append(_version(desk, row, names))
    return {key: tuple(versions) for key, versions in by_key.items()}


def _version(desk: Desk, row: ShelfVersion, names: Mapping[UUID, str]) -> Version:
    approved = names.get(row.approved_by, "somebody") if row.approved_by else ""
    return Version(
        number=row.number,
        at=row.created_at,
        by=names.get(row.staff_id, "somebody") if row.staff_id else "Foyer",
        mine=row.staff_id is not None and row.staff_id == desk.actor.staff_id,
        approved_by=approved or ("Foyer" if row.approved_at else ""),
        body=row.body,
    )


def titles(cards: Sequence[ReplyCard]) -> dict[str, str]:
    """Keys that are offered in some language, with a title to choose by."""
    return {card.key: card.title for card in cards if card.offered}
