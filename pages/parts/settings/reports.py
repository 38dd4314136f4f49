"""The weekly report: who gets it, when, and of which places."""

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.settings.sitting import Sitting, Wanted
from services.desk import Actor
from services.metrics.weekly.asking import NO_SERVER, offered
from services.practice_settings.fields import DAYS
from services.practice_settings.reading import lines

TOLD = (
    "Once a week the headlines of the Metrics page leave by e-mail, with every number as a PDF. It "
    "holds no patient and no single person. Any address may be listed; the Metrics page shows which "
    "belong to nobody on staff."
)


def report(sitting: Sitting, actor: Actor) -> Wanted | None:
    """Addresses, one a line; day and hour; and what narrows the numbers."""
    options = sitting.shown.options
    if not open_building().settings.smtp_host:
        st.warning(NO_SERVER.partition(";")[0] + ".", icon=":material/mail_off:")
    st.caption(TOLD)
    with st.form(sitting.key("report/form"), border=False):
        left, right = st.columns(2, gap="large")
        with left:
            to = st.text_area(
                "E-mail addresses, one a line", "\n".join(options.report_to), height=170,
                disabled=sitting.locked, key=sitting.key("report_to"),
                help="Without an address nothing is sent.",
            )  # fmt: skip
        with right:
            day = st.selectbox(
                "Day", range(7), options.report_weekday, format_func=DAYS.__getitem__,
                disabled=sitting.locked, key=sitting.key("report_weekday"),
                help="It tells of the seven days before this one.",
            )  # fmt: skip
            hour = st.selectbox(
                "At", range(24), options.report_hour, format_func=lambda h: f"{h:02}:00",
                disabled=sitting.locked, key=sitting.key("report_hour"),
            )  # fmt: skip
            places = _places(sitting, actor)
        if not sitting.submit("report"):
            return None
    return {
        "report_to": lines(to), "report_weekday": day, "report_hour": hour, "report_places": places,
    }  # fmt: skip


def _places(sitting: Sitting, actor: Actor) -> dict[str, str]:
    chosen, now = {}, sitting.shown.options.report_places
    choices = {**offered(open_building(), actor), "payer": dict(sitting.shown.payers)}
    for by, found in choices.items():
        names = {"": f"Every {by}", **found}
        names |= {now[by]: names.get(now[by], now[by])} if by in now else {}
        ref = st.selectbox(
            by.capitalize(), list(names), list(names).index(now.get(by, "")),
            format_func=names.__getitem__, disabled=sitting.locked,
            key=sitting.key(f"report/{by}"),
        )  # fmt: skip
        if ref:
            chosen[by] = ref
    return chosen
