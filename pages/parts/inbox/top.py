"""The line above the inbox: how fresh the data is, what is new, who is where, what became of deeds."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import streamlit as st

from pages.parts import components, worklist
from pages.parts.desk import open_building, signed_in
from pages.parts.inbox import address as addresses
from pages.parts.inbox.deeds import undo
from pages.parts.inbox.sitting import Deed, Sitting, sitting_of
from pages.parts.worklist import while_on
from services.workflows.inbox import watching
from services.workflows.inbox.watching import Attention, Glance, Pulse

EVERY = timedelta(seconds=4)  # colleagues are seen, and new messages counted, within 5 s


@st.fragment(run_every=EVERY)
@while_on
def line() -> None:
    """Look at what changed; the list and the open item take it up without being drawn again."""
    container, actor = open_building(), signed_in()
    sitting = sitting_of(actor)
    queue = addresses.wanted(addresses.read(st.query_params), actor, sitting.patients)
    pulse = watching.pulse(container, actor, Attention(queue, sitting.newest, _ids(sitting)))
    if sitting.item is not None:
        typing = sitting.is_typing(container.clock())
        watching.be_here(container, actor, sitting.item.conversation.id, typing)
    shown = components.pulse(
        key="pulse",
        data=_data(sitting, pulse, container.clock().isoformat()),
        on_undo_change=components.nothing,
        on_drop_change=components.nothing,
    )
    worklist.hear(shown, sitting, lambda ids: undo(container, actor, sitting, ids))
    if pulse.fresh and not sitting.ids:  # an empty list has no row that could move
        sitting.query = None
        st.rerun()
    if sitting.stale != pulse.freshness.stale:
        sitting.stale = pulse.freshness.stale
        st.rerun()


def _ids(sitting: Sitting) -> tuple[Any, ...]:
    followed = [deed.follow for deed in sitting.deeds if deed.follow]
    here = [sitting.item.conversation.id] if sitting.item else []
    return tuple(dict.fromkeys([*sitting.ids, *followed, *here]))


def _data(sitting: Sitting, pulse: Pulse, now: str) -> dict[str, Any]:
    return {
        "now": now,
        "handled": sitting.undone,
        "fresh": {"stale": pulse.freshness.stale, "sentence": pulse.freshness.sentence},
        "deeds": [_deed(deed, pulse) for deed in sitting.deeds],
        "pulse": {
            "queue": sitting.query,
            "fresh": pulse.fresh,
            "watchers": [
                {"id": str(w.conversation_id), "name": w.name, "typing": w.typing}
                for w in pulse.watchers
            ],
            "glances": {str(id): asdict(glance) for id, glance in pulse.glances.items()},
        },
    }


def _deed(deed: Deed, pulse: Pulse) -> dict[str, Any]:
    glance = pulse.glances.get(deed.follow) if deed.follow else None
    until = deed.until if glance is None or glance.delivery in ("", "held") else None
    return {
        "key": deed.key,
        "kind": _kind(deed, glance),
        "text": f"{deed.text}: {glance.words}" if glance and glance.words else deed.text,
        "until": until.isoformat() if until else None,
        "targets": [str(done.id) for done in deed.done],
    }


def _kind(deed: Deed, glance: Glance | None) -> str:
    if glance is None:
        return deed.kind
    return "bad" if glance.delivery in ("refused", "unconfirmed") else deed.kind
