"""Phrases of the practice: an abbreviation, what it becomes, what a patient would read, its versions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import streamlit as st

from db.replies import Phrase
from pages.parts.manage import may_do
from pages.parts.settings import shelf_form
from services import reply_shelf
from services.desk import Actor
from services.reply_shelf import Shelf
from services.reply_shelf.phrases import LONGEST, PhraseBody
from services.reply_shelf.wordings import BLANKS

NEW = "New phrase"
HOW = (
    "In a reply, an abbreviation and a space become the phrase, with the patient's own facts in its "
    "blanks; the menu under the reply does the same. A person reads it before it leaves."
)


def phrases(actor: Actor, shelf: Shelf, zone: ZoneInfo) -> None:
    """Choose a phrase; the form on the left, what a patient would read on the right."""
    st.caption(HOW)
    by_id: dict[UUID | None, Phrase] = {phrase.id: phrase for phrase in shelf.phrases}
    chosen = st.selectbox(
        "Phrase", [*by_id, None], key="phrases/choice",
        format_func=lambda id: by_id[id].abbreviation if id else NEW,
    )  # fmt: skip
    phrase = by_id[chosen] if chosen else None
    now = PhraseBody.of(phrase) if phrase else PhraseBody("", "")
    versions = shelf.phrase_versions.get(str(chosen), ())
    left, right = st.columns(2, gap="large")
    with left:
        wanted = _form(actor, now, f"phrases/{chosen}/{len(versions)}")
        if may_do(actor, reply_shelf.save_phrase.verb):
            shelf_form.buttons(
                actor, reply_shelf.save_phrase, reply_shelf.remove_phrase, chosen, now, wanted,
                f"{wanted.abbreviation} is offered in replies from now on.",
            )  # fmt: skip
    with right:
        _preview(shelf, wanted.text)
    shelf_form.versions(versions, zone, _version)


def _form(actor: Actor, now: PhraseBody, key: str) -> PhraseBody:
    locked = not may_do(actor, reply_shelf.save_phrase.verb)
    abbreviation = st.text_input(
        "Abbreviation", now.abbreviation, max_chars=21, disabled=locked, placeholder=".hours",
        key=f"{key}/abbreviation",
    )  # fmt: skip
    text = st.text_area(
        "Becomes", now.text, height=140, max_chars=LONGEST, disabled=locked, key=f"{key}/text"
    )
    st.caption("Blanks that are filled in: " + ", ".join(f"{{{name}}}" for name in BLANKS))
    return PhraseBody(abbreviation.strip().lower(), text.strip())


def _preview(shelf: Shelf, text: str) -> None:
    st.markdown("**What a patient would read**")
    with st.container(border=True):
        shown = reply_shelf.preview(text, shelf.options, shelf.practice_name)
        st.text(shown.text or "Nothing yet.")
        if shown.missing:
            st.text(f"Nothing can fill: {', '.join(shown.missing)}.")
    st.caption("Names and visits are examples. What a chart does not say keeps a phrase from use.")


def _version(kept: Mapping[str, Any]) -> str:
    body = PhraseBody(**kept)
    return f"{body.abbreviation}  {body.text}"
