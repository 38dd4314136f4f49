"""What the forms of macros and phrases share: their buttons, and their versions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.manage import clock_time, said_plainly
from services.desk import Actor
from services.management import Managed
from services.reply_shelf.showing import Version

Body = TypeVar("Body")


def buttons(
    actor: Actor, save: Managed[Any, Any], remove: Managed[Any, Any], id: UUID | None,
    now: Body, wanted: Body, told: str,
) -> None:  # fmt: skip
    """Save what is *wanted*, or remove it; without *id* it is new. ``told`` says that it is kept."""
    with st.container(horizontal=True):
        if st.button(
            save.label, type="primary", help=save.help, disabled=wanted == now, key=save.verb
        ):
            with said_plainly():
                save(open_building(), actor, wanted, id, now if id else None)
                st.toast(told)
                st.rerun()
        if id and st.button(remove.label, help=remove.help, key=remove.verb):
            with said_plainly():
                remove(open_building(), actor, id, now)
                st.rerun()


def versions(
    kept: Sequence[Version], zone: ZoneInfo, words: Callable[[Mapping[str, Any]], str]
) -> None:
    """Who kept which version when, and what it was in *words*."""
    if not kept:
        return
    many = "1 version" if len(kept) == 1 else f"{len(kept)} versions"
    with st.expander(many, icon=":material/history:"):
        for version in kept:
            st.caption(f"{version.number}.  {clock_time(version.at, zone)}  {version.by}")
            st.text(words(version.body))
