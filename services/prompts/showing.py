"""What the page Prompts shows: versions, what one lacks, replays, and one message opened."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db.conversations import Conversations
from db.messages import Messages
from db.prompt_replays import (
    ItemState,
    PromptReplay,
    PromptReplays,
    ReplayItem,
    ReplayItems,
    ReplayState,
)
from db.prompt_versions import PromptState, PromptVersion, PromptVersions
from db.staff import StaffList
from db.suggestions import Suggestion, Suggestions
from db.vault import Unreadable
from services import rollout
from services.actions import places_of
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.ports import Author
from services.errors import Invalid
from services.prompts.books import BOOKS, Book, book
from services.prompts.comparing import Verdict, changed, verdict
from services.prompts.live import SHIPPED, called, names
from services.prompts.readiness import Readiness, readiness
from services.workflows.inbox.standing import answered_last

READ = "prompts.read"


@dataclass(frozen=True)
class VersionCard:
    """One version with the names of people. ``drifted``: an update changed its fixed part since."""

    row: PromptVersion
    called: str
    by: str
    mine: bool
    approved_by: str
    drifted: bool
    ready: Readiness | None  # of a draft


@dataclass(frozen=True)
class Shown:
    """One prompt at one moment. ``live`` is 0 while it is the one that Foyer ships."""

    book: Book
    zone: ZoneInfo
    live: int
    live_called: str
    live_text: str
    versions: tuple[VersionCard, ...]
    second_approver: bool
    engine: str
    consents: bool

    @property
    def newest(self) -> int:
        """The newest version's number; 0 where there is none."""
        return self.versions[0].row.number if self.versions else 0


@dataclass(frozen=True)
class ReplayShown:
    """One replay: how far it is, and what it found up to now. ``asks`` while it goes on."""

    row: PromptReplay
    by: str
    counts: Mapping[ItemState, int]
    found: Verdict
    changed: tuple[ReplayItem, ...]

    @property
    def settled(self) -> int:
        """How many messages have an answer, or will have none."""
        ended = (ItemState.DONE, ItemState.FAILED, ItemState.INSIDE)
        return sum(self.counts.get(state, 0) for state in ended)


@dataclass(frozen=True)
class Opened:
    """One message of a replay with both drafts and what people sent; read on record."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    new_draft: str = field(repr=False)
    live_draft: str = field(repr=False)
    sent: str = field(repr=False)
    at: datetime


def shown(container: Container, actor: Actor, key: str) -> Shown:
    """One prompt with its versions. Raises ``NotAllowed`` or ``Invalid``."""
    with looking(container, actor) as desk:
        desk.require(READ, "see the instructions")
        shipped, people = book(key), desk.open(StaffList).names()
        versions = desk.open(PromptVersions).of(key)
        live = next((one for one in versions if one.state is PromptState.LIVE), None)
        return Shown(
            book=shipped,
            zone=desk.options.zone,
            live=live.number if live else 0,
            live_called=called(live, desk.options.zone) if live else SHIPPED,
            live_text=live.text if live else shipped.prompt.own,
            versions=tuple(_card(desk, shipped, one, people) for one in versions),
            second_approver=desk.options.second_approver,
            engine=container.settings.ai_engine,
            consents=desk.options.claude_consent,
        )


def names_on_record(container: Container, actor: Actor) -> Mapping[str, str]:
    """What people call each digest on the trail: ``Inbox v3 of 12 Nov``. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require("audit.read", "read the audit trail")
        return {
            digest: f"{one.title} {name}"
            for one in BOOKS.values()
            for digest, name in names(desk, [one.prompt]).items()
        }


def replay(container: Container, actor: Actor, key: str, number: int) -> ReplayShown | None:
    """The newest replay of a version, as far as it is. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require(READ, "see the instructions")
        rows = (one for one in desk.open(PromptReplays).newest(key) if one.number == number)
        row = next(rows, None)
        if row is None:
            return None
        items = desk.open(ReplayItems).of(row.id)
        people = desk.open(StaffList).names()
        return ReplayShown(
            row=row,
            by=people.get(row.staff_id, "somebody") if row.staff_id else "the house",
            counts=desk.open(ReplayItems).counts(row.id),
            found=verdict(items),
            changed=tuple(changed(items)),
        )


def running(container: Container, actor: Actor) -> PromptReplay | None:
    """The replay that is under way in this practice, of whatever version."""
    with looking(container, actor) as desk:
        desk.require(READ, "see the instructions")
        return desk.open(PromptReplays).running()


def opened(container: Container, actor: Actor, id: UUID) -> Opened:
    """One message of a replay, for whoever may read the inbox. Raises ``NotAllowed`` and kin."""
    with working(container, actor) as desk:
        desk.require("inbox.read", "read the inbox")
        item = desk.open(ReplayItems).get(id)
        conversation = desk.open(Conversations).get(item.conversation_id)
        rollout.require(desk, "inbox", places_of(conversation), "The inbox")
        thread = desk.open(Messages).of_many([conversation.id])
        said = answered_last(thread)
        ours = [one for one in thread if one.author == Author.PRACTICE]
        desk.record("inbox.read", conversation.ref, sources=f"prompt_replay/{item.replay_id}")
        try:
            return Opened(
                subject=desk.vault.read(conversation, "subject").text,
                text="\n\n".join(desk.vault.read(one, "body").text for one in said),
                new_draft=_draft(desk, item),
                live_draft=_draft(desk, _suggestion(desk, item)),
                sent=desk.vault.read(ours[-1], "body").text if ours else "",
                at=said[-1].sent_at if said else conversation.first_at,
            )
        except Unreadable as error:
            raise Invalid(str(error)) from None


def is_running(replay: ReplayShown | None) -> bool:
    """Whether it still asks."""
    return replay is not None and replay.row.state is ReplayState.RUNNING


def _suggestion(desk: Desk, item: ReplayItem) -> Suggestion | None:
    return desk.open(Suggestions).find(item.suggestion_id) if item.suggestion_id else None


def _draft(desk: Desk, row: ReplayItem | Suggestion | None) -> str:
    if row is None or row.answer is None:
        return ""
    return str(json.loads(desk.vault.read(row, "answer").text).get("draft") or "")


def _card(
    desk: Desk, shipped: Book, row: PromptVersion, people: Mapping[UUID, str]
) -> VersionCard:  # fmt: skip
    draft = row.state is PromptState.DRAFT
    return VersionCard(
        row=row,
        called=called(row, desk.options.zone),
        by=people.get(row.staff_id, "somebody") if row.staff_id else "the house",
        mine=row.staff_id is not None and row.staff_id == desk.actor.staff_id,
        approved_by=people.get(row.approved_by, "somebody") if row.approved_by else "",
        drifted=row.digest != shipped.prompt.with_own(row.text).digest,
        ready=readiness(desk, shipped, row) if draft else None,
    )
