"""Versions of one prompt: what a draft still lacks, going live, and one click back."""

from functools import partial

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.manage import may_do, said_plainly
from pages.parts.prompts.words import STATES, on
from pages.parts.prompts.writing import changes
from services.desk import Actor
from services.prompts import versions
from services.prompts.live import SHIPPED
from services.prompts.readiness import Readiness
from services.prompts.showing import Shown, VersionCard

DRIFTED = "An update of Foyer changed the fixed part since this was written."


def list_versions(actor: Actor, now: Shown) -> None:
    """Newest first, and last the one that Foyer ships."""
    if not now.versions:
        st.info(
            "There is no version of your own yet: engines follow what Foyer ships. Write one under "
            "Write; nothing changes until it goes live.", icon=":material/edit_note:",
        )  # fmt: skip
    for card in now.versions:
        with st.container(border=True):
            _version(actor, now, card)
    with st.container(border=True):
        _shipped(actor, now)


def _version(actor: Actor, now: Shown, card: VersionCard) -> None:
    row = card.row
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"Version {row.number}")
        label, color, icon = STATES[row.state]
        st.badge(label, color=color, icon=icon)
        st.space("stretch")
        if row.live_at and row.number != now.live:
            _back(actor, now, row.number)
    st.text(row.note)
    st.caption(_told(now, card))
    if card.drifted:
        st.caption(DRIFTED)
    if card.ready is not None:
        _draft(actor, now, card, card.ready)
    with st.expander("Read it, and what is different from what is in force"):
        st.text(row.text)
        changes(f"prompts_version_{now.book.key}_{row.number}", now.live_text, row.text)


def _told(now: Shown, card: VersionCard) -> str:
    row = card.row
    parts = [
        f"written by {card.by} on {on(row.created_at, now.zone)}",
        f"approved by {card.approved_by}" if card.approved_by else "",
        f"in force since {on(row.live_at, now.zone)}, {row.because}"
        if row.live_at and row.number == now.live
        else "",
        f"in force first on {on(row.live_at, now.zone)}"
        if row.live_at and row.number != now.live
        else "",
        row.digest,
    ]
    return " · ".join(part for part in parts if part)


def _draft(actor: Actor, now: Shown, card: VersionCard, ready: Readiness) -> None:
    for why in ready.missing:
        st.warning(why, icon=":material/pending_actions:")
    if not ready.missing:
        st.success("Nothing is missing: it can go live.", icon=":material/check:")
    number, key = card.row.number, now.book.key
    approve = versions.approve
    may_approve = ready.second and not card.approved_by and not card.mine
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if may_approve and may_do(actor, approve.verb):
            act = partial(approve, open_building(), actor, key, number)
            if st.button(approve.label, help=approve.help, key=f"prompts/approve/{key}/{number}",
                         icon=":material/check:"):  # fmt: skip
                with said_plainly():
                    act()
                    st.rerun()
        if may_do(actor, versions.go_live.verb):
            _go_live(actor, now, number, bool(ready.missing))


def _go_live(actor: Actor, now: Shown, number: int, missing: bool) -> None:
    key = f"prompts/live/{now.book.key}/{number}"
    because = st.selectbox(
        "Because", list(versions.Because), index=None, placeholder="Choose a reason",
        format_func=str, key=f"{key}/because", width=320,
    )  # fmt: skip
    if st.button(
        versions.go_live.label, type="primary", icon=":material/rocket_launch:",
        help=versions.go_live.help, disabled=missing or because is None, key=key,
    ) and because is not None:  # fmt: skip
        with said_plainly():
            versions.go_live(open_building(), actor, now.book.key, number, now.live, because)
            st.toast(f"Version {number} is in force from the next question on.")
            st.rerun()


def _back(actor: Actor, now: Shown, number: int) -> None:
    revert = versions.revert
    if may_do(actor, revert.verb) and st.button(
        revert.label, icon=":material/undo:", help=revert.help,
        key=f"prompts/back/{now.book.key}/{number}",
    ):  # fmt: skip
        with said_plainly():
            revert(open_building(), actor, now.book.key, number, now.live)
            st.rerun()


def _shipped(actor: Actor, now: Shown) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(SHIPPED.capitalize().replace("foyer", "Foyer"))
        if not now.live:
            st.badge("In force", color="green", icon=":material/check_circle:")
        st.space("stretch")
        if now.live:
            _back(actor, now, 0)
    with st.expander("Read it"):
        st.text(now.book.prompt.own)
