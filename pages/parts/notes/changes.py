"""What was changed in the open note, shown when asked for: word by word, and by whom and when."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import streamlit as st

from pages.parts import components
from pages.parts.manage import clock_time
from services.workflows.notes.changes import Edit, SectionChange, edits, since_first_draft
from services.workflows.notes.reading import OpenNote

WHOLE = "The first draft against the note as it stands"
LEGEND = "Struck through: taken out. Underlined: added."


def show(note: OpenNote) -> None:
    """A switch, and under it the comparison the person chose."""
    if not note.wordings:
        return
    asked = st.toggle("Show what was changed, word by word", key=f"changes/{note.row.id}")
    if asked:
        with st.container(border=True, key="note_changes", gap="xxsmall"):
            _chosen(note)


def _chosen(note: OpenNote) -> None:
    whole, steps = since_first_draft(note), edits(note)
    named = [WHOLE, *_named(steps, note.options.zone)]
    place = st.selectbox(
        "Which change", range(len(named)), format_func=named.__getitem__,
        key=f"change/{note.row.id}",
    )  # fmt: skip
    _draw(whole if not place else steps[place - 1].sections)


def _named(steps: Sequence[Edit], zone: ZoneInfo) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        titles = ", ".join(one.title for one in step.sections)
        yield f"{number}. {clock_time(step.at, zone)} {step.by or 'Drafted again'}: {titles}"


def _draw(sections: Sequence[SectionChange]) -> None:
    if not sections:
        st.caption("The note stands as it was first drafted.")
        return
    st.caption(LEGEND)
    components.note_changes(
        key="note_changes_text",
        data={"sections": [{"title": one.title, "pieces": one.pieces} for one in sections]},
    )
