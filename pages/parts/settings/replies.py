"""One reply of the practice: written, previewed, approved by somebody else, with its versions."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

import streamlit as st

from db.vocabulary import Category
from pages.parts.desk import open_building
from pages.parts.manage import Badge, clock_time, may_do, said_plainly
from services import reply_shelf
from services.desk import Actor
from services.management import Managed
from services.practice_settings.fields import CATEGORIES
from services.practice_settings.reading import pool_key
from services.reply_shelf import Shelf, Wording
from services.reply_shelf.showing import ReplyCard, Version
from services.reply_shelf.wordings import BLANKS, LONGEST, LONGEST_TITLE

LANGUAGES = {"en": "English", "es": "Spanish"}
NEW = "New reply"
OFFERED: Badge = ("Offered", "green", ":material/check_circle:")
WAITS: Badge = ("Waits for approval", "orange", ":material/hourglass:")
GONE: Badge = ("Not offered", "gray", ":material/visibility_off:")
Choice = tuple[str, str]  # key and language; empty for a new one


def replies(actor: Actor, shelf: Shelf, zone: ZoneInfo) -> None:
    """Choose a reply; the form on the left, what a patient would read on the right."""
    cards = {(card.key, card.language): card for card in shelf.replies}
    choice: Choice = st.selectbox(
        "Reply", [*_waiting_first(cards), ("", "")], format_func=lambda one: _label(cards.get(one)),
        key="replies/choice",
    )  # fmt: skip
    card = cards.get(choice)
    if card is not None:
        _standing(actor, card)
    left, right = st.columns(2, gap="large")
    with left:
        text = _form(actor, shelf, card)
    with right:
        _preview(shelf, text)
    if card is not None:
        _versions(card, zone)


def _waiting_first(cards: dict[Choice, ReplyCard]) -> list[Choice]:
    return sorted(cards, key=lambda one: (cards[one].waiting is None, cards[one].title.casefold()))


def _label(card: ReplyCard | None) -> str:
    if card is None:
        return NEW
    how = " (waits for approval)" if card.waiting else "" if card.offered else " (not offered)"
    return f"{card.title}, {LANGUAGES.get(card.language, card.language)}{how}"


def _standing(actor: Actor, card: ReplyCard) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, color, icon in _badges(card):
            st.badge(label, color=color, icon=icon)
        st.space("stretch")
        waiting, place = card.waiting, (card.key, card.language)
        approve, retire = reply_shelf.approve, reply_shelf.retire
        if waiting and not waiting.mine and may_do(actor, approve.verb):
            act = partial(approve, open_building(), actor, *place, waiting.number)
            _button(approve, act, "replies/approve", kind="primary")
        if card.offered and may_do(actor, retire.verb):
            _button(retire, partial(retire, open_building(), actor, *place), "replies/retire")
    if card.waiting and card.waiting.mine:
        st.caption("A provider or the practice manager who did not write it approves it.")
    if card.waiting and card.offered and card.text != card.waiting.body["text"]:
        st.caption("Until then the wording before it is offered:")
        st.text(card.text)


def _badges(card: ReplyCard) -> list[Badge]:
    return [OFFERED if card.offered else GONE, *([WAITS] if card.waiting else [])]


def _button(
    managed: Managed[..., None], act: Callable[[], None], key: str, kind: str = "secondary"
) -> None:
    if st.button(managed.label, help=managed.help, key=key, type=kind):  # type: ignore[arg-type]
        with said_plainly():
            act()
            st.rerun()


def _form(actor: Actor, shelf: Shelf, card: ReplyCard | None) -> str:
    """The fields, and what stands in the text now."""
    may_write = may_do(actor, reply_shelf.write.verb)
    body = card.versions[0].body if card and card.versions else None
    now = body or ({"title": card.title, "category": card.category, "text": card.text}
                   if card else {"title": "", "category": "", "text": ""})  # fmt: skip
    place = f"replies/{card.key if card else ''}/{card.language if card else ''}"
    key = f"{place}/{card.number if card else 0}"
    title = st.text_input(
        "Title", now["title"], max_chars=LONGEST_TITLE, disabled=not may_write, key=f"{key}/title"
    )
    left, right = st.columns(2)
    languages = list(LANGUAGES)
    language = left.selectbox(
        "Language", languages, languages.index(card.language) if card else 0,
        format_func=LANGUAGES.__getitem__, disabled=not may_write or card is not None,
        key=f"{key}/language",
    )  # fmt: skip
    categories = ["", *map(str, Category)]
    category = right.selectbox(
        "For", categories, categories.index(now["category"]),
        format_func=lambda one: CATEGORIES[Category(one)] if one else "any message",
        disabled=not may_write, key=f"{key}/category",
    )  # fmt: skip
    text = st.text_area(
        "Text", now["text"], height=200, max_chars=LONGEST, disabled=not may_write,
        key=f"{key}/text",
    )  # fmt: skip
    st.caption("Blanks that are filled in: " + ", ".join(f"{{{name}}}" for name in BLANKS))
    if may_write and st.button(
        reply_shelf.write.label, icon=":material/save:", help=reply_shelf.write.help,
        key=f"{key}/save",
    ):  # fmt: skip
        wanted = Wording(
            _key(shelf, card, title, language), language, title.strip(), category, text.strip()
        )
        _save(actor, wanted, card)
    return str(text)


def _key(shelf: Shelf, card: ReplyCard | None, title: str, language: str) -> str:
    """The same title in another language is the same reply, for macros and patients."""
    alike = [one for one in shelf.replies if one.title.casefold() == title.strip().casefold()]
    if card is None and alike and language not in {one.language for one in alike}:
        return alike[0].key
    return card.key if card else pool_key(title, [one.key for one in shelf.replies])


def _save(actor: Actor, wanted: Wording, card: ReplyCard | None) -> None:
    with said_plainly():
        reply_shelf.write(open_building(), actor, wanted, card.number if card else 0)
        st.toast("Saved. It is offered once somebody else has approved it.")
        st.rerun()


def _preview(shelf: Shelf, text: str) -> None:
    st.markdown("**What a patient would read**")
    with st.container(border=True):
        shown = reply_shelf.preview(text, shelf.options, shelf.practice_name)
        st.text(shown.text or "Nothing yet.")
        if shown.missing:
            st.text(f"Nothing can fill: {', '.join(shown.missing)}.")
    st.caption("Names and visits are examples. What a chart does not say keeps a reply from use.")


def _versions(card: ReplyCard, zone: ZoneInfo) -> None:
    if not card.versions:
        return
    with st.expander(f"{len(card.versions)} versions", icon=":material/history:"):
        for version in card.versions:
            _version(version, zone)


def _version(version: Version, zone: ZoneInfo) -> None:
    approved = f"approved by {version.approved_by}" if version.approved_by else "not approved"
    st.caption(f"{version.number}.  {clock_time(version.at, zone)}  {version.by}, {approved}")
    st.text(version.body["text"])
