"""The replay of a version: its price first, then how far it is, then what it found."""

from collections.abc import Mapping

import streamlit as st

from db.prompt_replays import ItemState, ReplayState
from pages.parts.desk import open_building, signed_in
from pages.parts.manage import REFRESH, may_do, said_plainly
from pages.parts.prompts.found import result
from pages.parts.prompts.words import on
from services.desk import Actor
from services.prompts import replaying, showing
from services.prompts.books import NO_DECISIONS
from services.prompts.estimating import SIZES, USUAL, Estimate, estimate
from services.prompts.showing import ReplayShown, Shown, is_running
from services.purse import MICRODOLLARS

WHAT = (
    "The last messages that people here dealt with and that are still kept go through a version, "
    "and what it says is compared with what people decided. Nothing is shown to staff, nothing is "
    "sent, and names and numbers stay in the building as always. The facts are those of the chart "
    "as it is now."
)
ENDED: Mapping[ReplayState, str] = {
    ReplayState.FINISHED: "Finished",
    ReplayState.STOPPED: "Stopped",
}


def bench(actor: Actor, now: Shown) -> None:
    """Choose a version; replay it, or look at what its replay found."""
    if not now.book.compares:
        st.info(NO_DECISIONS, icon=":material/group:")
        return
    st.caption(WHAT)
    if not now.versions:
        st.info("Write a version first, under Write.", icon=":material/edit_note:")
        return
    numbers = [card.row.number for card in now.versions]
    number = st.selectbox(
        "Version", numbers, format_func=lambda one: f"Version {one}", width=240,
        key=f"prompts/bench/{now.newest}",
    )  # fmt: skip
    replay = showing.replay(open_building(), actor, now.book.key, number)
    if is_running(replay):
        _progress(now.book.key, number)
        return
    if may_do(actor, replaying.start.verb):
        _begin(actor, now, number, replay)
    if replay is not None:
        _ended(actor, now, replay)


def _begin(actor: Actor, now: Shown, number: int, replay: ReplayShown | None) -> None:
    """How many, what it will take, and the button; in that order, so that nobody is surprised."""
    if now.engine != "claude":
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = st.selectbox(
            "Past messages", SIZES, SIZES.index(USUAL), key=f"prompts/size/{number}", width=160,
            format_func=lambda one: f"the last {one}",
        )  # fmt: skip
        asked = st.button(
            replaying.start.label if replay is None else "Replay again", icon=":material/replay:",
            type="primary" if replay is None else "secondary", key=f"prompts/start/{number}",
            help=replaying.start.help,
        )  # fmt: skip
    told = estimate(open_building(), actor, now.book.key, size)
    st.text(_price(told))
    if asked:
        with said_plainly():
            replaying.start(open_building(), actor, now.book.key, number, size)
            st.rerun()


def _price(told: Estimate) -> str:
    if not told.messages:
        return "Nobody has dealt with a message yet that could be replayed."
    basis = "by what answers cost here" if told.measured else "a guess, nothing was answered yet"
    waits = (
        f" That is more than replays may use today (${told.left_today / MICRODOLLARS:,.2f} left): "
        "it pauses and goes on tomorrow."
        if told.waits
        else ""
    )
    return f"{told.messages} messages, {told.words} ({basis}).{waits}"


@st.fragment(run_every=REFRESH)
def _progress(key: str, number: int) -> None:
    """How far it is, by itself up to date, and the button that stops it."""
    actor = signed_in()
    replay = showing.replay(open_building(), actor, key, number)
    if replay is None or not is_running(replay):
        st.rerun()
        return
    total = replay.found.total
    st.progress(
        replay.settled / total if total else 0.0,
        f"{replay.settled} of {total} messages, ${replay.found.microdollars / MICRODOLLARS:,.2f} "
        f"so far. {replay.found.extra} extra urgent misses.",
    )
    if replay.row.why:
        st.warning(f"It pauses. {replay.row.why} It goes on by itself.", icon=":material/pause:")
    if may_do(actor, replaying.stop.verb) and st.button(
        replaying.stop.label, icon=":material/stop:", help=replaying.stop.help,
        key=f"prompts/stop/{replay.row.id}",
    ):  # fmt: skip
        with said_plainly():
            replaying.stop(open_building(), actor, replay.row.id)
            st.rerun()


def _ended(actor: Actor, now: Shown, replay: ReplayShown) -> None:
    row = replay.row
    began = f"Replayed by {replay.by} on {on(row.created_at, now.zone)}"
    st.caption(f"{began}. {ENDED.get(row.state, '')}: {replay.settled} of {replay.found.total}, "
               f"${replay.found.microdollars / MICRODOLLARS:,.2f}. {row.why}")  # fmt: skip
    if may_do(actor, replaying.resume.verb) and now.engine == "claude":
        _go_on(actor, replay)
    if replay.settled:
        result(actor, replay)


def _go_on(actor: Actor, replay: ReplayShown) -> None:
    left = replay.counts.get(ItemState.WAITING, 0) + replay.counts.get(ItemState.FAILED, 0)
    if left and st.button(
        f"{replaying.resume.label} ({left} without an answer)", icon=":material/play_arrow:",
        help=replaying.resume.help, key=f"prompts/resume/{replay.row.id}",
    ):  # fmt: skip
        with said_plainly():
            replaying.resume(open_building(), actor, replay.row.id)
            st.rerun()
