"""Hours, holidays, quiet hours and targets: when the practice is there and how soon it answers."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from db.vocabulary import Urgency
from pages.parts.settings.sitting import Sitting, Wanted
from services.options import PracticeOptions, Span
from services.practice_settings import reading
from services.practice_settings.checks import MOST_MINUTES
from services.practice_settings.fields import DAYS, day_words, spans_words
from services.practice_settings.holidays import federal
from services.practice_settings.reading import spans

URGENCIES = {
    Urgency.EMERGENCY: "Emergency",
    Urgency.URGENT: "Urgent",
    Urgency.TODAY: "Today",
    Urgency.ROUTINE: "Routine",
}


def hours(sitting: Sitting, today: date) -> Wanted | None:
    """Opening hours, holidays and quiet hours."""
    options = sitting.shown.options
    with st.form(sitting.key("hours/form"), border=False):
        left, right = st.columns(2, gap="large")
        with left:
            typed = _week(sitting, options)
        with right:
            holidays = _holidays(sitting, options, today)
            special = _special(sitting, options, today)
            quiet = _quiet(sitting, options)
        if not sitting.submit("hours"):
            return None
    return {
        "hours": {day: read for day, text in enumerate(typed) if (read := spans(DAYS[day], text))},
        "holidays": holidays,
        "special_hours": past_special(options, today) | reading.special(special),
        "quiet_hours": quiet,
    }


def _week(sitting: Sitting, options: PracticeOptions) -> list[str]:
    st.caption(
        "Open hours with the breaks left out, such as 08:00-12:00, 13:00-17:00. Empty is closed. "
        "Only open hours count against the targets."
    )
    typed = []
    for day, name in enumerate(DAYS):
        label, field = st.columns([1, 3], vertical_alignment="center")
        label.text(name)
        typed.append(
            field.text_input(
                name, spans_words(options.hours.get(day, ())), placeholder="closed",
                disabled=sitting.locked, label_visibility="collapsed",
                key=sitting.key(f"hours/{day}"),
            )
        )  # fmt: skip
    return typed


def _holidays(sitting: Sitting, options: PracticeOptions, today: date) -> tuple[date, ...]:
    coming = [day for day in options.holidays if day >= today]
    names = {day: name for year in (today.year, today.year + 1)
             for day, name in federal(year).items() if day >= today}  # fmt: skip
    offered = sorted({*coming, *names})
    chosen = st.multiselect(
        "Holidays, closed all day", offered, coming, disabled=sitting.locked,
        format_func=lambda day: _named(day, names.get(day, "")), key=sitting.key("holidays"),
        placeholder="Choose federal holidays",
        help="Federal holidays of this year and the next are offered. Add any other day below.",
    )  # fmt: skip
    more = st.date_input(
        "Add another day", None, format="YYYY-MM-DD", disabled=sitting.locked,
        key=sitting.key("holidays/more"),
    )  # fmt: skip
    past = [day for day in options.holidays if day < today]
    return tuple(sorted({*past, *chosen, *([more] if more else [])}))


def _special(sitting: Sitting, options: PracticeOptions, today: date) -> str:
    coming = {day: spans for day, spans in options.special_hours.items() if day >= today}
    return st.text_area(
        "Days with other hours", "\n".join(f"{d} {spans_words(coming[d])}" for d in sorted(coming)),
        disabled=sitting.locked, key=sitting.key("special"), height=96,
        placeholder="2026-12-24 08:00-12:00",
        help="A half day before a holiday, or a Saturday in flu season: a day and its hours on "
        "each line.",
    )  # fmt: skip


def past_special(options: PracticeOptions, today: date) -> dict[date, tuple[Span, ...]]:
    """Days that have been stay on record: the numbers of those days rest on them."""
    return {day: spans for day, spans in options.special_hours.items() if day < today}


def _named(day: date, name: str) -> str:
    return f"{day_words(day)}, {name}" if name else day_words(day)


def _quiet(sitting: Sitting, options: PracticeOptions) -> Sequence[object]:
    begins, ends = options.quiet_hours
    left, right = st.columns(2)
    begin = left.time_input(
        "Quiet from", begins, disabled=sitting.locked, key=sitting.key("quiet/begin"),
        help="Nobody is written to first in quiet hours. Answers leave at any time.",
    )  # fmt: skip
    end = right.time_input("until", ends, disabled=sitting.locked, key=sitting.key("quiet/end"))
    st.caption(f"Times are on the practice's clock, {options.timezone}.")
    return begin, end


def targets(sitting: Sitting) -> Wanted | None:
    """How many opening minutes each urgency leaves to answer and to resolve."""
    options = sitting.shown.options
    st.caption(
        "In minutes of opening hours: a day of eight hours has 480. Saving gives every open "
        "conversation its new due time at once."
    )
    answer: dict[Urgency, int] = {}
    resolve: dict[Urgency, int] = {}
    with st.form(sitting.key("targets/form"), border=False):
        for urgency, name in URGENCIES.items():
            label, left, right, _ = st.columns([1, 1, 1, 1], vertical_alignment="bottom")
            label.text(name)
            for column, what, now, wanted in (
                (left, "Answer", options.answer_minutes, answer),
                (right, "Resolve", options.resolve_minutes, resolve),
            ):
                wanted[urgency] = column.number_input(
                    f"{what} within", 0, MOST_MINUTES, now[urgency], disabled=sitting.locked,
                    key=sitting.key(f"{what.lower()}/{urgency}"),
                )  # fmt: skip
        if not sitting.submit("targets"):
            return None
    return {"answer_minutes": answer, "resolve_minutes": resolve}
