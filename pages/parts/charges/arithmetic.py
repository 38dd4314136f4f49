"""How the level of the visit was reached: three columns, what counted in each, and what decides."""

import streamlit as st

from pages.parts.charges import words
from services.workflows.charges.coding import Arithmetic, Coding


def show(codes: Coding) -> None:
    """Draw the arithmetic and what the note does not say; names of problems are plain text."""
    if codes.arithmetic:
        _columns(codes.arithmetic)
    if codes.missing:
        _missing(codes.missing)


def _columns(found: Arithmetic) -> None:
    with st.container(border=True, key="arithmetic", gap="xxsmall"):
        st.markdown("**How the level was reached**")
        st.caption(f"{found.patient} Two of the three columns decide, or the time that is stated.")
        for place, (column, spot) in enumerate(zip(found.columns, st.columns(3), strict=True)):
            with spot, st.container(key=f"column-{place}", gap="xxsmall"):
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.markdown(f"**{column.name}**", width="content")
                    st.badge(column.level, color=words.LEVELS.get(column.level, "gray"))
                for item in column.items or ("nothing that counts",):
                    st.text(f"· {item}")
        for each in found.sums:
            st.text(each)
        if found.above:
            st.caption(found.above)


def _missing(missing: tuple[str, ...]) -> None:
    with st.container(border=True, key="missing", gap="xxsmall"):
        st.markdown("**What the note does not document**")
        for each in missing:
            st.text(f"· {each}")
        st.caption("Codes follow what was signed. A signed note is not added to for a code.")
