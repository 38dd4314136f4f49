"""The open summary: for whom, one click to send, then part by part beside the signed sentences."""

from typing import Any

import streamlit as st

from db.visit_summaries import SummaryState
from pages.parts.manage import clock_time
from pages.parts.plain import harmless
from pages.parts.summaries import lines, words
from pages.parts.summaries.wishes import CLICKS, wish_chosen
from services.actions import Action
from services.workflows.summaries import editing, sending
from services.workflows.summaries.reading import OpenSummary
from services.workflows.summaries.standing import LANGUAGES, LONGEST

S = SummaryState


def show(summary: OpenSummary) -> None:
    """Draw *summary*. Everything a person or a model wrote is plain text."""
    _head(summary)
    _buttons(summary)
    _obstacles(summary)
    if summary.row.is_purged:
        st.info("Its words were destroyed past the practice's retention. healow has what was sent.")
        return
    if summary.row.state is S.WAITING:
        st.info("The signed note is being read and told. The draft appears here by itself.")
        return
    _texts(summary)
    _foot(summary)


def _head(summary: OpenSummary) -> None:
    row, zone = summary.row, summary.options.zone
    label, color, icon = words.state(row)
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(row.patient, width="content")
            st.badge(label, color=color, icon=icon)
            st.space("stretch")
            if row.is_harder and row.state in words.WRITABLE:
                st.badge("Harder than chosen", color="orange", icon=":material/psychology_alt:")
        where = harmless(f"{row.provider} · {row.location}")
        signed = clock_time(row.signed_at, zone)
        st.caption(f"Visit {clock_time(row.visit_at, zone)} · {where} · note signed {signed}")
        _level(summary)


def _level(summary: OpenSummary) -> None:
    said = " ".join(filter(None, (words.level(summary.text), summary.how)))
    if summary.row.state in words.WRITABLE and summary.text.parts:
        st.caption(said, help=words.LEVEL_HELP)


def _buttons(summary: OpenSummary) -> None:
    row = summary.row
    with st.container(horizontal=True, vertical_alignment="center"):
        if row.state is S.READY:
            _button(
                summary, sending.send, kind="primary", shortcut="a",
                disabled=bool(summary.unfit or summary.cannot_send or summary.unsettled or row.is_outdated),
            )  # fmt: skip
        if row.state is S.SENDING:
            _button(summary, sending.take_back)
        if row.state in words.WRITABLE:
            _choose(summary)
            _button(summary, editing.draft_again)
            _button(summary, editing.set_aside)
        if row.state in words.OUT and row.is_outdated:
            _button(summary, editing.draft_again)
        if row.state is S.SET_ASIDE and not row.is_purged:
            _button(summary, editing.reopen)
    _when(summary)


def _when(summary: OpenSummary) -> None:
    row, zone = summary.row, summary.options.zone
    if row.state is S.READY:
        length = len(summary.text.text)
        st.caption(f"Goes to this patient by healow, once. {length:,} of {LONGEST:,} characters.")
    if row.state is S.SENDING and row.leaves_at:
        st.caption(
            f"Leaves {clock_time(row.leaves_at, zone)}. Nobody is written to in quiet hours."
        )
    if row.state is S.SENT:
        st.caption(f"Sent {clock_time(row.sent_at, zone)}, and healow shows it to the patient.")


def _button(
    summary: OpenSummary, act: Action[Any], *arguments: object, label: str = "",
    kind: Any = "secondary", shortcut: str | None = None, disabled: bool = False,
) -> None:  # fmt: skip
    if act.verb in summary.verbs:
        st.button(
            label or act.label, key=f"{act.verb}/{label}/{summary.row.id}", help=act.help,
            type=kind, shortcut=shortcut, disabled=disabled, on_click=CLICKS.wish,
            args=(act, summary.row.target, *arguments),
        )  # fmt: skip


def _choose(summary: OpenSummary) -> None:
    """Language and grade; the chart and the practice decide until somebody does here."""
    act, row = editing.choose, summary.row
    if act.verb not in summary.verbs:
        return
    language, grade = f"language/{row.id}", f"grade/{row.id}"
    shown = f"{LANGUAGES[row.language]}, grade {row.grade}"
    with st.popover(shown, icon=":material/tune:"):
        st.selectbox(
            "Language", list(LANGUAGES), index=list(LANGUAGES).index(row.language),
            format_func=LANGUAGES.__getitem__, key=language,
        )  # fmt: skip
        st.slider(
            "School grade", editing.EASIEST, editing.HARDEST, value=row.grade, key=grade,
            help="How many years of school it takes to read it with ease.",
        )  # fmt: skip
        st.button(
            act.label, key=f"{act.verb}/{row.id}", help=act.help, type="primary",
            on_click=wish_chosen, args=(act, row.target, language, grade),
        )  # fmt: skip


def _obstacles(summary: OpenSummary) -> None:
    """Everything that keeps it here, each with the next step."""
    row = summary.row
    if row.trouble:
        st.warning(row.trouble, icon=":material/report:")
    if summary.unsettled:
        _settle(summary)
    if row.state not in words.WRITABLE:
        return
    for said in filter(None, (words.foreign(row), words.half_told(row))):
        st.info(said, icon=":material/translate:")
    if summary.wants_no_reminders:
        st.info("This patient asked for no reminders. Ask before you send a summary.")
    if summary.cannot_send:
        st.warning(f"Nothing can be sent: {summary.cannot_send}", icon=":material/lock:")
    if summary.unfit and row.state is S.READY:
        st.warning(summary.unfit, icon=":material/rule:")


def _settle(summary: OpenSummary) -> None:
    st.text("Is the message in healow?")
    with st.container(horizontal=True):
        _button(summary, sending.settle, summary.unsettled, True, label="It is in healow")
        _button(summary, sending.settle, summary.unsettled, False, label="It is not there")


def _texts(summary: OpenSummary) -> None:
    said, beside = st.columns(lines.WIDTHS, gap="medium")
    said.caption("What the patient reads")
    beside.caption("What was signed in eCW")
    st.text(summary.text.opening)
    for part in summary.text.parts:
        lines.show(summary, part)
    lines.add(summary)
    st.text("\n".join(summary.text.closing))


def _foot(summary: OpenSummary) -> None:
    with st.expander("Copy or print", expanded=summary.row.state is S.READY and _to_paper(summary)):
        _paper(summary)
    if summary.earlier:
        with st.expander("What was written before it was told anew"):
            st.text("\n".join(part.text for part in summary.earlier.parts))
    if summary.sent:
        with st.expander(f"What was sent ({len(summary.sent)})"):
            _sent(summary)


def _to_paper(summary: OpenSummary) -> bool:
    return bool(summary.cannot_send or summary.row.trouble)


def _paper(summary: OpenSummary) -> None:
    st.code(summary.text.text, language=None, wrap_lines=True)
    with st.container(horizontal=True):
        st.download_button(
            "Save to print", summary.text.text, "visit-summary.txt", "text/plain",
            key=f"print/{summary.row.id}", disabled=bool(summary.undecided), on_click="ignore",
        )  # fmt: skip
        if summary.row.state is S.READY:
            _button(summary, sending.give, disabled=bool(summary.undecided))
    if summary.undecided:
        st.caption(summary.undecided)


def _sent(summary: OpenSummary) -> None:
    for sent in summary.sent:
        state = words.DELIVERIES.get(sent.state, sent.state)
        at = clock_time(sent.at, summary.options.zone)
        st.text(f"{at}  {sent.approved_by}: {state}. {sent.error}")
