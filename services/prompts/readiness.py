"""What a version still lacks before it may go live, one sentence each with the next step."""

from dataclasses import dataclass

from db.prompt_replays import PastConversations, PromptReplay, PromptReplays, ReplayItems
from db.prompt_replays import ReplayState as State
from db.prompt_versions import PromptVersion
from services.desk import Desk
from services.prompts.books import Book
from services.prompts.comparing import Verdict, verdict
from services.prompts.live import live

ENOUGH = 50  # past messages; or all there are
BUILT_IN = (
    "The built-in engine reads no instructions, so nothing can be tried on them and nothing would "
    "change. Set up Claude first, then replay this version."
)


@dataclass(frozen=True)
class Readiness:
    """What is missing. ``replays`` where past messages decide; ``second`` where a person must."""

    missing: tuple[str, ...]
    replays: bool
    second: bool


def readiness(desk: Desk, shipped: Book, version: PromptVersion) -> Readiness:
    """Whether *version* may go live as of now, and if not why."""
    past = len(desk.open(PastConversations).decided(ENOUGH)) if shipped.compares else 0
    second = desk.options.second_approver or not past
    missing = [_replay(desk, shipped, version, past) if past else ""]
    if second and version.approved_by is None:
        missing.append("A second person has to approve it: somebody who did not write it.")
    return Readiness(tuple(filter(None, missing)), bool(past), second)


def finished(desk: Desk, shipped: Book, version: PromptVersion) -> PromptReplay | None:
    """The newest finished replay of exactly this text against what is in force now."""
    digest = shipped.prompt.with_own(version.text).digest
    against = live(desk, shipped.prompt).digest
    return next(
        (
            replay
            for replay in desk.open(PromptReplays).newest(shipped.key)
            if replay.state is State.FINISHED
            and (replay.digest, replay.live_digest) == (digest, against)
        ),
        None,
    )


def _replay(desk: Desk, shipped: Book, version: PromptVersion, past: int) -> str:
    if desk.container.settings.ai_engine != "claude":
        return BUILT_IN
    replay = finished(desk, shipped, version)
    if replay is None:
        return "Replay past messages through it first, beside what is in force now."
    found = verdict(desk.open(ReplayItems).of(replay.id))
    if found.total < past:
        return f"Its replay was of {found.total} messages. Please replay at least {past}."
    return blocked(found)


def blocked(found: Verdict) -> str:
    """Why what a replay found keeps a version from going live; empty when it does not."""
    if not found.extra:
        return ""
    several = "messages" if found.extra > 1 else "message"
    return (
        f"It would miss {found.extra} urgent {several} that {'are' if found.extra > 1 else 'is'} "
        "found today. Look at them below, write another version, and replay that."
    )
