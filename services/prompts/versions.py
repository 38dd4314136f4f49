"""Versions of a practice's instructions: written, approved, put in force, taken back; each on record."""

from collections.abc import Sequence
from enum import StrEnum

from db.practices import Practice
from db.prompt_versions import PromptState, PromptVersion, PromptVersions
from services.desk import Desk
from services.errors import Invalid, NotAllowed, Stale
from services.management import Deed, managed
from services.prompts.books import Book, book
from services.prompts.checks import check
from services.prompts.readiness import readiness
from services.wording import WORDS, difference

CHANGED = "Somebody changed these instructions since you opened them. Please look again."
MOST_TOLD = 1_500  # characters of a difference on the trail; the versions hold all of it


class Because(StrEnum):
    """Why other instructions are in force: a closed list, so that no patient data reaches the trail."""

    RULES = "our rules changed"
    FILING = "messages were filed wrongly"
    MISSES = "urgent messages were missed"
    DRAFTS = "drafts needed too many corrections"
    STYLE = "clearer or kinder wording"
    TROUBLE = "trouble in practice"
    REVERT = "back to an earlier version"
    OTHER = "other"


@managed("prompts.write", "Save as a new version")
def write(desk: Desk, key: str, text: str, note: str, seen: int) -> Deed[int]:
    """Keep this as a new version; nothing changes until it goes live.

    *seen* is the newest version on the screen, 0 where there is none. A draft before it is
    retired, and what was approved of it is void. Raises ``Invalid`` or ``Stale``.
    """
    shipped = book(key)
    check(text, note, desk.options)
    versions = _locked(desk, key)
    if (versions[0].number if versions else 0) != seen:
        raise Stale(CHANGED)
    before = _text(shipped, versions[0] if versions else None)
    if text.strip() == before:
        raise Invalid("Nothing is different from the newest version.")
    for older in versions:
        if older.state is PromptState.DRAFT:
            older.state, older.approved_by, older.approved_at = PromptState.RETIRED, None, None
    version = PromptVersion(
        practice_id=desk.practice_id, created_at=desk.now, workflow=key, number=seen + 1,
        text=text.strip(), note=note.strip(), staff_id=desk.actor.staff_id,
        digest=shipped.prompt.with_own(text).digest,
    )  # fmt: skip
    if not desk.open(PromptVersions).begin(version):
        raise Stale(CHANGED)
    how = f"version {version.number} ({version.digest}): {told(before, version.text)}"
    return Deed(_subject(key), how, version.number)


@managed("prompts.approve", "Approve")
def approve(desk: Desk, key: str, number: int) -> Deed[None]:
    """Agree to this version as a second person; an administrator puts it in force.

    Raises ``NotAllowed`` for its author, and ``Stale`` when it is no draft any more.
    """
    version = _draft(desk, key, number)
    if version.approved_by is not None:
        raise Stale("This is approved already.")
    if desk.actor.staff_id in (None, version.staff_id):
        raise NotAllowed("approve what you wrote yourself")
    version.approved_by, version.approved_at = desk.actor.staff_id, desk.now
    return Deed(_subject(key), f"version {number} ({version.digest}) approved", None)


@managed("prompts.go_live", "Go live")
def go_live(desk: Desk, key: str, number: int, seen: int, because: Because) -> Deed[None]:
    """Let engines follow this version from the next question on.

    *seen* is the version in force on the screen, 0 for the one that Foyer ships. Raises
    ``Invalid`` while a replay, an approval or a reason is missing, and ``Stale``.
    """
    version = _draft(desk, key, number)
    before = _require_live(desk, key, seen)
    if missing := readiness(desk, book(key), version).missing:
        raise Invalid(" ".join(missing))
    how = _put_in_force(desk, key, before, version, because)
    return Deed(_subject(key), how, None)


@managed("prompts.revert", "Go back to this")
def revert(desk: Desk, key: str, number: int, seen: int) -> Deed[None]:
    """Let a version that was in force before be so again; 0 is the one that Foyer ships.

    It waits for nobody: it was replayed or approved when it first went live. Raises ``Invalid``
    for a version that never was, and ``Stale``.
    """
    versions = _locked(desk, key)
    before = _require_live(desk, key, seen)
    wanted = next((one for one in versions if one.number == number), None)
    if number == seen:
        raise Stale("It is in force already.")
    if number and (wanted is None or wanted.live_at is None):
        raise Invalid("This version was never in force. Please let it go live instead.")
    how = _put_in_force(desk, key, before, wanted, Because.REVERT)
    return Deed(_subject(key), how, None)


def told(before: str, after: str) -> str:
    """What went out and what came in, word by word, as far as a line of the trail holds it."""
    signs = {"out": "-", "in": "+"}
    parts = (
        f"{signs[how]}“{' '.join(piece.split())}”"
        for how, piece in difference(before, after, WORDS)
        if how in signs and piece.strip()
    )
    words = " ".join(parts)
    return words if len(words) <= MOST_TOLD else f"{words[:MOST_TOLD]} …"


def _put_in_force(
    desk: Desk, key: str, before: PromptVersion | None, after: PromptVersion | None,
    because: Because,
) -> str:  # fmt: skip
    shipped = book(key)
    if before is not None:
        before.state = PromptState.RETIRED
    if after is not None:
        after.state, after.because = PromptState.LIVE, str(because)
        after.live_by, after.live_at = desk.actor.staff_id, after.live_at or desk.now
    named = [f"version {one.number}" if one else "as shipped" for one in (before, after)]
    what = told(_text(shipped, before), _text(shipped, after))
    return f"{named[0]} -> {named[1]}, because: {because}; {what}"


def _require_live(desk: Desk, key: str, seen: int) -> PromptVersion | None:
    live = desk.open(PromptVersions).live(key)
    if (live.number if live else 0) != seen:
        raise Stale(CHANGED)
    return live


def _draft(desk: Desk, key: str, number: int) -> PromptVersion:
    version = next((one for one in _locked(desk, key) if one.number == number), None)
    if version is None or version.state is not PromptState.DRAFT:
        raise Stale("This is no draft any more. Please look again.")
    return version


def _locked(desk: Desk, key: str) -> Sequence[PromptVersion]:
    """Every version, newest first; nobody else changes them until the end."""
    book(key)
    desk.session.get_one(Practice, desk.practice_id, with_for_update=True, populate_existing=True)
    return desk.open(PromptVersions).of(key)


def _text(shipped: Book, version: PromptVersion | None) -> str:
    return version.text if version else shipped.prompt.own


def _subject(key: str) -> str:
    return f"prompt/{key}"
