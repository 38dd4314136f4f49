"""Whom a pilot reaches: chips for roles and people, and a share."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import streamlit as st

from db.vocabulary import Role
from pages.parts.rollout.shown import ROLES, Shown
from services.policy import may
from services.rollout.audience import Audience
from services.switches import Move

CHIPS = 16  # people that fit as chips; more are looked up by typing


def audience(move: Move, own: Audience | None, shown: Shown, key: str) -> Move:
    """*move* for whoever is chosen; at first for those whom *own* reaches."""
    opens = f"{move.workflow}.read"
    roles = st.pills(
        "Roles in the pilot", [role for role in ROLES if may(role, opens)],
        selection_mode="multi", wrap=True, format_func=ROLES.__getitem__,
        default=[Role(role) for role in own.roles] if own else [], key=f"{key}/roles",
    )  # fmt: skip
    pilots = _people(move, own, shown, key)
    percent = st.slider(
        "Share of " + (" and ".join(ROLES[role].lower() for role in roles) or "everybody"),
        0, 100, _share(own, bool(roles)), 5, "%d%%", key=f"{key}/percent/{bool(roles)}",
        help="The same people stay in it as the share grows. People chosen by name are in it "
        "besides.",
    )  # fmt: skip
    return replace(move, pilots=tuple(pilots), roles=tuple(roles), percent=percent)


def _share(own: Audience | None, named: bool) -> int:
    kept = own.percent if own else 0
    return kept or 100 * named  # whoever chooses a role means all of it at first


def _people(move: Move, own: Audience | None, shown: Shown, key: str) -> Sequence[UUID]:
    people = shown.readers(move.workflow)
    already = [UUID(pilot) for pilot in own.pilots] if own else []
    chosen = [id for id in already if id in people]
    if len(people) <= CHIPS:
        return st.pills(
            "People in the pilot", list(people), selection_mode="multi", wrap=True, default=chosen,
            format_func=people.__getitem__, key=f"{key}/pilots",
        )  # fmt: skip
    return st.multiselect(
        "People in the pilot", list(people), chosen, format_func=people.__getitem__,
        key=f"{key}/pilots",
    )  # fmt: skip
