"""Replies: the practice's approved wordings, macros and phrases, written here and offered in the inbox."""

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.manage import open_room, said_plainly, zone_of
from pages.parts.settings.macro_form import macros
from pages.parts.settings.phrase_form import phrases
from pages.parts.settings.replies import replies
from services import reply_shelf
from services.reply_shelf.showing import READ

actor = open_room(READ, "see the practice's replies")
zone = zone_of(actor)
st.title("Replies")
st.caption(
    "What stands here is offered in the inbox, in macros and for several messages at once. A "
    "wording counts once somebody who did not write it has approved it."
)
with said_plainly():
    shelf = reply_shelf.shelf(open_building(), actor)
    wordings_tab, macros_tab, phrases_tab = st.tabs(["Wordings", "Macros", "Phrases"])
    with wordings_tab:
        replies(actor, shelf, zone)
    with macros_tab:
        macros(actor, shelf, zone)
    with phrases_tab:
        phrases(actor, shelf, zone)
st.caption("What engines are told before they draft is on the page Prompts.")
