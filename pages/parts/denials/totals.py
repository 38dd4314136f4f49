"""Above the worklist, folded: what was denied and what became of it; a click narrows the list."""

from datetime import timedelta

import streamlit as st

from pages.parts.denials.address import FILTERS
from pages.parts.denials.sitting import Sitting, Totals
from pages.parts.revenue.cards import cards
from pages.parts.revenue.words import BREAKDOWNS, LANES, name_of
from services.container import Container
from services.desk import Actor
from services.workflows.denials.totals import By, Counted, Fate, Narrow, broken_down, counted

KEPT = timedelta(seconds=30)  # a click in the list must not wait for totals to be counted anew
SHOWN = 6  # of the largest payers, reasons or locations
LABEL = "Totals: denied, in work, appealed, recovered, written off"


def totals(container: Container, actor: Actor, sitting: Sitting) -> None:
    """The fold. Closed it asks the database nothing."""
    folded = st.expander(
        LABEL, key="denial_totals", on_change="rerun", icon=":material/monitoring:"
    )
    if not folded.open:
        return
    found = _counted(container, actor, sitting)
    now = sitting.narrowed
    fate = Fate(now.fate) if now.fate else None
    narrow = Narrow(fate, now.payer, now.carc, now.location)
    with folded:
        cards(found, narrow, _choose)
        _breakdown(found, narrow)


def _counted(container: Container, actor: Actor, sitting: Sitting) -> Counted:
    """As it stands, at most half a minute old."""
    kept, now = sitting.totals, container.clock()
    if kept is None or (kept.word != sitting.word and now - kept.at >= KEPT):
        kept = sitting.totals = Totals(counted(container, actor), sitting.word, now)
    return kept.counted


def _choose(fate: Fate | None) -> None:
    """The list of what became so; without *fate* all that is open."""
    st.query_params["lane"] = LANES.get(fate, "closed") if fate else "open"
    if fate:
        st.query_params["fate"] = str(fate)
    else:
        st.query_params.pop("fate", None)
    st.rerun()


def _breakdown(found: Counted, narrow: Narrow) -> None:
    ways = [By(name) for name in FILTERS]
    by = st.segmented_control(
        "By", ways, default=By.PAYER, format_func=BREAKDOWNS.__getitem__, key="denial_by",
        label_visibility="collapsed",
    ) or By.PAYER  # fmt: skip
    parts = broken_down(found.cells, narrow, by)
    with st.container(horizontal=True, gap="small", key="denial_parts"):
        for number, (value, amount) in enumerate(list(parts.items())[:SHOWN]):
            dollars = rf"\${round(amount.denied_cents / 100):,}"
            # The widget's key is a number: a payer's word is no key, and its name no markup.
            label = f"{_plain(name_of(found, by, value))}  {dollars} ({amount.count:,})"
            if st.button(label, key=f"denial_part/{by}/{number}", type="tertiary") and value:
                st.query_params[by.value] = value
                st.rerun()


def _plain(name: str) -> str:
    """A name as a button may show it: cut, and without a mark that Markdown would read."""
    cut = name if len(name) <= 28 else f"{name[:27]}…"
    return "".join(f"\\{mark}" if mark in r"\`*_{}[]()#+-.!$~:<>|" else mark for mark in cut)
