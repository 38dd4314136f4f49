"""How long a practice keeps words and what it may spend a day, within what the installation allows."""

from datetime import timedelta

from services.options import PracticeOptions
from services.settings import Settings


def words_kept(settings: Settings, options: PracticeOptions) -> timedelta:
    """How long the words of messages, forms and notes outlive closing: the practice's own or else
    the installation's."""
    return timedelta(days=options.keep_days or settings.retention_days)


def dollars_a_day(settings: Settings, options: PracticeOptions) -> float:
    """What Claude may cost a day: a practice may stay below the installation's limit, not above."""
    most, own = settings.claude_dollars_per_day, options.ai_dollars_a_day
    return most if own is None else min(own, most)
