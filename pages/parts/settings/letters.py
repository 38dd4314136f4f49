"""Reminders, letterhead, contacts, and what payers want to be asked about first."""

import streamlit as st

from pages.parts.settings.sitting import Sitting, Wanted
from services.practice_settings.checks import LINE
from services.practice_settings.reading import codes, lines


def reminders(sitting: Sitting) -> Wanted | None:
    """When patients are reminded of visits and forms."""
    options = sitting.shown.options
    with st.form(sitting.key("reminders/form"), border=False):
        days = st.multiselect(
            "Remind of a visit, days before it", list(range(14, 0, -1)),
            sorted(options.reminder_days, reverse=True), disabled=sitting.locked,
            key=sitting.key("reminder_days"), placeholder="No reminders",
        )  # fmt: skip
        forms = st.number_input(
            "Remind of check-in forms, days before the visit", 0, 9, options.form_days,
            disabled=sitting.locked, key=sitting.key("form_days"), help="0 is never.",
        )  # fmt: skip
        if not sitting.submit("reminders"):
            return None
    return {"reminder_days": tuple(sorted(days, reverse=True)), "form_days": forms}


def letterhead(sitting: Sitting) -> Wanted | None:
    """What letters and messages say of the practice, and whom replies may name."""
    options = sitting.shown.options
    with st.form(sitting.key("letterhead/form"), border=False):
        left, right = st.columns(2, gap="large")
        with left:
            phone = st.text_input(
                "Telephone", options.phone, disabled=sitting.locked, key=sitting.key("phone"),
                placeholder="(555) 010-0199",
            )  # fmt: skip
            address = st.text_area(
                "Address, line by line", "\n".join(options.address), height=130,
                disabled=sitting.locked, key=sitting.key("address"),
            )  # fmt: skip
            signature = st.text_input(
                "Signature under messages", options.signature, max_chars=LINE,
                disabled=sitting.locked, key=sitting.key("signature"),
                placeholder=sitting.shown.practice.name,
            )  # fmt: skip
        with right:
            contacts = st.text_area(
                "The practice's own contacts, one a line", "\n".join(options.contacts), height=220,
                disabled=sitting.locked, key=sitting.key("contacts"),
                help="Telephone numbers, web and e-mail addresses that replies may name. A reply "
                "with any other does not leave.",
            )  # fmt: skip
        if not sitting.submit("letterhead"):
            return None
    return {
        "phone": phone.strip(),
        "address": lines(address),
        "signature": " ".join(signature.split()),
        "contacts": lines(contacts),
    }


def authorizations(sitting: Sitting) -> Wanted | None:
    """Procedures that a payer wants to be asked about, by payer."""
    told, payers = sitting.shown.options.authorization_for, dict(sitting.shown.payers)
    names = {id: payers.get(id, id) for id in told}
    st.caption("A claim with such a procedure and without an authorization is stopped before it "
               "leaves. CPT and HCPCS codes, separated by blanks.")  # fmt: skip
    with st.form(sitting.key("payers/form"), border=False):
        typed = {
            id: st.text_input(
                name, " ".join(told[id]), disabled=sitting.locked, key=sitting.key(f"payer/{id}"),
                help="Empty it to ask this payer no longer.",
            )
            for id, name in names.items()
        }  # fmt: skip
        left, right = st.columns([1, 2], vertical_alignment="bottom")
        others = [id for id in payers if id not in told]
        other = left.selectbox(
            "Another payer", others, None, format_func=payers.__getitem__, disabled=sitting.locked,
            key=sitting.key("payer/other"), placeholder="Choose a payer",
        )  # fmt: skip
        more = right.text_input(
            "Its procedures", disabled=sitting.locked, key=sitting.key("payer/more"),
            placeholder="70551 70552",
        )  # fmt: skip
        if not sitting.submit("payers"):
            return None
    wanted = {id: codes(text) for id, text in typed.items() if text.strip()}
    return {"authorization_for": wanted | ({other: codes(more)} if other else {})}
