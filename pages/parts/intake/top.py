"""The line above the forms: how fresh the list is, what is new, and what became of the last deeds."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import streamlit as st

from pages.parts import components, worklist
from pages.parts.desk import open_building, signed_in
from pages.parts.intake import snapshot
from pages.parts.intake.deeds import open_form, take_back
from pages.parts.intake.sitting import Deed, Sitting, sitting_of
from pages.parts.worklist import while_on
from services.container import Container
from services.desk import Actor
from services.workflows.intake import watching
from services.workflows.intake.watching import Progress

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
    if _moved_on(sitting, found) and sitting.form:
        open_form(container, actor, sitting, sitting.form.row.id)
        changed = True
    shown = components.pulse(
        key="intake_pulse",
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
    left = [deed.target.id for deed in sitting.deeds if deed.target and not deed.way_back]
    return left + ([sitting.form.row.id] if sitting.form and sitting.form.sent else [])


def _moved_on(sitting: Sitting, found: dict[UUID, Progress]) -> bool:
    """Whether what left of the open form has got further since it was drawn."""
    id = sitting.form.row.id if sitting.form else None
    before = sitting.progress
    sitting.progress = (id, found[id].state) if id in found else None
    return bool(before and sitting.progress and before[0] == id and before != sitting.progress)


def _read_again(container: Container, actor: Actor, sitting: Sitting) -> None:
    """The open form, when it is another version than the one on the screen."""
    form = sitting.form
    if form is None:
        return
    current = next((row for row in sitting.rows if row.id == form.row.id), None)
    if current is None or current.version != form.row.version:
        problem = sitting.problem
        open_form(container, actor, sitting, form.row.id)
        sitting.problem = problem
    if sitting.form and sitting.form.row.content_hash != form.row.content_hash:
        text = "The patient changed the open form. What was decided and still holds is kept."
        sitting.say(Deed(f"changed/{form.row.id}", "plain", text))


def _deed(deed: Deed, found: dict[UUID, Progress]) -> dict[str, Any]:
    progress = found.get(deed.target.id) if deed.target and not deed.way_back else None
    holds = progress is None or progress.state == "held"
    shown = replace(deed, text=f"{deed.text}: {progress.words}") if progress else deed
    bad = progress is not None and progress.state in ("refused", "unconfirmed")
    return {
        "key": deed.key,
        "kind": "bad" if bad else deed.kind,
        "text": shown.text,
        "until": deed.until.isoformat() if deed.until and holds else None,
        "targets": [str(deed.target.id)] if deed.target else [],
    }
