"""One section of the open note: its sentences with what they rest on, or a field to write in."""

import streamlit as st

from pages.parts.notes.wishes import CLICKS, NOTE
from pages.parts.notes.words import REVIEWED
from pages.parts.plain import harmless
from services.notes.lines import Line
from services.notes.sections import SUGGESTED, TITLES, SectionKey
from services.workflows.notes import editing
from services.workflows.notes.reading import OpenNote
from services.workflows.notes.standing import NotePart


def show(note: OpenNote, part: NotePart) -> None:
    """Draw one section; its sources stand beside it."""
    with st.container(border=True, key=f"part-{part.key}", gap="xxsmall"):
        _title(note, part)
        if NOTE.edited == part.key and _may_write(note):
            _field(note, part)
            return
        said, sources = st.columns([3, 2], gap="medium")
        with said:
            for place, line in enumerate(part.lines):
                _line(note, part, place, line)
        with sources:
            _sources(note, part)


def add(note: OpenNote) -> None:
    """A section that the note does not have yet, of those the template has a place for."""
    if not _may_write(note):
        return
    present = {part.key for part in note.text.parts}
    missing = [s.key for s in note.layout.sections if s.key not in present and s.key in TITLES]
    if NOTE.edited in missing:
        _field(note, NotePart(SectionKey(NOTE.edited)))
    elif missing:
        with st.container(horizontal=True):
            for key in missing:
                title = TITLES[SectionKey(key)]
                st.button(
                    f"Add {title}",
                    key=f"add/{key}",
                    on_click=NOTE.edit,
                    args=(key,),
                    type="tertiary",
                )


def _title(note: OpenNote, part: NotePart) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{harmless(part.title)}**", width="content")
        if part.key in SUGGESTED:
            st.badge("Suggestion: nothing is ordered", color="gray", icon=":material/lightbulb:")
        st.space("stretch")
        if _may_write(note) and NOTE.edited != part.key:
            st.button(
                "Edit",
                key=f"edit/{part.key}",
                on_click=NOTE.edit,
                args=(part.key,),
                type="tertiary",
            )


def _line(note: OpenNote, part: NotePart, place: int, line: Line) -> None:
    cited = f"  [{', '.join(line.sources)}]" if line.sources else ""
    own = "  (yours)" if line.is_own else ""
    st.text(f"{line.text}{cited}{own}")
    if not line.is_unsettled:
        return
    for doubt in line.doubts or ("It rests on nothing that was said or is in the chart.",):
        st.warning(doubt, icon=":material/rule:")
    if _may_write(note):
        with st.container(horizontal=True):
            for act in (editing.tick, editing.remove):
                st.button(
                    act.label, key=f"{act.verb}/{part.key}/{place}/{note.row.version}",
                    help=act.help, on_click=CLICKS.wish,
                    args=(act, note.row.target, str(part.key), place, line.text),
                )  # fmt: skip


def _field(note: OpenNote, part: NotePart) -> None:
    # The version is no part of the key: what is typed outlives a colleague's change elsewhere.
    field = f"section/{note.row.id}/{part.key}"
    st.text_area(
        TITLES[part.key], value=part.text, key=field, height=220, help="One sentence a line."
    )
    with st.container(horizontal=True):
        st.button(
            editing.edit.label, key=f"keep/{part.key}", type="primary", on_click=CLICKS.wish_typed,
            args=(editing.edit, note.row.target, str(part.key), field),
        )  # fmt: skip
        st.button("Cancel", key=f"cancel/{part.key}", on_click=NOTE.edit, args=("",))


def _sources(note: OpenNote, part: NotePart) -> None:
    cited = dict.fromkeys(one for line in part.lines for one in line.sources)
    for one in cited:
        if source := note.sources.get(one):
            st.caption(harmless(f"{one} · {source.origin}"))
            st.text(source.text)


def _may_write(note: OpenNote) -> bool:
    return note.row.state in REVIEWED and editing.edit.verb in note.verbs
