"""Practice: hours, targets, pools, letterhead and consent; each change seen first and on record."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from pages.parts.desk import open_building
from pages.parts.manage import may_do, open_room, said_plainly, zone_of
from pages.parts.settings import (
    engines,
    letters,
    red_flags,
    reports,
    retention,
    review,
    times,
    work,
)
from pages.parts.settings.sitting import WANTED, Sitting, Wanted, sit_down
from services import practice_settings
from services.desk import Actor
from services.errors import Invalid
from services.practice_settings import installation

WHERE = (
    "These are decided for the whole installation, in .streamlit/secrets.toml or by an environment "
    "variable (FOYER_ and the setting's name). Whoever runs the server changes them."
)
Form = Callable[[Sitting], Wanted | None]


def forms(actor: Actor) -> dict[str, Form]:
    """Each subject with its form."""
    today = open_building().clock().astimezone(zone_of(actor)).date()
    return {
        "Hours": partial(times.hours, today=today),
        "Targets": times.targets,
        "Pools": work.pools,
        "Routing": work.routing,
        "Red flags": red_flags.phrases,
        "Reminders": letters.reminders,
        "Letterhead": letters.letterhead,
        "Payers": letters.authorizations,
        "Retention": retention.retention,
        "Weekly report": partial(reports.report, actor=actor),
        "AI": partial(engines.engines, actor=actor),
    }


def _subject(actor: Actor, sitting: Sitting, subject: str, form: Form) -> None:
    with said_plainly():
        wanted = _read(sitting, form)
        if wanted is not None:
            st.session_state[WANTED] = (subject, wanted)
        if (asked := review.wish(subject)) is not None:
            review.review(actor, sitting, subject, asked)


def _read(sitting: Sitting, form: Form) -> Wanted | None:
    try:
        return form(sitting)
    except Invalid:
        st.session_state.pop(WANTED, None)  # what was asked for before is not what is typed now
        raise


def _fixed(actor: Actor) -> None:
    st.caption(WHERE)
    rows = [
        {"What": one.what, "Is": one.value, "Setting": one.setting}
        for one in installation.fixed(open_building(), actor)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


actor = open_room(practice_settings.READ, "see the practice's settings")
st.title("Practice")
with said_plainly():
    now = practice_settings.shown(open_building(), actor)
    sitting = sit_down(now, locked=not may_do(actor, practice_settings.EDIT))
    if sitting.locked:
        st.caption("An administrator changes these settings.")
    review.newer(now, sitting)
    subjects = forms(actor)
    tabs = st.tabs([*subjects, "Installation", "History"])
    for tab, (subject, form) in zip(tabs, subjects.items(), strict=False):
        with tab:
            _subject(actor, sitting, subject, form)
    with tabs[-2]:
        _fixed(actor)
    with tabs[-1]:
        review.history(actor, now, zone_of(actor))
