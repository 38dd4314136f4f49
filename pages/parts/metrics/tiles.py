"""Tiles: a number, its change, what was before, its target in colour and in words."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.parts.manage import Badge
from pages.parts.metrics.address import HEADLINES, Address, go
from services.metrics.definitions.definition import Good, Standing
from services.metrics.headlines import headlines
from services.metrics.report import Reading, Report
from services.metrics.words import change_said, said, wish_said

BADGES: Mapping[Standing, Badge] = {
    Standing.EXCELLENT: ("Excellent", "green", ":material/star:"),
    Standing.MET: ("Target met", "green", ":material/check:"),
    Standing.MISSED: ("Target missed", "red", ":material/warning:"),
    Standing.FAR_OFF: ("Far off target", "red", ":material/error:"),
    Standing.NONE: ("No target", "gray", ":material/remove:"),
}
NO_DATA: Badge = ("No data", "gray", ":material/remove:")
WIDTH, HEIGHT = 264, 236  # the same for all, so that rows are rows


def tiles(found: Report, address: Address) -> None:
    """The tiles of the chosen desk; among the headlines also whatever misses its target."""
    shown = chosen(found, address.desk)
    if not shown:
        st.info("Nothing is known of these days yet.", icon=":material/info:")
    with st.container(horizontal=True, key="metrics-tiles"):
        for reading in shown:
            tile(reading, address)


def chosen(found: Report, desk: str) -> Sequence[Reading]:
    """The readings of a desk, in their order."""
    if desk != HEADLINES:
        return [r for r in found.readings if r.metric.desk == desk]
    return headlines(found)


def tile(reading: Reading, address: Address) -> None:
    """One tile, with a button that opens its chart and rows."""
    metric = reading.metric
    with st.container(
        border=True,
        width=WIDTH,
        height=HEIGHT,
        gap="xsmall",
        key=f"tile-{metric.id.replace('.', '-')}",
    ):
        st.metric(
            metric.title, _plain(said(metric.unit, reading.now.value)),
            delta=change_said(reading) or None, delta_color=_colour(reading),
            help=explained(reading),
        )  # fmt: skip
        label, colour, icon = BADGES[reading.standing] if reading.now.count else NO_DATA
        wanted = reading.wanted.target
        wish = f": {wish_said(metric, wanted)}" if wanted is not None and reading.now.count else ""
        st.badge(_plain(label + wish), color=colour, icon=icon)
        st.caption(_plain(_beneath(reading)))
        if st.button("Chart and rows", key=f"open/{metric.id}", type="tertiary",
                     icon=":material/show_chart:"):  # fmt: skip
            go(address, metric=metric.id, day=None)


def _beneath(reading: Reading) -> str:
    baseline = reading.wanted.baseline
    told = [f"{reading.now.count:,} counted"]
    if baseline is not None:
        told.insert(0, f"baseline {said(reading.metric.unit, baseline)}")
    return " · ".join(told)


def explained(reading: Reading) -> str:
    """What stands behind the (i): definition, formula, source, target and baseline with who says so."""
    metric, wanted = reading.metric, reading.wanted
    told = [metric.what, f"Formula: {metric.formula}.", f"Source: {metric.source}."]
    if wanted.target is not None:
        by = "your practice" if wanted.own_target else metric.target_from
        told.append(f"Target: {wish_said(metric, wanted.target)} ({by}).")
    if metric.floor is not None and not wanted.own_target:
        told.append(f"Far off beyond {said(metric.unit, metric.floor)}.")
    if metric.excellent is not None and not wanted.own_target:
        told.append(f"Excellent from {said(metric.unit, metric.excellent)}.")
    if wanted.baseline is not None:
        by = "your practice" if wanted.own_baseline else metric.baseline_from
        told.append(f"Baseline: {said(metric.unit, wanted.baseline)} ({by}).")
    return _plain("\n\n".join([*told, f"Id: {metric.id}"]))


def _colour(reading: Reading) -> "st.elements.metric.DeltaColor":
    match reading.metric.good:
        case Good.UP:
            return "normal"
        case Good.DOWN:
            return "inverse"
    return "off"


def _plain(text: str) -> str:
    return text.replace("$", r"\$")
