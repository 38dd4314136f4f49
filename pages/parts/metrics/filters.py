"""Days and places to choose from; what is chosen stands in the address."""

from datetime import date, timedelta

import streamlit as st

from pages.parts.metrics.address import HEADLINES, Address, go
from services.metrics.definitions import DESKS_IN_ORDER
from services.metrics.loading import BY, Narrow
from services.metrics.report import Report, Span

PRESETS = (7, 30, 90, 365)


def filters(found: Report, address: Address, today: date) -> None:
    """One line: days, then every place and payer of which anything is known."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="metrics-filters"):
        _days(address, today)
        chosen = {by: _choice(found, address, by) for by in BY if found.choices.get(by)}
        narrow = Narrow(**(vars(address.narrow) | chosen))
    if narrow != address.narrow:
        go(address, narrow=narrow)


def _days(address: Address, today: date) -> None:
    span = address.span
    for days in PRESETS:
        preset = Span(today - timedelta(days=days - 1), today)
        now = preset == span
        if st.button(f"{days} days", key=f"days/{days}", type="primary" if now else "secondary"):
            go(address, span=preset, day=None)
    picked = st.date_input(
        "Days", (span.first, span.last), max_value=today, key=f"days/{span.first}/{span.last}",
        width=230,
    )  # fmt: skip
    if isinstance(picked, tuple) and len(picked) == 2 and picked != (span.first, span.last):
        go(address, span=Span(*picked), day=None)


def _choice(found: Report, address: Address, by: str) -> str:
    names = {"": f"Every {by}", **found.choices[by]}
    now = getattr(address.narrow, by)
    if now not in names:
        names[now] = now
    chosen = st.selectbox(
        by.capitalize(), list(names), index=list(names).index(now), width=200,
        format_func=lambda value: names[value], key=f"narrow/{by}/{now}",
    )  # fmt: skip
    return chosen or ""


def desks(address: Address) -> None:
    """Which group of tiles."""
    options = [HEADLINES, *DESKS_IN_ORDER]
    chosen = st.segmented_control(
        "Show", options, default=address.desk, key=f"desk/{address.desk}",
        label_visibility="collapsed",
    )  # fmt: skip
    if chosen and chosen != address.desk:
        go(address, desk=chosen)
