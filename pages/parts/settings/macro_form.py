"""Macros of the practice: their steps, what they will do in words, and their versions."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import streamlit as st

from db.replies import Macro
from db.vocabulary import Category
from pages.parts.inbox.macros import macro_words
from pages.parts.manage import may_do
from pages.parts.settings import shelf_form
from services import reply_shelf
from services.desk import Actor
from services.practice_settings.fields import CATEGORIES
from services.reply_shelf import MacroBody, Shelf
from services.reply_shelf.macros import LONGEST, MOST_HOURS
from services.reply_shelf.showing import titles

NEW = "New macro"
NOTHING = MacroBody("", close=False)


def macros(actor: Actor, shelf: Shelf, zone: ZoneInfo) -> None:
    """Choose a macro, change its steps, and read what it will do before it is saved."""
    by_id: dict[UUID | None, Macro] = {macro.id: macro for macro in shelf.macros}
    chosen = st.selectbox(
        "Macro", [*by_id, None], format_func=lambda id: by_id[id].label if id else NEW,
        key="macros/choice",
    )  # fmt: skip
    macro = by_id[chosen] if chosen else None
    now = MacroBody.of(macro) if macro else NOTHING
    versions = shelf.macro_versions.get(macro.id, ()) if macro else ()
    wanted = _form(actor, shelf, now, f"macros/{chosen}/{len(versions)}")
    with st.container(border=True):
        st.text(_words(shelf, wanted))
        if wanted.template_key:
            _wording(shelf, wanted.template_key)
        if may_do(actor, reply_shelf.save_macro.verb):
            shelf_form.buttons(
                actor, reply_shelf.save_macro, reply_shelf.remove_macro, chosen, now, wanted,
                f"{wanted.label} is offered in the inbox from now on.",
            )  # fmt: skip
    shelf_form.versions(versions, zone, partial(_version, shelf))


def _form(actor: Actor, shelf: Shelf, now: MacroBody, key: str) -> MacroBody:
    locked = not may_do(actor, reply_shelf.save_macro.verb)
    offered, pools = titles(shelf.replies), shelf.options.pools
    left, right = st.columns(2, gap="large")
    label = left.text_input(
        "Name", now.label, max_chars=LONGEST, disabled=locked, key=f"{key}/label"
    )
    template = _menu(left, "Send the reply", offered, now.template_key, f"{key}/reply", locked)
    categories = {str(category): name for category, name in CATEGORIES.items()}
    category = _menu(right, "File under", categories, now.category, f"{key}/category", locked)
    pool = _menu(right, "Pass to", pools, now.pool, f"{key}/pool", locked)
    hours = left.number_input(
        "Snooze for hours", 0, MOST_HOURS, now.snooze_hours, disabled=locked, key=f"{key}/hours",
        help="0 does not snooze.",
    )  # fmt: skip
    close = right.checkbox("Close it afterwards", now.close, disabled=locked, key=f"{key}/close")
    return MacroBody(" ".join(label.split()), template, category, pool, close, hours)


def _menu(
    column: "st.delta_generator.DeltaGenerator", label: str, named: "dict[str, str]", now: str,
    key: str, locked: bool,
) -> str:  # fmt: skip
    keys = ["", *named, *([now] if now and now not in named else [])]
    return column.selectbox(
        label, keys, keys.index(now), disabled=locked, key=key,
        format_func=lambda one: named.get(one, f"{one} (not offered)") if one else "no",
    )  # fmt: skip


def _words(shelf: Shelf, wanted: MacroBody) -> str:
    steps = (wanted.template_key, wanted.category, wanted.pool, wanted.snooze_hours, wanted.close)
    if not any(steps):
        return "It does nothing yet."
    row = Macro(
        practice_id=UUID(int=0), label=wanted.label, template_key=wanted.template_key,
        category=str(Category(wanted.category)) if wanted.category else "", pool=wanted.pool,
        close=wanted.close, snooze_hours=wanted.snooze_hours,
    )  # fmt: skip
    return macro_words(row, shelf.options.pools)


def _wording(shelf: Shelf, key: str) -> None:
    """What a patient would read, as far as English shows it."""
    found = sorted(
        (one for one in shelf.replies if one.key == key and one.offered),
        key=lambda one: one.language,
    )
    if found:
        shown = reply_shelf.preview(found[0].text, shelf.options, shelf.practice_name)
        st.text(f"“{shown.text}”")
        if shown.missing:
            st.text(f"Nothing can fill: {', '.join(shown.missing)}.")


def _version(shelf: Shelf, kept: Mapping[str, Any]) -> str:
    body = MacroBody(**kept)
    return f"{body.label}. {_words(shelf, body)}"
