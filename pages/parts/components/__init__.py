"""The page's own controls: scripts and styles beside this file, sent inline, asking nobody outside.

They show patients' words with ``textContent`` alone, and what they report back names the
record and the version the person saw.
"""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

HERE = Path(__file__).parent


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _component(name: str, *more: str, like: str = "", script: str = "") -> ComponentRenderer:
    looks = ("palette", *like.split(), name)
    return st.components.v2.component(
        f"foyer.{name}",
        html='<div class="root"></div>',
        css="".join(_text(f"{look}.css") for look in looks),
        js="".join(_text(f"{part}.js") for part in ("kit", *more, script or name)),
    )


queue = _component("queue", "queue_keys")
item = _component("item")
chart = _component("chart")
editor = _component("editor")
pulse = _component("pulse")
page_style = st.components.v2.component(
    "foyer.page_style", css=_text("page.css"), isolate_styles=False
)
intake_list = _component("intake_list", "intake_zone", "intake_keys", "list_keys", like="queue")
intake_source = _component("intake_source", "intake_zone")
intake_review = _component(
    "intake_review", "intake_zone", "intake_acting", "intake_fields", "intake_leaving"
)
intake_page = st.components.v2.component(
    "foyer.intake_page", css=_text("intake_page.css"), isolate_styles=False
)
denial_list = _component(
    "denial_list",
    "intake_zone",
    "denial_keys",
    "list_keys",
    like="queue intake_list",
    script="intake_list",
)
denial_review = _component("denial_review", "intake_zone", like="intake_review")
denial_page = st.components.v2.component(
    "foyer.denial_page", css=_text("denial_page.css"), isolate_styles=False
)
claims_list = _component(
    "claims_list", "intake_zone", "claims_keys", "list_keys",
    like="queue intake_list", script="intake_list",
)  # fmt: skip
claims_open = _component("claims_open", "intake_zone", like="intake_review")
claims_page = st.components.v2.component(
    "foyer.claims_page", css=_text("claims_page.css"), isolate_styles=False
)
visits_page = st.components.v2.component(
    "foyer.visits_page", css=_text("visits_page.css"), isolate_styles=False
)
note_changes = _component("note_changes")
note_clock = st.components.v2.component("foyer.note_clock", js=_text("note_clock.js"))


def nothing() -> None:
    """Streamlit keeps a component's values only where a callback is named."""
