"""The line above the claims: how fresh the list is, what is new, and what became of the last deeds."""

from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from pages.parts import components, worklist
from pages.parts.claims import snapshot
from pages.parts.claims.deeds import open_item, take_back
from pages.parts.claims.sitting import Deed, Sitting, sitting_of
from pages.parts.desk import open_building, signed_in
from pages.parts.worklist import while_on
from services.container import Container
from services.desk import Actor

EVERY = timedelta(seconds=4)


@st.fragment(run_every=EVERY)
@while_on
def line() -> None:
    """Look at what changed; the page is drawn again only when something did."""
    container, actor = open_building(), signed_in()
    sitting = sitting_of(actor)
    changed = snapshot.refresh(container, actor, sitting)
    if changed:
        read_again(container, actor, sitting)
    shown = components.pulse(
        key="claims_pulse",
        data=line_data(sitting, container.clock()),
        on_undo_change=components.nothing,
        on_drop_change=components.nothing,
    )
    worklist.hear(shown, sitting, lambda ids: take_back(container, actor, sitting, ids[0]))
    if changed:
        st.rerun()


def line_data(sitting: Sitting, now: datetime) -> dict[str, Any]:
    """What the line shows; a release can be taken back for as long as it counts down."""
    return worklist.line_data(sitting, [_deed(deed) for deed in sitting.deeds], now)


def read_again(container: Container, actor: Actor, sitting: Sitting) -> None:
    """What is open, when it is another version than the one on the screen."""
    if sitting.open is None:
        return
    target = sitting.open.target
    now = next((row.target for row in sitting.rows if row.target.id == target.id), None)
    if now is None or now.version != target.version:
        open_item(container, actor, sitting, target.id)


def _deed(deed: Deed) -> dict[str, Any]:
    return {
        "key": deed.key,
        "kind": deed.kind,
        "text": deed.text,
        "until": deed.until.isoformat() if deed.until else None,
        "targets": [str(deed.target.id)] if deed.target else [],
    }
