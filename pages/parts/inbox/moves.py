"""What can be done with the open conversation besides answering it, one control for each."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import streamlit as st

from db.conversations import State
from db.deliveries import DeliveryState
from db.vocabulary import Category, Urgency
from pages.parts.inbox import words
from pages.parts.inbox.deeds import again, perform
from pages.parts.inbox.sitting import Sitting
from pages.parts.plain import harmless
from services.actions import Action
from services.container import Container
from services.desk import Actor
from services.policy import may
from services.workflows.inbox import handling, settling
from services.workflows.inbox.choices import snooze_times
from services.workflows.inbox.reading import Item

Do = Callable[..., None]


AT_ONCE: tuple[Action[[]], ...] = (
    handling.no_reply, handling.take, handling.release, handling.escalate, handling.unsnooze,
    handling.reopen,
)  # fmt: skip


def pressed(container: Container, actor: Actor, sitting: Sitting) -> bool:
    """Do what a plain button asked for before anything is drawn, so that all is drawn once.

    After a failover the buttons are not known yet; then they are heard when they are drawn.
    """
    item = sitting.item
    if item is None or sitting.stale:
        return False
    key = f"{item.conversation.id}/{item.conversation.version}"
    for act in AT_ONCE:
        if st.session_state.get(f"{act.verb}/{key}"):
            perform(container, actor, sitting, act, item.target)
            return True
    return False


def moves(container: Container, actor: Actor, sitting: Sitting, item: Item) -> None:
    """Draw the controls; whatever is pressed is done to the version on the screen."""
    key = f"{item.conversation.id}/{item.conversation.version}"

    def do(act: Action[Any], *args: Any) -> None:
        perform(container, actor, sitting, act, item.target, *args)
        st.rerun()

    with st.container(horizontal=True, gap="small", key="moves"):
        if item.conversation.is_open:
            _open_moves(container, actor, sitting, item, key, do)
        else:
            _button("Reopen", handling.reopen, key, "o", sitting, do)
        _settle(sitting, item, do)
        _note(sitting, key, do)


def _open_moves(
    container: Container, actor: Actor, sitting: Sitting, item: Item, key: str, do: Do
) -> None:
    _button("No reply needed", handling.no_reply, key, "d", sitting, do)
    mine = item.conversation.assigned_to == actor.staff_id
    held = ("Release", handling.release) if mine else ("Take", handling.take)
    _button(*held, key, "t", sitting, do)
    if item.conversation.state is State.SNOOZED:
        _button("Wake", handling.unsnooze, key, "w", sitting, do)
    else:
        _snooze(container, sitting, key, do)
    _pass_on(actor, sitting, key, do)
    _button("Escalate", handling.escalate, key, "Shift+e", sitting, do)
    _sort(actor, sitting, item, key, do)
    _macros(sitting, key)


def _button(label: str, act: Action[[]], key: str, shortcut: str, sitting: Sitting, do: Do) -> None:
    if st.button(
        label, key=f"{act.verb}/{key}", help=act.help, shortcut=shortcut, disabled=sitting.stale
    ):
        do(act)


def _menu(label: str, options: dict[Any, str], name: str, key: str, sitting: Sitting) -> Any:
    if not options:
        return None
    with st.container(key=name, width="content"):
        return st.menu_button(
            label,
            list(options),
            key=f"{name}/{key}",
            format_func=lambda value: harmless(options[value]),
            disabled=sitting.stale,
        )


def _snooze(container: Container, sitting: Sitting, key: str, do: Do) -> None:
    choices = sitting.choices
    if choices is None:
        return
    times = {at: name for name, at in snooze_times(container.clock(), choices.options).items()}
    # The times move with the clock; the names say what is meant and stay the same.
    with st.popover("Snooze", key="move_snooze", disabled=sitting.stale):
        for moment, name in times.items():
            if st.button(harmless(name), key=f"snooze/{name.split(' (')[0]}/{key}"):
                do(handling.snooze, moment)
        exact = st.datetime_input("Or exactly until", value=None, key=f"until/{key}")
        if exact and st.button("Snooze until then", key=f"snooze_exact/{key}"):
            do(handling.snooze, exact.replace(tzinfo=choices.options.zone))


def _pass_on(actor: Actor, sitting: Sitting, key: str, do: Do) -> None:
    choices = sitting.choices
    if choices is None:
        return
    person = _menu("Assign", dict(choices.colleagues), "move_assign", key, sitting)
    if person is not None:
        do(handling.assign, UUID(str(person)))
    pool = _menu("Pass to", dict(choices.options.pools), "move_route", key, sitting)
    if pool is not None:
        do(handling.route, pool)


def _sort(actor: Actor, sitting: Sitting, item: Item, key: str, do: Do) -> None:
    row = item.conversation
    named = {value: hotkey for hotkey, value in words.CATEGORY_KEYS.items()}
    labels = {c: f"{words.CATEGORY[c]}  ({named[c]})" for c in Category if c is not row.category}
    category = _menu("Category", labels, "move_category", key, sitting)
    if category is not None:
        do(handling.recategorise, category)
    higher = {u: words.URGENCY[u] for u in Urgency if u.rank < row.urgency.rank}
    raised = _menu("Raise", higher, "move_raise", key, sitting)
    if raised is not None:
        do(handling.raise_urgency, raised)
    if actor.role is not None and may(actor.role, "inbox.lower_urgency"):
        _lower(sitting, item, key, do)


def _lower(sitting: Sitting, item: Item, key: str, do: Do) -> None:
    lower = [u for u in Urgency if u.rank > item.conversation.urgency.rank]
    with st.popover("Lower", key="move_lower", disabled=sitting.stale or not lower):
        to = st.selectbox(
            "Lower to", lower, format_func=lambda u: words.URGENCY[u], key=f"lower_to/{key}"
        )
        reason = st.text_input("Why it can wait", key=f"lower_why/{key}", max_chars=200)
        if st.button("Lower urgency", key=f"lower/{key}", disabled=not reason) and to:
            do(handling.lower_urgency, to, reason)


def _macros(sitting: Sitting, key: str) -> None:
    labels = {macro.id: macro.label for macro in sitting.choices.macros} if sitting.choices else {}
    chosen = _menu("Macro", labels, "move_macro", key, sitting)
    if chosen is not None:
        sitting.macro = chosen
        again()


def _settle(sitting: Sitting, item: Item, do: Do) -> None:
    for sent in item.sent:
        if sent.state != DeliveryState.UNCONFIRMED:
            continue
        for label, is_there in (("It is in eCW", True), ("It is not in eCW", False)):
            if st.button(label, key=f"settle/{sent.id}/{is_there}", help=settling.settle.help,
                         disabled=sitting.stale):  # fmt: skip
                do(settling.settle, sent.id, is_there)


def _note(sitting: Sitting, key: str, do: Do) -> None:
    with st.popover("Note", key="move_note", help=handling.note.help):
        text = st.text_area("Note for colleagues", key=f"note/{key}", max_chars=2000)
        people = sitting.choices.colleagues if sitting.choices else {}
        named = st.multiselect(
            "Mention", list(people), format_func=lambda id: people[id], key=f"mention/{key}"
        )
        if st.button("Add note", key=f"add_note/{key}", disabled=not text):
            do(handling.note, text, tuple(str(id) for id in named))
