"""The open note: who and why, one click to send, then section by section beside its sources."""

from typing import Any

import streamlit as st

from db.visit_notes import NoteState
from pages.parts import components
from pages.parts.manage import clock_time
from pages.parts.notes import changes, sections, words
from pages.parts.notes.wishes import CLICKS
from pages.parts.plain import harmless
from services.actions import Action
from services.notes.local import SAYS
from services.workflows.notes import editing, sending
from services.workflows.notes.profiles import named
from services.workflows.notes.reading import OpenNote

CLOCK = "note_clock"


def show(note: OpenNote, seconds: int) -> None:
    """Draw *note*, which was in use for *seconds*. Everything a patient or a model said is plain text."""
    _head(note, seconds)
    _clock(note)
    _buttons(note)
    _obstacles(note)
    if note.row.state is NoteState.WAITING:
        st.info("The chart is being read and a draft made. It appears here by itself.")
        return
    for part in note.text.parts:
        sections.show(note, part)
    sections.add(note)
    changes.show(note)
    _history(note)


def _head(note: OpenNote, seconds: int) -> None:
    with st.container(gap="xxsmall"):
        _who(note, seconds)
        _why(note)


def _who(note: OpenNote, seconds: int) -> None:
    row = note.row
    label, color, icon = words.STATES[row.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(harmless(row.patient), width="content", anchor=False)
        st.badge(label, color=color, icon=icon)
        st.space("stretch")
        st.caption(words.minutes(seconds), width="content", help=words.TIME_HELP)
    st.caption(
        f"{clock_time(row.visit_at, note.options.zone)} · {harmless(row.provider)} · {harmless(row.location)}"
    )
    st.text(row.reason or "No reason was given.")


def _why(note: OpenNote) -> None:
    """How the draft came about, and what else an engine had to say."""
    row = note.row
    if row.engine:
        said = words.ENGINES.get(row.engine, row.engine)
        st.caption(f"Draft {said}. Every sentence names what it rests on; check before you send.")
    if note.first and note.first.note != SAYS:
        st.caption(harmless(note.first.note.removeprefix(SAYS).strip()))


def _clock(note: OpenNote) -> None:
    components.note_clock(
        key=CLOCK, data={"note": str(note.row.id)}, height=0, on_used_change=components.nothing
    )


def _buttons(note: OpenNote) -> None:
    row, is_open = note.row, all(way.road for way in note.ways)
    with st.container(horizontal=True, vertical_alignment="center"):
        if row.state is NoteState.READY:
            _button(
                note, sending.send, named(note.ways), kind="primary", shortcut="s",
                disabled=bool(row.unsettled or note.layout.faults or not is_open),
            )  # fmt: skip
        if row.state is NoteState.SENDING:
            _button(note, sending.take_back)
        if row.state in (NoteState.READY, NoteState.FAILED):
            _button(note, editing.draft_again)
            _button(note, editing.set_aside)
            _transcript(note)
        if row.state is NoteState.SET_ASIDE:
            _button(note, editing.reopen)
    if row.state is NoteState.READY and is_open:
        st.caption(
            f"Goes to eCW {words.ways(note.ways)}, template {note.layout.name}. You sign it there."
        )


def _button(
    note: OpenNote, act: Action[Any], *arguments: object, kind: Any = "secondary",
    shortcut: str | None = None, disabled: bool = False,
) -> None:  # fmt: skip
    if act.verb in note.verbs:
        st.button(
            act.label, key=f"{act.verb}/{note.row.id}", help=act.help, type=kind,
            shortcut=shortcut, disabled=disabled, on_click=CLICKS.wish,
            args=(act, note.row.target, *arguments),
        )  # fmt: skip


def _transcript(note: OpenNote) -> None:
    """Where a transcript is brought by hand: pasted, speaker by speaker."""
    act, field = editing.add_transcript, f"transcript/{note.row.id}"
    if act.verb not in note.verbs:
        return
    with st.popover("Add transcript", icon=":material/mic:"):
        st.text_area("What was said", key=field, height=220, help=words.TRANSCRIPT_HELP)
        st.button(
            act.label, key=f"{act.verb}/{note.row.id}", help=act.help, on_click=CLICKS.wish_typed,
            args=(act, note.row.target, field),
        )  # fmt: skip


def _obstacles(note: OpenNote) -> None:
    """Everything that keeps the note here, each with the next step."""
    if note.row.trouble:
        st.error(harmless(note.row.trouble), icon=":material/report:")
    if note.row.state not in words.REVIEWED:
        return
    for fault in note.layout.faults:
        st.error(harmless(f"Nothing is sent: {fault}"), icon=":material/rule:")
    if not all(way.road for way in note.ways):
        st.warning(
            f"No way into eCW is open: {harmless(note.layout.road_reason)}", icon=":material/lock:"
        )
    if note.placed.homeless:
        names = ", ".join(note.placed.homeless)
        st.warning(f"The template has no place for: {names}.", icon=":material/move_item:")
    if note.row.unsettled:
        st.warning(
            f"{words.doubts(note.row)}: tick, change or take out each before the note is sent.",
            icon=":material/rule:",
        )


def _history(note: OpenNote) -> None:
    with st.expander(
        f"What was sent and who wrote ({len(note.sent)} sent, {len(note.wordings)} wordings)"
    ):
        for sent in note.sent:
            state = words.DELIVERIES.get(sent.state, sent.state)
            road = words.ROADS.get(sent.kind, sent.kind)
            st.text(
                f"{clock_time(sent.at, note.options.zone)}  {sent.approved_by}: {road}, {state}. "
                f"{sent.error}"
            )
        for wording in note.wordings:
            by = wording.by or "drafted"
            st.text(f"{clock_time(wording.at, note.options.zone)}  {by}")
    with st.expander("Copy for eCW"):
        for section in note.placed.sections:
            st.caption(harmless(section.title))
            st.code(section.text, language=None, wrap_lines=True)
