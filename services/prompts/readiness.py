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
MOST_SILENT = 0.05  # share of messages without an answer
SECOND = "A second person has to approve it: somebody who did not write it."
UNTESTED = (
    "None of the messages in its replay was urgent, so nothing was found out about misses. Replay "
    "more, or let a second person who did not write it approve it."
)
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
    found = _found(desk, shipped, version) if past else None
    # Where no message was urgent, nothing was found out about misses.
    second = desk.options.second_approver or not past or (found is not None and not found.urgent)
    missing = [_replay(desk, found, past) if past else ""]
    if second and version.approved_by is None:
        missing.append(UNTESTED if found and not found.urgent else SECOND)
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


def _found(desk: Desk, shipped: Book, version: PromptVersion) -> Verdict | None:
    replay = finished(desk, shipped, version)
    return verdict(desk.open(ReplayItems).of(replay.id)) if replay else None


def _replay(desk: Desk, found: Verdict | None, past: int) -> str:
    if desk.container.settings.ai_engine != "claude":
        return BUILT_IN
    if found is None:
        return "Replay past messages through it first, beside what is in force now."
    if found.total < past:
        return f"Its replay was of {found.total} messages. Please replay at least {past}."
    return blocked(found)


def blocked(found: Verdict) -> str:
    """Why what a replay found keeps a version from going live; empty when it does not."""
    if found.extra:
        several = "messages that are" if found.extra > 1 else "message that is"
        return (
            f"It would miss {found.extra} urgent {several} found today. Look at them under Replay, "
            "write another version, and replay that."
        )
    asked = found.answered + found.failed
    if found.failed > asked * MOST_SILENT:
        return (
            f"{found.failed} of {asked} messages had no answer. Ask those once more under "
            "Replay; if that does not help, write another version."
        )
    return ""
