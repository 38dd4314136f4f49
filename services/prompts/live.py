"""Which instructions are in force for one practice, and what a digest is called by people."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from db.prompt_versions import PromptVersion, PromptVersions
from services.ai import Prompt
from services.container import Container
from services.desk import Actor, Desk, looking

SHIPPED = "as Foyer ships them"


def live(desk: Desk, prompt: Prompt) -> Prompt:
    """*prompt* with what this practice put in force after its fixed part; else as it is shipped."""
    version = desk.open(PromptVersions).live(prompt.workflow)
    return prompt.with_own(version.text) if version else prompt


def live_now(container: Container, actor: Actor, prompt: Prompt) -> Prompt:
    """The same, for whoever asks outside a transaction: as of this moment, never kept."""
    with looking(container, actor) as desk:
        return live(desk, prompt)


def names(desk: Desk, prompts: Iterable[Prompt]) -> Mapping[str, str]:
    """What people call each digest: ``v3 of 12 Nov``, or that it is as Foyer ships it."""
    found: dict[str, str] = {}
    for prompt in prompts:
        for version in reversed(desk.open(PromptVersions).of(prompt.workflow)):
            words = called(version, desk.options.zone)
            # An update may have changed the fixed part since; the version is the same one.
            found |= {version.digest: words, prompt.with_own(version.text).digest: words}
        found[prompt.digest] = SHIPPED
    return found


def called(version: PromptVersion, zone: ZoneInfo) -> str:
    """``v3 of 12 Nov``: the day it went live, or was written."""
    return f"v{version.number} of {day(version.live_at or version.created_at, zone)}"


def day(moment: datetime, zone: ZoneInfo) -> str:
    """``12 Nov`` on the practice's calendar."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b}"
