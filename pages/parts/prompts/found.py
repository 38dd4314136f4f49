"""What a replay found: urgent misses first, then agreement by category, then what would change."""

from uuid import UUID

import pandas as pd
import streamlit as st

from db.prompt_replays import ReplayItem
from db.vocabulary import Category
from pages.parts.desk import open_building
from pages.parts.manage import may_do, said_plainly
from pages.parts.prompts.words import way
from services.desk import Actor
from services.practice_settings.fields import CATEGORIES
from services.prompts import showing
from services.prompts.comparing import Verdict, is_extra, misses
from services.prompts.readiness import UNTESTED, blocked
from services.prompts.showing import ReplayShown

SHOWN = 25
OPENED = "prompts/opened"


def result(actor: Actor, replay: ReplayShown) -> None:
    """The whole verdict, worst first."""
    found = replay.found
    if why := blocked(found):
        st.error(why, icon=":material/block:")
    else:
        _cleared(found)
    _numbers(found)
    _by_category(found)
    _changed(actor, replay)


def _cleared(found: Verdict) -> None:
    if not found.urgent:
        st.warning(UNTESTED, icon=":material/help:")
        return
    st.success(
        f"Of {found.urgent} urgent messages none is missed that is found today.",
        icon=":material/check:",
    )


def _numbers(found: Verdict) -> None:
    known = f"of {found.compared} that the version in force answered itself"
    with st.container(horizontal=True):
        st.metric(
            "Extra urgent misses",
            found.extra,
            border=True,
            help="Urgent for people, less for this version, and not known to be missed today.",
        )
        st.metric(
            "Urgent misses",
            found.misses,
            border=True,
            help=f"In force today: {found.live_misses}, {known}.",
        )
        st.metric(
            "Raised to urgent",
            found.raised,
            border=True,
            help="Less than urgent for people, urgent for this version.",
        )
        st.metric(
            "Same category",
            found.category.percent,
            border=True,
            help=f"In force today: {found.live_category.percent} {known}.",
        )
        st.metric(
            "Same urgency",
            found.urgency.percent,
            border=True,
            help=f"In force today: {found.live_urgency.percent} {known}.",
        )
    if found.inside:
        st.caption(
            f"{found.inside} messages stay in the building because something in them names a "
            "person: the built-in engine sorts those whatever the instructions, so they do not count."
        )
    if found.compared < found.answered + found.failed:
        st.caption(
            f"Of these messages, {found.compared} were answered by the version in force itself; "
            "of the others nobody knows what it would have said, so a miss there counts as extra."
        )  # fmt: skip


def _by_category(found: Verdict) -> None:
    rows = [
        {
            "As people decided": CATEGORIES[Category(line.category)],
            "Messages": line.new.of,
            "This version agrees": line.new.percent,
            "In force agrees": line.live.percent,
        }
        for line in found.by_category
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _changed(actor: Actor, replay: ReplayShown) -> None:
    st.markdown(f"**Sorted otherwise than people or today's version did ({len(replay.changed)})**")
    if not replay.changed:
        st.caption("None.")
        return
    reads = may_do(actor, "inbox.read")
    if not reads:
        st.caption("The messages themselves are opened by whoever may read the inbox.")
    for item in replay.changed[:SHOWN]:
        _item(actor, item, reads)
    if len(replay.changed) > SHOWN:
        st.caption(f"The {SHOWN} worst are listed.")


def _item(actor: Actor, item: ReplayItem, reads: bool) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            if is_extra(item):
                st.badge("Extra urgent miss", color="red", icon=":material/priority_high:")
            elif misses(item):
                st.badge("Urgent miss, today as well", color="orange", icon=":material/warning:")
            st.text(way(item), width="stretch")
            is_open = st.session_state.get(OPENED) == item.id
            if reads and st.button("Close" if is_open else "Open", key=f"prompts/open/{item.id}"):
                st.session_state[OPENED] = None if is_open else item.id
                st.rerun()
        if item.why:
            st.caption(item.why)
        if reads and is_open:
            _opened(actor, item.id)


def _opened(actor: Actor, id: UUID) -> None:
    """The message, both drafts and what people sent, side by side."""
    with said_plainly():
        seen = showing.opened(open_building(), actor, id)
        columns = st.columns(4)
        texts = (
            ("The patient", f"{seen.subject}\n\n{seen.text}".strip()),
            ("Draft of this version", seen.new_draft or "No draft."),
            ("Draft in force", seen.live_draft or "Not kept."),
            ("What was sent", seen.sent or "Nothing was sent."),
        )
        for column, (title, text) in zip(columns, texts, strict=True):
            column.caption(title)
            column.text(text)
