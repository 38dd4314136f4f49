"""Revenue: what was denied, what became of it, and that it adds up to the payers' files."""

from dataclasses import replace

import streamlit as st

from pages.parts.desk import open_building, signed_in
from pages.parts.manage import open_room, zone_of
from pages.parts.revenue import charts, proof
from pages.parts.revenue.cards import cards
from pages.parts.revenue.risk import risk
from pages.parts.revenue.words import BREAKDOWNS, CARDS, denials_address, name_of
from services.errors import NotAllowed, NotRolledOut
from services.workflows.denials.totals import By, Fate, Narrow, Revenue, revenue, total


def room() -> None:
    """The whole page as of now."""
    open_room("claims.read", "read revenue totals")
    st.title("Revenue")
    try:
        found = revenue(open_building(), signed_in())
    except (NotAllowed, NotRolledOut) as error:
        st.info(str(error), icon=":material/info:")
        return
    _draw(found)


def _draw(found: Revenue) -> None:
    narrow = _asked()
    if found.simulated:
        st.caption("Simulated history: these payers and patients do not exist.")
    proof.warnings(found)
    cards(found, narrow, lambda fate: _go(replace(narrow, fate=fate)))
    _narrowed(found, narrow)
    _breakdown(found, narrow)
    proof.proof(found.reconciled)
    risk(found, zone_of(signed_in()))


def _asked() -> Narrow:
    asked = st.query_params
    fate = asked.get("fate", "")
    return Narrow(
        Fate(fate) if fate in [*Fate] else None, asked.get("payer", ""), asked.get("carc", ""),
        asked.get("location", ""), asked.get("month", ""),
    )  # fmt: skip


def _go(narrow: Narrow) -> None:
    """The page with these filters; they stand in its address, so that it can be kept and shared."""
    told = {name: str(value) for name, value in vars(narrow).items() if value}
    st.query_params.from_dict({**told, "by": st.query_params.get("by", By.PAYER)})
    st.rerun()


def _narrowed(found: Revenue, narrow: Narrow) -> None:
    """What is counted now, how to count everything again, and the denials behind it."""
    amount = total(found.cells, narrow)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"Below: {_told(found, narrow)}, {amount.count:,} denials", width="content")
        if narrow != Narrow() and st.button("Show all", key="all", icon=":material/close:"):
            _go(Narrow())
        st.link_button("Open in Denials", denials_address(narrow), icon=":material/list:")


def _told(found: Revenue, narrow: Narrow) -> str:
    chosen = [name_of(found, by, value) for by in By if (value := getattr(narrow, by.value))]
    if narrow.fate:
        chosen.insert(0, CARDS[narrow.fate][0] if narrow.fate in CARDS else str(narrow.fate))
    return ", ".join(chosen) or "all denials"


def _breakdown(found: Revenue, narrow: Narrow) -> None:
    asked = st.query_params.get("by", By.PAYER)
    by = st.segmented_control(
        "By", [*By], default=By(asked) if asked in [*By] else By.PAYER,
        format_func=BREAKDOWNS.__getitem__, key="by",
    ) or By.PAYER  # fmt: skip
    st.query_params["by"] = by
    drawn, listed = st.tabs(["Chart", "Table"])
    with listed:
        charts.table(found, narrow, by)
    with drawn:
        clicked = charts.chart(found, narrow, by)
        st.caption("Click a bar to see what it is made of.")
    if clicked:
        _go(narrow.also(by, clicked))


room()
