"""One part of the open summary: each sentence beside the signed one it tells, or a field to write in."""

import streamlit as st

from pages.parts.plain import harmless
from pages.parts.summaries.wishes import CLICKS, SUMMARY
from pages.parts.summaries.words import WRITABLE
from services.notes.lines import Line
from services.notes.summary.asking import SECTIONS
from services.workflows.summaries import editing
from services.workflows.summaries.reading import OpenSummary
from services.workflows.summaries.standing import Part, title_of

WIDTHS = (11, 9)
UNSUPPORTED = "It tells nothing that stands in the signed note."


def show(summary: OpenSummary, part: Part) -> None:
    """Draw one part, a line for each sentence with its signed sentence beside it."""
    with st.container(border=True, key=f"part-{part.name}", gap="xxsmall"):
        _title(summary, part)
        if SUMMARY.edited == part.name and may_write(summary):
            _field(summary, part)
            return
        before = ""
        for place, line in enumerate(part.lines):
            before = _line(summary, part, place, line, before)


def add(summary: OpenSummary) -> None:
    """A part that the summary does not have yet."""
    if not may_write(summary):
        return
    language, present = summary.text.language, {part.name for part in summary.text.parts}
    missing = [name for name in SECTIONS if name not in present]
    if SUMMARY.edited in missing:
        with st.container(border=True):
            _field(summary, summary.text.part(SUMMARY.edited))
    elif missing:
        with st.container(horizontal=True):
            for name in missing:
                st.button(
                    f"Add “{title_of(name, language)}”", key=f"add/{name}", on_click=SUMMARY.edit,
                    args=(name,), type="tertiary",
                )  # fmt: skip


def may_write(summary: OpenSummary) -> bool:
    """Whether this person may change its words now."""
    return summary.row.state in WRITABLE and editing.edit.verb in summary.verbs


def _title(summary: OpenSummary, part: Part) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{harmless(part.title)}**", width="content")
        st.space("stretch")
        if may_write(summary) and SUMMARY.edited != part.name:
            st.button(
                "Edit", key=f"edit/{part.name}", on_click=SUMMARY.edit, args=(part.name,),
                type="tertiary",
            )  # fmt: skip


def _line(summary: OpenSummary, part: Part, place: int, line: Line, before: str) -> str:
    """One sentence; the section it was signed in is named where it is another than *before*."""
    said, beside = st.columns(WIDTHS, gap="medium")
    with said, st.container(gap="xxsmall"):
        st.text(line.text)
        if line.is_own or line.is_ticked:
            st.caption("Yours" if line.is_own else "Ticked: somebody stands for it")
        if line.is_unsettled:
            _doubts(summary, part, place, line)
    with beside, st.container(gap="xxsmall"):
        for cited in line.sources:
            title, text = summary.sources.get(cited, ("", ""))
            if title != before:
                st.caption(harmless(title))
                before = title
            st.text(text)
    return before


def _doubts(summary: OpenSummary, part: Part, place: int, line: Line) -> None:
    for doubt in line.doubts or (UNSUPPORTED,):
        st.warning(doubt, icon=":material/rule:")
    if not may_write(summary):
        return
    with st.container(horizontal=True):
        for act in (editing.tick, editing.remove):
            st.button(
                act.label, key=f"{act.verb}/{part.name}/{place}/{summary.row.version}",
                help=act.help, on_click=CLICKS.wish,
                args=(act, summary.row.target, part.name, place, line.text),
            )  # fmt: skip


def _field(summary: OpenSummary, part: Part) -> None:
    # The version is no part of the key: what is typed outlives a colleague's change elsewhere.
    field = f"words/{summary.row.id}/{part.name}"
    said, beside = st.columns(WIDTHS, gap="medium")
    with said:
        st.text_area(
            part.title, value=part.text, key=field, height=220, help="One sentence a line.",
            max_chars=editing.LONGEST_PART,
        )  # fmt: skip
    with beside, st.container(gap="xxsmall"):
        for cited in dict.fromkeys(one for line in part.lines for one in line.sources):
            st.text(summary.sources.get(cited, ("", ""))[1])
    with st.container(horizontal=True):
        st.button(
            editing.edit.label, key=f"keep/{part.name}", type="primary", on_click=CLICKS.wish_typed,
            args=(editing.edit, summary.row.target, part.name, field),
        )  # fmt: skip
        st.button("Cancel", key=f"cancel/{part.name}", on_click=SUMMARY.edit, args=("",))
