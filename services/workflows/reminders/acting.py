"""One-click actions on a reminder: like those on a conversation, on another shelf."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from db.reminders import Reminder, Reminders, ReminderState
from services.actions import Action
from services.desk import Desk
from services.errors import Invalid

P = ParamSpec("P")
OPEN_TO_WORDS = (ReminderState.PROPOSED, ReminderState.RETURNED)


def reminder_action(
    verb: str, label: str, *, needs_shown: bool = False
) -> Callable[[Callable[Concatenate[Desk, Reminder, P], None]], Action[P]]:
    """Make a function of a desk and a reminder into a one-click action; see ``services.actions``."""

    def wrap(run: Callable[Concatenate[Desk, Reminder, P], None]) -> Action[P]:
        return Action(verb=verb, label=label, run=run, shelf=Reminders, needs_shown=needs_shown)

    return wrap


def require(reminder: Reminder, *states: ReminderState) -> None:
    """Raises ``Invalid`` unless something can still come of it and it stands in one of *states*."""
    if not reminder.is_open:
        raise Invalid(reminder.trouble or "This reminder is over.")
    if reminder.state not in states:
        raise Invalid("This cannot be done with this reminder any more.")
