"""The lists of a page, one shown at a time: each has an address, a count, and pages of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Lanes:
    """The lists of *page* by name: label and sentence of each; the first is shown unasked."""

    page: str
    label: str
    named: Mapping[str, tuple[str, str]]

    def asked(self) -> str:
        """Which list the address names."""
        first = next(iter(self.named))
        name = st.query_params.get("lane", first)
        return name if name in self.named else first

    def tabs(self, lane: str, counts: Mapping[str, int] | Mapping[str, str]) -> bool:
        """Draw the choice of lists under *lane*; whether another was chosen, now in the address."""
        chosen = (
            st.segmented_control(
                self.label,
                options=list(self.named),
                default=lane,
                format_func=lambda name: f"{self.named[name][0]} {counts[name]}",
                key=f"{self.page}_lane",
                label_visibility="collapsed",
            )
            or lane
        )
        st.caption(self.named[chosen][1])
        if chosen != lane:
            st.query_params["lane"] = chosen
        return bool(chosen != lane)

    def turned(self, lane: str) -> int:
        """Which page of *lane* is shown; another list begins at its first."""
        kept = st.session_state.get(self._key, ("", 0))
        return int(kept[1]) if kept[0] == lane else 0

    def pager(self, lane: str, page: int, *, more: bool) -> None:
        """Draw the buttons to the pages before and after, where there are any."""
        with st.container(horizontal=True):
            if page:
                st.button("Earlier", key="page-back", on_click=self._turn, args=(lane, page - 1))
            if more:
                st.button("Later", key="page-on", on_click=self._turn, args=(lane, page + 1))

    def _turn(self, lane: str, page: int) -> None:
        st.session_state[self._key] = (lane, page)

    @property
    def _key(self) -> str:
        return f"{self.page}.page"
