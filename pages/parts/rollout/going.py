"""How it goes: whether a shadow is ready for a pilot, and what a pilot has changed for whom."""

from collections.abc import Sequence

import streamlit as st

from db.vocabulary import Stage
from pages.parts.desk import open_building
from pages.parts.manage import Badge, clock_time, may_do
from pages.parts.rollout.shown import STAGE_BADGES, Shown
from services.desk import Actor, looking
from services.metrics.report import READ
from services.rollout import shadow
from services.rollout.shadow import Readiness, Standing
from services.rollout.verdicts import Judged, PilotVerdict, Row, Verdict, telling, words
from services.switches import WORKFLOWS

STANDINGS: dict[Standing, Badge] = {
    Standing.NONE: ("No shadow number", "gray", ":material/remove:"),
    Standing.FEW: ("Too few cases yet", "gray", ":material/hourglass_empty:"),
    Standing.BELOW: ("Below the bar", "red", ":material/error:"),
    Standing.NEAR: ("At the bar, not surely", "orange", ":material/warning:"),
    Standing.REACHED: ("The bar is reached", "green", ":material/check_circle:"),
}
VERDICTS: dict[Verdict, Badge] = {
    Verdict.EARLY: ("Too early", "gray", ":material/hourglass_empty:"),
    Verdict.NO_PAST: ("Nothing to compare with", "gray", ":material/remove:"),
    Verdict.BETTER: ("Better", "green", ":material/trending_up:"),
    Verdict.WORSE: ("Worse", "red", ":material/trending_down:"),
    Verdict.SAME: ("No clear change", "blue", ":material/trending_flat:"),
    Verdict.WITHIN: ("Within its target", "green", ":material/check_circle:"),
    Verdict.BEYOND: ("Beyond its target", "red", ":material/error:"),
    Verdict.UNCLEAR: ("Not clear yet", "gray", ":material/help:"),
}
ENDED: Badge = ("Ended", "gray", ":material/flag:")
WIDTHS = [2, 8]  # the longest verdict, and the sentence beside it
HOW = (
    "Each is compared with their own past: since the pilot began, with Foyer's suggestions, "
    "against as many days before it, by hand. Of a hundred such ranges 95 hold the true change, "
    "so of a hundred numbers that did not change about five look changed."
)


def going(actor: Actor, shown: Shown) -> None:
    """What is in shadow and how ready it is; what is or was in pilot and how it went."""
    with looking(open_building(), actor) as desk:
        unseen = shadow.in_shadow(desk)
    piloted = _verdicts(actor) if may_do(actor, READ) else ()
    if not (unseen or piloted):
        st.info("Nothing is in shadow or in pilot.", icon=":material/query_stats:")
    for ready in unseen:
        with st.container(border=True, gap="small"):
            _ready(ready, shown)
    for verdict in piloted:
        with st.container(border=True, gap="small"):
            _pilot(verdict, shown)
    if not may_do(actor, READ):
        st.caption("Managers and administrators see how a pilot goes.")


def _ready(ready: Readiness, shown: Shown) -> None:
    _head(ready.workflow, ready.place, Stage.SHADOW, STANDINGS[ready.standing], shown)
    if ready.instead:
        st.text(ready.instead)
        return
    if ready.missed:
        st.error(shadow.missed_said(ready), icon=":material/priority_high:")
    st.text(f"{shadow.agreement_said(ready).capitalize()}.")
    if not ready.missed:
        st.text("No urgency was missed.")
    if ready.categories:
        st.caption("By what people chose, the least agreed on first:")
        with st.container(gap=None):
            for one in ready.categories:
                st.text(f"{one.name.replace('_', ' ')}: {one.agreed:,} of {one.compared:,}")


def _head(workflow: str, place: str, stage: Stage, standing: Badge | None, shown: Shown) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{WORKFLOWS[workflow]}**")
        st.text(shown.place(place))
        for label, color, icon in (STAGE_BADGES[stage], *([standing] if standing else [])):
            st.badge(label, color=color, icon=icon)


def _pilot(found: PilotVerdict, shown: Shown) -> None:
    pilot = found.pilot
    _head(pilot.workflow, pilot.scope, Stage.PILOT, ENDED if pilot.ended else None, shown)
    ended = f" until {clock_time(pilot.ended, shown.zone)}" if pilot.ended else ""
    who = ", ".join(unit.name for unit in found.units)
    st.caption(f"Since {clock_time(pilot.began, shown.zone)}{ended}: {who}")
    if found.unknown:
        names = ", ".join(found.unknown)
        st.text(f"Not told apart: {names}. A provider says under “My preferences” on Notes which "
                "name is theirs in eCW.")  # fmt: skip
    if found.instead:
        st.text(found.instead)
    for judged in found.judged:
        _line(judged.metric.title, judged, judged.together)
    _each(found)
    if found.judged:
        st.caption(HOW)


def _line(title: str, judged: Judged, row: Row) -> None:
    label, color, icon = VERDICTS[row.verdict]
    left, right = st.columns(WIDTHS, gap="small")
    left.badge(label, color=color, icon=icon)
    with right, st.container(gap=None):
        st.text(f"{title}: {_rest(words.sentence(judged, row))}")
        st.caption(words.counts(judged, row))


def _rest(sentence: str) -> str:
    return sentence.partition(": ")[2]  # the badge says the verdict itself


def _each(found: PilotVerdict) -> None:
    """By name, whoever does best; seen by those who may read metrics."""
    if not any(judged.each for judged in found.judged):
        return
    with st.expander("Each by name", icon=":material/person:"):
        for unit in found.units:
            st.markdown(f"**{unit.name}**")
            for judged, row in _rows_of(unit.name, found.judged):
                _line(judged.metric.title, judged, row)


def _rows_of(name: str, judged: Sequence[Judged]) -> list[tuple[Judged, Row]]:
    return [(one, row) for one in judged for row in one.each if row.who == name]


def _verdicts(actor: Actor) -> Sequence[PilotVerdict]:
    return [verdict for workflow in WORKFLOWS for verdict in _kept(actor, workflow)]


def _kept(actor: Actor, workflow: str) -> Sequence[PilotVerdict]:
    """Worked out once for what is known now: every click on this page draws it again."""
    key = f"rollout/verdicts/{workflow}"
    with looking(open_building(), actor) as desk:
        now = (actor.staff_id, telling.stamp(desk, workflow))
    kept = st.session_state.get(key)
    if kept is None or kept[0] != now:
        kept = (now, telling.verdicts(open_building(), actor, workflow))
        st.session_state[key] = kept
    found: Sequence[PilotVerdict] = kept[1]
    return found
