"""The reply: a working text that is never lost, its unsupported statements, and sending it."""

from typing import Any
from uuid import UUID

import streamlit as st

from pages.parts import components
from pages.parts.desk import open_building, signed_in
from pages.parts.inbox.deeds import perform
from pages.parts.inbox.sitting import Sitting, sitting_of
from pages.parts.plain import harmless
from services.actions import Target
from services.container import Container
from services.desk import Actor
from services.ehr.ports import Capability, Road
from services.outbox import LONGEST_REPLY
from services.policy import may
from services.workflows.inbox import claims, reading, sending
from services.workflows.inbox.reading import Item

DISCLAIMER = "A person is responsible for every word that is sent. Ctrl+Enter sends."


@st.fragment
def reply() -> None:
    """The editor and its buttons; a fragment of its own, because it keeps text while it is typed."""
    container, actor = open_building(), signed_in()
    sitting = sitting_of(actor)
    item = sitting.item
    if item is None or not item.conversation.is_open:
        return
    seed = f"{item.conversation.id}/{item.conversation.version}/{item.conversation.content_hash}"
    editor = components.editor(
        key=f"reply/{item.conversation.id}",
        data=_editor_data(sitting, item, seed),
        on_text_change=components.nothing,
        on_ticked_change=components.nothing,
        on_send_change=components.nothing,
    )
    text = _text(editor, seed, item)
    ticked = frozenset(editor.ticked or ())
    if text != sitting.kept_text:
        _keep(container, actor, sitting, item, text)
        st.rerun(scope="fragment") if sitting.claims else None
    if editor.send and int(editor.send["n"]) > sitting.sent:
        sitting.sent = int(editor.send["n"])
        _send_as_seen(container, actor, sitting, editor.send)
    _buttons(container, actor, sitting, item, text, ticked)


def _text(editor: Any, seed: str, item: Item) -> str:
    typed = editor.text
    return str(typed["text"]) if typed and typed.get("of") == seed else item.draft.text


def _editor_data(sitting: Sitting, item: Item, seed: str) -> dict[str, Any]:
    draft, row = item.draft, item.conversation
    found = sitting.claims or claims.Claims(draft.unsupported, draft.foreign)
    return {
        "seed": seed,
        "handled": sitting.sent,
        "text": draft.text,
        "label": _label(item),
        "marks": [("the patient wrote after this was written", "warn")] if draft.outdated else [],
        "unsupported": list(found.unsupported),
        "foreign": list(found.foreign),
        "sources": _sources(item),
        "phrases": [
            {"abbreviation": p.abbreviation, "text": p.text, "missing": list(p.missing)}
            for p in item.phrases
        ],
        "disclaimer": DISCLAIMER,
        "placeholder": "Write a reply (e)",
        "most": LONGEST_REPLY,
        "disabled": sitting.stale or not _channel(item).able,
        "target": {"id": str(row.id), "version": row.version, "shown": row.content_hash},
    }


def _sources(item: Item) -> str:
    facts = item.draft.used_facts if item.draft.text else ()
    return ", ".join(fact.replace("_", " ") for fact in facts)


def _label(item: Item) -> str:
    if item.draft.by_engine and item.why:
        engine = "Claude" if item.why.engine == "claude" else "the built-in engine"
        return f"Draft by {engine}. Please check."
    if item.draft.saved_by:
        return f"Reply, last written by {item.draft.saved_by}"
    return "Reply" if item.conversation.needs_reply else "Reply (none seems needed)"


def _keep(container: Container, actor: Actor, sitting: Sitting, item: Item, text: str) -> None:
    row = item.conversation
    reading.save_draft(container, actor, row.id, text, row.content_hash)
    sitting.claims = claims.to_confirm(container, actor, row.id, text)
    sitting.kept_text, sitting.typed_at = text, container.clock()


def _channel(item: Item) -> Capability:
    missing = Capability(
        Road.HEALOW_REPLIES, False, "The connection to healow has not been checked yet."
    )
    return item.roads.get(Road.HEALOW_REPLIES, missing)


def _send_as_seen(
    container: Container, actor: Actor, sitting: Sitting, sent: dict[str, Any]
) -> None:
    target = Target(UUID(sent["id"]), int(sent["version"]), str(sent["shown"]))
    ticked = frozenset(str(statement) for statement in sent["ticked"])
    route = sent["kind"] == "route"
    if _send(container, actor, sitting, target, str(sent["text"]), ticked, route=route):
        st.rerun()


def _send(
    container: Container, actor: Actor, sitting: Sitting, target: Target, text: str,
    ticked: frozenset[str], *, route: bool,
) -> bool:  # fmt: skip
    if route:
        act = sending.send_and_route
        return perform(container, actor, sitting, act, target, text, "providers", ticked)
    return perform(container, actor, sitting, sending.send_reply, target, text, ticked)


def _buttons(
    container: Container, actor: Actor, sitting: Sitting, item: Item, text: str,
    ticked: frozenset[str],
) -> None:  # fmt: skip
    why_not = _why_not(actor, sitting, item)
    key = f"{item.conversation.id}/{item.conversation.version}"
    with st.container(horizontal=True, gap="small", key="reply_buttons"):
        sent = st.button("Send", key=f"send/{key}", type="primary", shortcut="s",
                         disabled=bool(why_not), help=sending.send_reply.help)  # fmt: skip
        routed = st.button("Send + sign-off", key=f"route/{key}", shortcut="Shift+s",
                           disabled=bool(why_not), help="Send this reply and pass the "
                           "conversation to the providers for sign-off.")  # fmt: skip
        if not _channel(item).able:
            _by_hand(container, actor, sitting, item, text, key)
    if why_not:
        st.warning(harmless(why_not), icon=":material/block:")
    if sent or routed:
        _send(container, actor, sitting, item.target, text, ticked, route=routed)
        st.rerun()


def _why_not(actor: Actor, sitting: Sitting, item: Item) -> str:
    if actor.role is None or not may(actor.role, "inbox.send_reply"):
        return "Your role may not send replies."
    if sitting.stale:
        return "Actions are off until the data is fresh again: see the line above the list."
    channel = _channel(item)
    return "" if channel.able else f"{channel.reason} Copy the reply into eCW instead."


def _by_hand(
    container: Container, actor: Actor, sitting: Sitting, item: Item, text: str, key: str
) -> None:
    with st.popover("Copy for eCW", key="reply_copy"):
        st.code(text, language=None, wrap_lines=True)
        if st.button("Done in eCW", key=f"copy_done/{key}", help=sending.copy_done.help,
                     disabled=sitting.stale):  # fmt: skip
            perform(container, actor, sitting, sending.copy_done, item.target, text)
            st.rerun()
