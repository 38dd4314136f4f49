"""The line above the denials: how fresh the list is, what is new, and what became of the last deeds."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import streamlit as st

from pages.parts import components, worklist
from pages.parts.denials import snapshot
from pages.parts.denials.deeds import open_denial, take_back
from pages.parts.denials.sitting import Deed, Sitting, sitting_of
from pages.parts.desk import open_building, signed_in
from pages.parts.worklist import while_on
from services.container import Container
from services.desk import Actor
from services.workflows.denials import watching
from services.workflows.denials.watching import Progress

EVERY = timedelta(seconds=4)


@st.fragment(run_every=EVERY)
@while_on
def line() -> None:
    """Look at what changed; the page is drawn again only when something did."""
    container, actor = open_building(), signed_in()
    sitting = sitting_of(actor)
    changed = snapshot.refresh(container, actor, sitting)
    if changed:
        _read_again(container, actor, sitting)
    found = watching.progress(container, actor, _followed(sitting))
    shown = components.pulse(
        key="denial_pulse",
        data=line_data(sitting, found, container.clock()),
        on_undo_change=components.nothing,
        on_drop_change=components.nothing,
    )
    worklist.hear(shown, sitting, lambda ids: take_back(container, actor, sitting, ids[0]))
    if changed:
        st.rerun()


def line_data(sitting: Sitting, found: dict[UUID, Progress], now: datetime) -> dict[str, Any]:
    """What the line shows; a deed can be taken back while nothing of it has left."""
    return worklist.line_data(sitting, [_deed(deed, found) for deed in sitting.deeds], now)


def _followed(sitting: Sitting) -> list[UUID]:
    return [deed.ids[0] for deed in sitting.deeds if deed.ids]


def _read_again(container: Container, actor: Actor, sitting: Sitting) -> None:
    """The open denial, when it is another version than the one on the screen."""
    denial = sitting.denial
    if denial is None:
        return
    row = sitting.row_with(denial.row.id)
    current = next((t for t in row.targets if t.id == denial.row.id), None) if row else None
    if current is None or current.version != denial.row.version:
        open_denial(container, actor, sitting, denial.row.id)


def _deed(deed: Deed, found: dict[UUID, Progress]) -> dict[str, Any]:
    progress = found.get(deed.ids[0]) if deed.ids else None
    shown = replace(deed, text=f"{deed.text}: {progress.words}") if progress else deed
    bad = progress is not None and progress.state in ("refused", "unconfirmed")
    holds = progress is None or progress.state == "held"
    return {
        "key": deed.key,
        "kind": "bad" if bad else deed.kind,
        "text": shown.text,
        "until": deed.until.isoformat() if deed.until and holds else None,
        "targets": [str(id) for id in deed.ids],
    }
