"""Pools, who works through them, and which pool each kind of work goes to."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from db.vocabulary import Category, DocumentKind
from pages.parts.settings.sitting import Sitting, Wanted
from services.options import FRONT_DESK, PracticeOptions
from services.practice_settings.checks import FEW, NEEDED
from services.practice_settings.fields import CATEGORIES, DOCUMENTS, TEAMS
from services.practice_settings.reading import pool_key


def pools(sitting: Sitting) -> Wanted | None:
    """The pools by name, and the pools of each team."""
    options = sitting.shown.options
    with st.form(sitting.key("pools/form"), border=False):
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("**Pools**")
            kept = _named(sitting, options)
            new = st.text_input(
                "New pool", max_chars=FEW, disabled=sitting.locked, key=sitting.key("pools/new"),
                placeholder="Such as Triage nurses",
            )  # fmt: skip
        with right:
            st.markdown("**Who works through them**")
            teams = _teams(sitting, options)
        if not sitting.submit("pools"):
            return None
    if new.strip():
        kept[pool_key(new, options.pools)] = " ".join(new.split())
    return {"pools": kept, "teams": {**options.teams, **teams}}


def _named(sitting: Sitting, options: PracticeOptions) -> dict[str, str]:
    kept = {}
    for key, name in options.pools.items():
        field, gone = st.columns([3, 1], vertical_alignment="center")
        typed = field.text_input(
            f"Name of {name}", name, max_chars=FEW, disabled=sitting.locked,
            label_visibility="collapsed", key=sitting.key(f"pools/{key}"),
        )  # fmt: skip
        if key in NEEDED:
            gone.caption("always there")
        elif gone.checkbox("Remove", disabled=sitting.locked, key=sitting.key(f"pools/{key}/gone")):
            continue
        kept[key] = " ".join(typed.split())
    return kept


def _teams(sitting: Sitting, options: PracticeOptions) -> dict[Any, tuple[str, ...]]:
    return {
        role: tuple(
            st.multiselect(
                name, list(options.pools),
                [pool for pool in options.pools_of(role) if pool in options.pools],
                format_func=options.pools.__getitem__, disabled=sitting.locked,
                key=sitting.key(f"teams/{role}"),
            )
        )
        for role, name in TEAMS.items()
    }  # fmt: skip


def routing(sitting: Sitting) -> Wanted | None:
    """Which pool messages of each category and documents of each kind go to."""
    options = sitting.shown.options
    with st.form(sitting.key("routing/form"), border=False):
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("**Messages**")
            now = {c: options.routes.get(c, FRONT_DESK) for c in CATEGORIES}
            routes = _chosen(sitting, "message", CATEGORIES, now)
        with right:
            st.markdown("**Documents**")
            kinds = {k: options.route_of(k) for k in DOCUMENTS}
            documents = _chosen(sitting, "document", DOCUMENTS, kinds)
        if not sitting.submit("routing"):
            return None
    return _routed(options, routes, documents)


def _chosen(
    sitting: Sitting, what: str, names: Mapping[Any, str], now: Mapping[Any, str]
) -> dict[Any, str]:
    keys = list(sitting.shown.options.pools)
    chosen = {}
    for which, name in names.items():
        label, field = st.columns([1, 1], vertical_alignment="center")
        label.text(name)
        chosen[which] = field.selectbox(
            name, keys, keys.index(now[which]) if now[which] in keys else 0,
            format_func=sitting.shown.options.pools.__getitem__, disabled=sitting.locked,
            label_visibility="collapsed", key=sitting.key(f"{what}/{which}"),
        )  # fmt: skip
    return chosen


def _routed(
    options: PracticeOptions, routes: Mapping[Category, str], documents: Mapping[DocumentKind, str]
) -> Wanted:
    """Only what is routed elsewhere than today, so that defaults stay defaults."""
    moved = {c: p for c, p in routes.items() if p != options.routes.get(c, FRONT_DESK)}
    other = {k: p for k, p in documents.items() if p != options.route_of(k)}
    return {
        "routes": {**options.routes, **moved},
        "document_routes": {**options.document_routes, **other},
    }
