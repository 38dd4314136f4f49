"""A change before it is saved, and the changes of the past with one click to take each back."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.manage import clock_time, may_do, said_plainly
from pages.parts.settings.sitting import WANTED, Sitting, Wanted, look_again
from services import practice_settings
from services.desk import Actor
from services.practice_settings import Change, Effect, Shown
from services.practice_settings.changing import Version

DESTROYED = (
    "The words of {:,} closed items are destroyed with the next sweep, and nobody can bring them "
    "back. Numbers and the audit trail stay."
)


def review(actor: Actor, sitting: Sitting, subject: str, wanted: Wanted) -> None:
    """What *wanted* changes, thing by thing, and the button that saves it."""
    change = Change(wanted, sitting.shown.options)
    found = practice_settings.effect(open_building(), actor, change)
    with st.container(border=True):
        for difference in found.differences:
            st.text(f"{difference.what}: {difference.before}  →  {difference.after}")
        for sentence in due_words(found):
            st.text(sentence)
        if found.destroyed:
            st.warning(DESTROYED.format(found.destroyed), icon=":material/delete_forever:")
        if st.button(
            practice_settings.save.label, type="primary", icon=":material/check:",
            key=f"practice/save/{subject}",
        ):  # fmt: skip
            practice_settings.save(open_building(), actor, change)
            st.toast("Saved. It counts from now on.", icon=":material/check:")
            look_again()


def due_words(found: Effect) -> Iterator[str]:
    """What becomes of due times, if anything does."""
    due = found.due
    if not due.new:
        return
    some = "1 open conversation is" if due.new == 1 else f"{due.new:,} open conversations are"
    yield f"{some} due at another time, {due.sooner:,} of them sooner."
    if due.late:
        yield f"{due.late:,} would be late at once."


def newer(now: Shown, sitting: Sitting) -> None:
    """A sentence and a button when somebody saved something since this look was begun."""
    since = [one for one in now.versions if one.number > sitting.shown.number]
    if not since:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.badge("Changed meanwhile", color="orange", icon=":material/update:")
        st.text(f"{since[0].by} saved: {since[0].told}")
        st.space("stretch")
        if st.button("Show the newest", key="practice/newest"):
            look_again()


def history(actor: Actor, now: Shown, zone: ZoneInfo) -> None:
    """The last changes, newest first."""
    if not now.versions:
        st.info("Nothing was changed yet: everything is at its default.")
    for version in now.versions:
        with st.container(border=True):
            _version(actor, version, zone)


def _version(actor: Actor, version: Version, zone: ZoneInfo) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{version.number}.  {clock_time(version.at, zone)}  {version.by}")
        if version.undoes:
            st.badge(f"took back {version.undoes}", color="blue", icon=":material/undo:")
        st.space("stretch")
        if not version.stands:
            st.caption("changed again since")
        elif may_do(actor, practice_settings.revert.verb) and st.button(
            practice_settings.revert.label, icon=":material/undo:",
            key=f"practice/revert/{version.number}", help=practice_settings.revert.help,
        ):  # fmt: skip
            _revert(actor, version.number)
    for told in version.told.split("; "):
        st.text(told)


def _revert(actor: Actor, number: int) -> None:
    with said_plainly():
        practice_settings.revert(open_building(), actor, number)
        st.toast(f"Change {number} was taken back.", icon=":material/undo:")
        look_again()


def wish(subject: str) -> Wanted | None:
    """What was asked for on this subject and is not saved yet."""
    kept = st.session_state.get(WANTED)
    return kept[1] if kept and kept[0] == subject else None
