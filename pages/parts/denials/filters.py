"""Above the list: narrow it by payer, reason and location; the choice stays in the address."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.parts.denials.address import FILTERS
from pages.parts.denials.sitting import Sitting

ALL = {"payer": "All payers", "carc": "All reasons", "location": "All locations"}


def toolbar(sitting: Sitting) -> None:
    """Draw the three filters in one line."""
    offered = (sitting.choices.payers, sitting.choices.carcs, sitting.choices.locations)
    with st.container(horizontal=True, gap="small", key="denial_filters"):
        for name, choices in zip(FILTERS, offered, strict=True):
            _filter(name, choices, getattr(sitting.narrowed, name))


def _filter(name: str, choices: Sequence[tuple[str, str]], now: str) -> None:
    words = {"": ALL[name]} | {
        value: f"{value}: {label}" if name == "carc" else label or value for value, label in choices
    }
    if now and now not in words:
        words[now] = now
    values, key = list(words), f"denial_filter_{name}"
    st.selectbox(
        ALL[name], values, index=values.index(now), format_func=words.__getitem__, key=key,
        label_visibility="collapsed", on_change=partial(_chosen, name, key),
    )  # fmt: skip


def _chosen(name: str, key: str) -> None:
    value = st.session_state[key]
    if value:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]
