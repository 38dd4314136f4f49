"""A practice's own red-flag phrases: added, changed, and tried on a sentence."""

import streamlit as st

from db.vocabulary import Urgency
from pages.parts.settings.sitting import Sitting, Wanted
from services.ai.redflags import assess_for
from services.practice_settings.checks import LINE

LEVELS = {
    Urgency.EMERGENCY: "Emergency",
    Urgency.URGENT: "Urgent",
    Urgency.TODAY: "Today",
}
FLOOR = (
    "The built-in rules cannot be changed or switched off here or anywhere. Your own phrases add "
    "to them: they raise a message, and nothing lowers what a rule has raised. They count for "
    "messages that arrive from now on."
)


def phrases(sitting: Sitting) -> Wanted | None:
    """The phrases with their levels, and room for another."""
    own = sitting.shown.options.red_flags
    st.caption(FLOOR)
    with st.form(sitting.key("red_flags/form"), border=False):
        kept: dict[str, Urgency] = {}
        for number, (phrase, level) in enumerate(own.items()):
            text, menu, gone = st.columns([3, 2, 1], vertical_alignment="center")
            text.text(phrase)
            chosen = _level(menu, sitting, f"red_flag/{number}", level)
            if not gone.checkbox(
                "Remove", disabled=sitting.locked, key=sitting.key(f"red_flag/{number}/gone")
            ):
                kept[phrase] = chosen
        new, menu, _ = st.columns([3, 2, 1], vertical_alignment="bottom")
        added = new.text_input(
            "Another phrase", max_chars=LINE, disabled=sitting.locked,
            key=sitting.key("red_flag/new"), placeholder="Such as my shunt",
        )  # fmt: skip
        raised = _level(menu, sitting, "red_flag/new/level", Urgency.URGENT)
        asked = sitting.submit("red_flags")
    _trial(sitting)
    if not asked:
        return None
    more = " ".join(added.split())
    return {"red_flags": kept | ({more: raised} if more else {})}


def _level(menu: "st.delta_generator.DeltaGenerator", sitting: Sitting, field: str,
           level: Urgency) -> Urgency:  # fmt: skip
    levels = list(LEVELS)
    return menu.selectbox(
        "Raises to", levels, levels.index(level), format_func=LEVELS.__getitem__,
        disabled=sitting.locked, key=sitting.key(field), label_visibility="collapsed",
    )  # fmt: skip


def _trial(sitting: Sitting) -> None:
    """What the rules and the kept phrases make of a sentence; nothing of it is kept."""
    said = st.text_input(
        "Try a sentence on the rules and the phrases that are saved", key=sitting.key("red_flag/try"),
        placeholder="My shunt hurts since this morning", help="What you type here is not kept.",
    )  # fmt: skip
    if not said.strip():
        return
    found = assess_for(sitting.shown.options.red_flags, said)
    if not found:
        st.text("Nothing is raised by this sentence.")
    for flag in found:
        st.text(f"{LEVELS.get(flag.level, 'Routine')}: “{flag.text}”. {flag.says}")
