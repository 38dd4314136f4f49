"""Doing things from the inbox: one action, said on the line above, then the next item."""

from typing import ParamSpec
from uuid import UUID

import streamlit as st
from streamlit.errors import StreamlitAPIException

from db.base import NotFound
from db.vault import Unreadable
from pages.parts.inbox.sitting import Deed, Sitting
from services.actions import Action, Done, Target
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError
from services.workflows.inbox import reading, undoing, watching

P = ParamSpec("P")

STAYS = ("inbox.take", "inbox.note", "inbox.recategorise", "inbox.raise_urgency",
         "inbox.lower_urgency", "inbox.reopen", "inbox.unsnooze", "inbox.settle")  # fmt: skip
SENDS = ("inbox.send_reply", "inbox.send_and_route", "inbox.apply_macro")


def open_item(container: Container, actor: Actor, sitting: Sitting, id: UUID | None) -> None:
    """Open a conversation, or none; what goes wrong is said on the line above."""
    sitting.show(None)
    if id is None:
        watching.leave(container, actor)
        return
    try:
        sitting.show(reading.open_item(container, actor, id))
        watching.be_here(container, actor, id)
    except (FoyerError, NotFound, Unreadable) as error:
        sitting.say(Deed(f"open/{id}", "bad", str(error)))


def perform(
    container: Container, actor: Actor, sitting: Sitting, act: Action[P], target: Target,
    *args: P.args, **kwargs: P.kwargs,
) -> bool:  # fmt: skip
    """Do it to *target* and go on: to the next item when this one is done with.

    Returns whether it was done. What was refused is said, and what was typed stays.
    """
    try:
        done = act(container, actor, target, *args, **kwargs)
    except (FoyerError, NotFound) as error:
        sitting.say(Deed(f"{act.verb}/{target.id}", "bad", f"Not done: {error}"))
        return False
    sitting.say(_told(sitting, done))
    if act.verb in STAYS:
        open_item(container, actor, sitting, target.id)
        return True
    go_on(container, actor, sitting, target.id)
    return True


def go_on(container: Container, actor: Actor, sitting: Sitting, id: UUID) -> None:
    """Take *id* off the list and open what follows it."""
    following = sitting.after(id)
    sitting.ids = [other for other in sitting.ids if other != id]
    open_item(container, actor, sitting, following if following != id else None)


def undo(container: Container, actor: Actor, sitting: Sitting, ids: list[UUID]) -> None:
    """Take back what was last done to these conversations, and open the first again."""
    kept = {done.id: done for deed in sitting.deeds for done in deed.done}
    wanted = [kept[id] for id in ids if id in kept]
    back: list[UUID] = []
    for done in wanted:
        try:
            undoing.undo(container, actor, Target(done.id, done.version))
            back.append(done.id)
        except (FoyerError, NotFound) as error:
            sitting.say(Deed(f"undo/{done.id}", "bad", str(error)))
    gone = {done.id for done in wanted}
    sitting.deeds = [d for d in sitting.deeds if not any(done.id in gone for done in d.done)]
    if back:
        sitting.ids = [*(id for id in back if id not in sitting.ids), *sitting.ids]
        sitting.say(Deed(f"undone/{back[0]}", "plain", _count(len(back), "taken back")))
        open_item(container, actor, sitting, back[0])


def again() -> None:
    """Draw this fragment again, or the page where there is no fragment run to repeat."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()


def _told(sitting: Sitting, done: Done) -> Deed:
    row = next((r for (id, _), r in sitting.opened.items() if id == done.id), None)
    whom = f" ({row.patient})" if row else ""
    follow = done.id if done.verb in SENDS else None
    text = f"{PAST.get(done.verb, done.label)}{whom}"
    return Deed(f"{done.verb}/{done.id}", "good", text, (done,), done.undo_until, follow)


PAST: dict[str, str] = {
    "inbox.send_reply": "Reply approved",
    "inbox.send_and_route": "Reply approved, passed on",
    "inbox.apply_macro": "Macro applied",
    "inbox.copy_done": "Closed as answered in eCW",
    "inbox.no_reply": "Closed, no reply needed",
    "inbox.snooze": "Snoozed",
    "inbox.route": "Passed on",
    "inbox.assign": "Assigned",
    "inbox.take": "Taken",
    "inbox.release": "Given back",
    "inbox.escalate": "Escalated",
    "inbox.recategorise": "Category corrected",
    "inbox.raise_urgency": "Raised",
    "inbox.lower_urgency": "Lowered",
    "inbox.note": "Note added",
    "inbox.reopen": "Reopened",
    "inbox.settle": "Settled",
    "inbox.unsnooze": "Awake again",
}


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number > 1 else what.capitalize()
