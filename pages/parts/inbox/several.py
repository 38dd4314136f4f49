"""One decision about many rows: done through a durable order, told with what was skipped and why."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import streamlit as st

from db.base import NotFound
from pages.parts.inbox.deeds import open_item
from pages.parts.inbox.sitting import Deed, Question, Sitting
from services import bulk
from services.actions import Target
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError
from services.workflows.inbox import wordings

Event = Mapping[str, Any]


def ordered(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    """The bulk bar's choice: done at once, or asked back first where patients will read it."""
    if sitting.stale:
        return
    if event["order"].startswith("reply:"):
        sitting.show(None)
        sitting.question = Question(event["order"], tuple(event["targets"]))
        return
    _carry_out(container, actor, sitting, event["order"], event["targets"])


def close_all(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    """Close every row shown in the no-reply lane."""
    if not sitting.stale:
        _carry_out(container, actor, sitting, "no_reply:", event["targets"])


def confirm(container: Container, actor: Actor, sitting: Sitting, question: Question) -> None:
    """Show what a bulk reply would say to the first patient, and send it to all on confirmation."""
    wording = _wording(sitting, question.order)
    first = UUID(str(question.targets[0]["id"]))
    st.subheader(f"Reply to {len(question.targets)} conversations")
    st.caption("Each reply is filled from that patient's chart. The first will read:")
    try:
        filled = wordings.fill(container, actor, first, wording)
    except (FoyerError, NotFound) as error:
        st.error(str(error))
        return
    st.text(filled.text)
    if filled.missing:
        st.warning(f"The first one will be skipped; the chart lacks: {', '.join(filled.missing)}.")
    with st.container(horizontal=True):
        if st.button(f"Send to {len(question.targets)}", type="primary", disabled=sitting.stale,
                     key=f"bulk_send/{first}", shortcut="s"):  # fmt: skip
            sitting.question = None
            _carry_out(container, actor, sitting, question.order, question.targets)
            st.rerun()
        if st.button("Cancel", key=f"bulk_cancel/{first}", shortcut="Esc"):
            sitting.question = None
            st.rerun()


def _wording(sitting: Sitting, order: str) -> str:
    _, key, language = order.split(":", 2)
    templates = sitting.choices.templates if sitting.choices else ()
    return next((t.text for t in templates if (t.key, t.language) == (key, language)), "")


def _carry_out(
    container: Container, actor: Actor, sitting: Sitting, order: str,
    targets: Sequence[Mapping[str, Any]],
) -> None:  # fmt: skip
    verb, arguments = _parsed(order)
    seen = [Target(UUID(t["id"]), int(t["version"]), str(t["shown"])) for t in targets]
    try:
        order_id = bulk.order(container, actor, verb, arguments, seen)
        outcome = bulk.run(container, actor, order_id)
    except FoyerError as error:
        sitting.say(Deed(f"bulk/{order}", "bad", f"Not done: {error}"))
        return
    _tell(sitting, outcome)
    finished = {done.id for done in outcome.done}
    if verb != "inbox.take":
        sitting.ids = [id for id in sitting.ids if id not in finished]
    if sitting.item and sitting.item.conversation.id in finished:
        open_item(container, actor, sitting, None)


def _parsed(order: str) -> tuple[str, dict[str, str]]:
    kind, _, rest = order.partition(":")
    match kind:
        case "assign":
            return "inbox.assign", {"to": rest}
        case "route":
            return "inbox.route", {"pool": rest}
        case "snooze":
            return "inbox.snooze", {"until": rest}
        case "reply":
            key, language = rest.split(":", 1)
            return "inbox.send_reply", {"template": key, "language": language}
    return f"inbox.{kind}", {}


def _tell(sitting: Sitting, outcome: bulk.Outcome) -> None:
    skipped = [f"{number} skipped: {reason}" for reason, number in outcome.skipped.items()]
    text = "; ".join([f"{len(outcome.done)} done", *skipped])
    until = min((d.undo_until for d in outcome.done if d.undo_until), default=None)
    kind = "bad" if skipped else "good"
    sitting.say(Deed(f"bulk/{outcome.order_id}", kind, text, outcome.done, until))
