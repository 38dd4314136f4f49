"""How the page Prompts says things."""

from datetime import datetime
from zoneinfo import ZoneInfo

from db.prompt_replays import ReplayItem
from db.prompt_versions import PromptState
from db.vocabulary import Category
from pages.parts.manage import Badge
from services.practice_settings.fields import CATEGORIES
from services.prompts.live import day

STATES: dict[PromptState, Badge] = {
    PromptState.DRAFT: ("Draft", "orange", ":material/edit:"),
    PromptState.LIVE: ("In force", "green", ":material/check_circle:"),
    PromptState.RETIRED: ("Retired", "gray", ":material/history:"),
}
BUILT_IN = (
    "The built-in engine sorts and drafts here. It follows rules and examples and reads no "
    "instructions, so what is written on this page changes nothing yet. What it does read are "
    "your own red-flag phrases: try those on past messages under Red flags."
)
NO_CONSENT = (
    "Claude is set up but may not draft for this practice, so nothing reads these instructions. "
    "An administrator allows it on the page Practice, under AI."
)
FIXED = (
    "These sentences always come first. They say what is data and never an order, what may never "
    "be said, and the shape of an answer. No version can change or leave them out. The red-flag "
    "floor, the check of every sentence and the person who sends stand beside them, whatever any "
    "instructions say."
)


def sorted_as(category: str, urgency: str) -> str:
    """``Refills, urgent``; that there is no answer where there is none."""
    if not category:
        return "no answer"
    return f"{CATEGORIES[Category(category)]}, {urgency}"


def way(item: ReplayItem) -> str:
    """What people decided, what is said today, and what the new version says."""
    now = (
        f" In force: {sorted_as(item.live_category, item.live_urgency)}."
        if item.live_category
        else ""
    )
    return (
        f"People: {sorted_as(item.decided_category, item.decided_urgency)}."
        f"{now} This version: {sorted_as(item.category, item.urgency)}."
    )  # fmt: skip


def on(moment: datetime, zone: ZoneInfo) -> str:
    """``12 Nov, 14:05``."""
    return f"{day(moment, zone)}, {moment.astimezone(zone):%H:%M}"
