"""The open visit: who, one click to approve, what stands in the way, then its codes and their arithmetic."""

from typing import Any

import streamlit as st

from db.charges import ChargeState
from pages.parts.charges import arithmetic, codes, words
from pages.parts.charges.wishes import CLICKS, ask_note, note_shown
from pages.parts.manage import clock_time
from pages.parts.plain import harmless
from services.actions import Action
from services.container import Container
from services.desk import Actor
from services.workflows.charges import approving, editing
from services.workflows.charges.comparing import Comparison
from services.workflows.charges.reading import READ_NOTE, OpenCharges


def show(container: Container, actor: Actor, visit: OpenCharges) -> None:
    """Draw *visit*. Everything that the note says is plain text."""
    _who(visit)
    _buttons(visit)
    _obstacles(visit)
    if visit.compared:
        _compared(visit.compared)
    codes.show(visit)
    arithmetic.show(visit.codes)
    _note(container, actor, visit)
    _history(visit)


def _who(visit: OpenCharges) -> None:
    row, zone = visit.row, visit.options.zone
    label, color, icon = words.STATES[row.state]
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(harmless(row.patient), width="content", anchor=False)
            st.badge(label, color=color, icon=icon)
        signed = f"signed {clock_time(row.signed_at, zone)}" if row.signed_at else "not signed"
        st.caption(
            f"{clock_time(row.visit_at, zone)} · {harmless(row.provider)} · {harmless(row.location)} · {signed}"
        )


def _buttons(visit: OpenCharges) -> None:
    row, count = visit.row, len(visit.codes.charged()) - len(visit.standing)
    with st.container(horizontal=True, vertical_alignment="center"):
        if row.state is ChargeState.READY:
            _button(visit, approving.approve, kind="primary", shortcut="a",
                    disabled=bool(visit.cannot_send) or not visit.codes.charged())  # fmt: skip
            _button(visit, editing.set_aside)
            if visit.cannot_send:
                _button(visit, approving.entered_by_hand)
        if row.state is ChargeState.SENDING and "held" in visit.standing.values():
            _button(visit, approving.take_back, shortcut="u")
        if row.state is ChargeState.AMENDED:
            _button(visit, approving.corrected, kind="primary")
        if row.state is ChargeState.SET_ASIDE:
            _button(visit, editing.reopen)
    if row.state is ChargeState.READY and not visit.cannot_send and count > 0:
        told = words.count(count, "charge", "charges")
        st.caption(f"Enters {told} in eCW for this visit; each is read back there.")


def _button(
    visit: OpenCharges, act: Action[Any], *, kind: Any = "secondary",
    shortcut: str | None = None, disabled: bool = False,
) -> None:  # fmt: skip
    if act.verb in visit.verbs:
        st.button(
            act.label, key=f"{act.verb}/{visit.row.id}", help=act.help, type=kind,
            shortcut=shortcut, disabled=disabled, on_click=CLICKS.wish, args=(act, visit.row.target),
        )  # fmt: skip


def _obstacles(visit: OpenCharges) -> None:
    """Everything that a biller should know before the click, each with the next step."""
    if visit.row.trouble:
        is_calm = visit.row.state in (ChargeState.DONE, ChargeState.SET_ASIDE)
        (st.info if is_calm else st.error)(visit.row.trouble, icon=":material/report:")
    if visit.difference and visit.row.state is ChargeState.AMENDED:
        st.text(visit.difference)
    if visit.row.state is not ChargeState.READY:
        return
    if visit.cannot_send:
        st.warning(f"Nothing can be sent: {visit.cannot_send}", icon=":material/lock:")
    for one in visit.warnings:
        said = "The claim would be held" if one.holds else "The claim's rules warn"
        st.warning(f"{said}: {one.sentence} {one.fix}", icon=":material/rule:")


def _compared(found: Comparison) -> None:
    told = words.count(found.claims, "claim", "claims")
    both = " (two visits of that day are counted together)" if found.together > 1 else ""
    if found.is_same:
        st.success(f"Billed as approved, in {told}{both}.", icon=":material/done_all:")
        return
    parts = []
    if found.not_billed:
        parts.append(f"approved and not billed: {', '.join(found.not_billed)}")
    if found.not_approved:
        parts.append(f"billed and not approved here: {', '.join(found.not_approved)}")
    st.warning(f"Billed otherwise than approved, in {told}{both}.", icon=":material/difference:")
    st.text("; ".join(parts))


def _note(container: Container, actor: Actor, visit: OpenCharges) -> None:
    if READ_NOTE not in visit.verbs or visit.row.signed_at is None:
        return
    shown = note_shown(container, actor, visit.row.id)
    if not shown:
        st.button(
            "Open the whole note", key=f"note/{visit.row.id}", icon=":material/description:",
            on_click=ask_note, type="tertiary",
            help="The sentences above are what the codes rest on. Opening all of it is on record.",
        )  # fmt: skip
    for place, (title, text) in enumerate(shown):
        with st.container(border=True, key=f"section-{place}", gap="xxsmall"):
            st.caption(harmless(title))
            st.text(text)


def _history(visit: OpenCharges) -> None:
    zone = visit.options.zone
    if visit.approved_by:
        st.caption(f"Approved by {visit.approved_by}, {clock_time(visit.approved_at, zone)}")
    if not visit.sent:
        return
    with st.expander(f"What was sent ({len(visit.sent)})"):
        for code, sent in visit.sent:
            state = words.DELIVERIES.get(sent.state, sent.state)
            st.text(f"{clock_time(sent.at, zone)}  {code}: {state}. {sent.error}")
