"""Connections: every system Foyer talks to, how it is doing, and a test that a worker runs."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

import streamlit as st

from db.connections import Connection
from pages.parts.desk import open_building, signed_in
from pages.parts.manage import (
    REFRESH,
    Badge,
    ago,
    clock_time,
    may_do,
    open_room,
    said_plainly,
    zone_of,
)
from pages.parts.roads import name_of, standing
from services import connections
from services.connections import Board, LineCard
from services.connections.board import SignIn, Tested
from services.desk import Actor
from services.management import Managed

SIGN_INS: dict[str, Badge] = {
    "alive": ("Signed in", "green", ":material/key:"),
    "over": ("Signs in with the next call", "blue", ":material/key:"),
    "none": ("Not signed in", "gray", ":material/key:"),
    "held": ("eCW refuses the sign-in", "red", ":material/key_off:"),
}
NOT_SET: Badge = ("Not connected", "gray", ":material/link_off:")
TESTING: Badge = ("Testing", "blue", ":material/sync:")
WELL: Badge = ("Test went well", "green", ":material/check_circle:")
ILL: Badge = ("Test failed", "red", ":material/error:")


@st.fragment(run_every=REFRESH)
def everything() -> None:
    """All cards, up to date."""
    actor = signed_in()
    zone = zone_of(actor)
    with said_plainly():
        board = connections.board(open_building(), actor)
        for card in board.cards:
            with st.container(border=True):
                _card(actor, card, board, zone)


def _card(actor: Actor, card: LineCard, board: Board, zone: ZoneInfo) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{card.system.title}**", width=170)
        _badge(NOT_SET if not card.is_set else _verdict(card.tested))
        if card.is_set and card.tested and not card.tested.running:
            st.caption(f"tested {ago(card.tested.at, board.now)} by {card.tested.by}")
        st.space("stretch")
        if card.is_set:
            _buttons(actor, card, board)
    if not card.is_set:
        st.caption(f"{card.system.setting} in the installation's settings connects it.")
        return
    if card.tested and not card.tested.running:
        for told in card.tested.told:
            st.text(told)
    if card.line == "ecw":
        _sign_in(board, zone)
    for road in card.roads:
        _road(road, board, zone)


def _verdict(tested: Tested | None) -> Badge | None:
    if tested is None:
        return None
    if tested.running:
        return TESTING
    return WELL if tested.ok else ILL


def _badge(badge: Badge | None) -> None:
    if badge is not None:
        label, color, icon = badge
        st.badge(label, color=color, icon=icon)


def _buttons(actor: Actor, card: LineCard, board: Board) -> None:
    again, ask = connections.sign_in_again, connections.ask
    if card.line == "ecw" and board.sign_in.state == "held" and may_do(actor, again.verb):
        _button(again, partial(again, open_building(), actor), "connections/again")
    if may_do(actor, ask.verb):
        running = card.tested is not None and card.tested.running
        act = partial(ask, open_building(), actor, card.line)
        _button(ask, act, f"connections/test/{card.line}", disabled=running)


def _button(
    managed: Managed[..., None], act: Callable[[], None], key: str, *, disabled: bool = False
) -> None:
    if st.button(managed.label, help=managed.help, key=key, disabled=disabled):
        with said_plainly():
            act()
            st.rerun()


def _sign_in(board: Board, zone: ZoneInfo) -> None:
    calls = board.calls
    with st.container(horizontal=True, vertical_alignment="center"):
        _badge(SIGN_INS[board.sign_in.state])
        st.caption(_sign_in_words(board.sign_in, zone))
        st.space("stretch")
        st.progress(
            min(1.0, calls.made / calls.most), f"{calls.made} of {calls.most} calls this minute",
            width=280,
        )  # fmt: skip
    if calls.paused_until:
        st.text(f"eCW asked us to wait until {clock_time(calls.paused_until, zone)}.")


def _sign_in_words(sign_in: SignIn, zone: ZoneInfo) -> str:
    until = clock_time(sign_in.until, zone)
    match sign_in.state:
        case "alive":
            return f"until {until}, with {sign_in.permissions} permissions; renewed by itself"
        case "held":
            return f"{sign_in.reason} Tried again after {until}."
        case _:
            return ""


def _road(road: Connection, board: Board, zone: ZoneInfo) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(name_of(road), width=230)
        _badge(standing(road))
        if road.last_ok:
            st.caption(f"last went well {ago(road.last_ok, board.now)}")
        if road.state in ("down", "needs_authorization") and road.since:
            st.caption(f"since {clock_time(road.since, zone)}")
        for words in filter(None, (road.last_error, "" if road.able else road.reason)):
            st.caption(words.replace("$", r"\$"))


open_room(connections.READ, "see the connections")
st.title("Connections")
st.caption(
    "A page cannot call eCW: a test is written down and a worker runs it within seconds. It signs "
    "in and reads; it changes nothing on the other side."
)
everything()
