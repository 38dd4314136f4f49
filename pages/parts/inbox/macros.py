"""A macro before it is applied: its steps in words, and what the patient would read."""

from collections.abc import Mapping

import streamlit as st

from db.replies import Macro
from db.vocabulary import Category
from pages.parts.inbox import words
from pages.parts.inbox.deeds import again, perform
from pages.parts.inbox.sitting import Sitting
from services.container import Container
from services.desk import Actor
from services.workflows.inbox import sending, wordings
from services.workflows.inbox.choices import Choices
from services.workflows.inbox.reading import Item


def preview(container: Container, actor: Actor, sitting: Sitting, item: Item) -> None:
    """What the chosen macro would do here, in place of the reply, until applied or cancelled."""
    choices, key = sitting.choices, f"{item.conversation.id}/{item.conversation.version}"
    macro = next((m for m in choices.macros if m.id == sitting.macro), None) if choices else None
    if choices is None or macro is None:
        sitting.macro = None
        again()
        return
    with st.container(border=True, key="macro_preview"):
        st.text(f"{macro.label}. {macro_words(macro, choices.options.pools)}")
        text = _wording(container, actor, choices, item, macro)
        with st.container(horizontal=True):
            if st.button("Apply macro", key=f"apply/{key}/{macro.id}", type="primary",
                         shortcut="Shift+m", disabled=sitting.stale or text is None):  # fmt: skip
                act = sending.apply_macro
                perform(container, actor, sitting, act, item.target, macro, text or "")
                st.rerun()
            if st.button("Cancel", key=f"no_macro/{key}", shortcut="Esc"):
                sitting.macro = None
                again()


def _wording(
    container: Container, actor: Actor, choices: Choices, item: Item, macro: Macro
) -> str | None:
    if not macro.template_key:
        return ""
    found = [t for t in choices.templates if t.key == macro.template_key]
    if not found:
        st.text("Its wording is not approved any more.")
        return None
    language = item.chart.patient.language[:2] if item.chart else "en"
    wording = next((t for t in found if t.language == language), found[0])
    filled = wordings.fill(container, actor, item.conversation.id, wording.text)
    st.text(filled.text)
    if filled.missing:
        st.text(f"Not possible here. The chart does not say: {', '.join(filled.missing)}.")
        return None
    return filled.text


def macro_words(macro: Macro, pools: Mapping[str, str]) -> str:
    """What *macro* will do, step by step, in one sentence."""
    steps = [
        "send the wording below" if macro.template_key else "",
        f"file under {words.CATEGORY[Category(macro.category)]}" if macro.category else "",
        f"pass to {pools.get(macro.pool, macro.pool)}" if macro.pool else "",
        f"snooze for {macro.snooze_hours} h" if macro.snooze_hours else "",
        "close" if macro.close and not macro.snooze_hours else "",
    ]
    told = ", ".join(step for step in steps if step)
    return f"This will: {told}."
