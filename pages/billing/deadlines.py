"""Deadlines: how long each payer leaves to file, correct, appeal and reconsider, and who says so."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.payer_rules import PayerRule, Purpose
from pages.parts.desk import open_building
from pages.parts.manage import may_do, open_room, said_plainly
from services.claims import payer_table
from services.claims.payer_table import Change, Effect, Seen, Table
from services.desk import Actor

PURPOSES = {
    Purpose.FILE: ("File a claim", "the day of service"),
    Purpose.CORRECT: ("Correct it", "the payer's answer"),
    Purpose.APPEAL: ("Appeal", "the payer's answer"),
    Purpose.RECONSIDER: ("Reconsider", "the answer that upheld the denial"),
}
CONFIDENCES = {
    "ours": "Ours: our contract says so",
    "stated": "Stated: the payer's manual or site says so",
    "uncertain": "Uncertain: sources disagree, or nobody has looked",
}
SAID = {"standard": "the law", "ours": "our contract", "stated": "stated by the payer",
        "uncertain": "uncertain"}  # fmt: skip
OTHERS = "All other payers"
WANTED = "deadlines/wanted"  # the change that is being looked at, before it is saved


def _listed(found: Table) -> None:
    st.dataframe(pd.DataFrame([_row(rule) for rule in found.rules]), hide_index=True)
    have = {rule.payer_id for rule in found.rules}
    without = [name for id, name in found.payers if id not in have]
    if without:
        st.text(f"Counted as all other payers: {', '.join(without)}.")


def _row(rule: PayerRule) -> dict[str, object]:
    what, since = PURPOSES[rule.purpose]
    return {
        "Payer": rule.payer_name or rule.payer_id if rule.payer_id else OTHERS,
        "To": what,
        "Days": rule.days,
        "From": since,
        "Says who": SAID.get(rule.confidence, rule.confidence),
        "Source": rule.source,
        "By law at most": rule.lawful_days,
    }


def _change(actor: Actor, found: Table) -> None:
    st.subheader("Change a deadline")
    names = {"": OTHERS, **dict(found.payers)}
    left, right = st.columns(2)
    payer = left.selectbox(
        "Payer", list(names), format_func=names.__getitem__, key="deadlines/payer"
    )
    purpose = right.selectbox(
        "To", list(PURPOSES), format_func=lambda p: PURPOSES[p][0], key="deadlines/purpose"
    )
    own = found.own(payer, purpose)
    wanted = _form(payer, purpose, own, own or found.own("", purpose))
    if wanted is not None:
        st.session_state[WANTED] = wanted
    asked: Change | None = st.session_state.get(WANTED)
    if asked is not None and (asked.payer_id, asked.purpose) == (payer, purpose):
        with said_plainly():
            _review(actor, asked, names[payer])


def _form(
    payer: str, purpose: Purpose, own: PayerRule | None, now: PayerRule | None
) -> Change | None:
    """What was asked for just now. The fields keep what was typed, whatever becomes of it."""
    key = f"deadlines/{payer}/{purpose}/{now.days if now else 0}"
    seen: Seen = (own.days, own.source, own.confidence) if own else None
    with st.form(f"{key}/form"):
        days = st.number_input(
            f"Days from {PURPOSES[purpose][1]}", value=now.days if now else None, step=1,
            format="%d", key=f"{key}/days", help=_law(own),
        )  # fmt: skip
        source = st.text_input(
            "Source", own.source if own and own.confidence != "standard" else "",
            placeholder="Where it is written: contract and section, or page of the payer's manual",
            max_chars=payer_table.MOST, key=f"{key}/source",
        )  # fmt: skip
        confidence = st.radio(
            "How sure is it?", list(CONFIDENCES), index=_chosen(own),
            format_func=CONFIDENCES.__getitem__, key=f"{key}/confidence",
        )  # fmt: skip
        with st.container(horizontal=True):
            looked = st.form_submit_button("See what it changes", icon=":material/checklist:")
            gone = own is not None and bool(payer) and _take_away(own)
    if gone:
        return Change(payer, purpose, None, seen=seen)
    if not looked:
        return None
    return Change(payer, purpose, int(days) if days else 0, source, confidence or "", seen)


def _law(own: PayerRule | None) -> str | None:
    if own is None or own.lawful_days is None:
        return None
    return f"The law gives {own.lawful_days} days. You may count on fewer, not on more."


def _chosen(own: PayerRule | None) -> int | None:
    said = list(CONFIDENCES)
    return said.index(own.confidence) if own and own.confidence in said else None


def _take_away(own: PayerRule) -> bool:
    if own.lawful_days is None:
        return st.form_submit_button("Count it as all other payers", icon=":material/undo:")
    lawful = own.confidence == "standard"
    return st.form_submit_button("Back to the law's", icon=":material/undo:", disabled=lawful)


def _review(actor: Actor, asked: Change, payer: str) -> None:
    touched = payer_table.effect(open_building(), actor, asked)
    with st.container(border=True):
        st.text(f"{payer}, {PURPOSES[asked.purpose][0].lower()}: {_told(asked)}")
        for sentence in sentences(asked, touched):
            st.text(sentence)
        if st.button(
            payer_table.save.label, type="primary", icon=":material/check:", key="deadlines/save"
        ):
            done = payer_table.save(open_building(), actor, asked)
            st.session_state.pop(WANTED)
            st.toast(f"Saved: {done.new} open denials have a new last day.")
            st.rerun()


def _told(asked: Change) -> str:
    if asked.days is None:
        return "its own deadline goes"
    return f"{asked.days} days ({SAID[asked.confidence]}: {asked.source.strip()})"


def sentences(asked: Change, touched: Effect) -> Sequence[str]:
    """What a change does to open denials, and to claims, before anybody saves it."""
    if asked.purpose is Purpose.FILE:
        return ["Claims are checked against it from now on, before they leave."]
    told = [_moved(touched)]
    if touched.lapsed:
        told.append(f"{_denials(touched.lapsed)} would have the last day behind {_them(touched)}.")
    if touched.told:
        told.append(f"{_denials(touched.told)} keep the day and name another source.")
    return told


def _moved(touched: Effect) -> str:
    if not touched.new:
        return "No open denial gets another last day."
    ways = [(touched.sooner, "sooner"), (touched.later, "later")]
    ways.append((touched.new - touched.sooner - touched.later, "known or not known from now on"))
    how = ", ".join(f"{count} of them {way}" for count, way in ways if count)
    verb = "gets" if touched.new == 1 else "get"
    return f"{_denials(touched.new)} {verb} a new last day, {how}."


def _denials(count: int) -> str:
    return "1 open denial" if count == 1 else f"{count:,} open denials"


def _them(touched: Effect) -> str:
    return "it" if touched.lapsed == 1 else "them"


actor = open_room(payer_table.READ, "see the payers' deadlines")
st.title("Deadlines")
st.caption(
    "Sources disagree about many payers. Yours is the contract: what you write here counts "
    "for the worklist, the checks before a claim leaves, and letters of appeal."
)
with said_plainly():
    found = payer_table.table(open_building(), actor)
    _listed(found)
    if may_do(actor, payer_table.EDIT):
        _change(actor, found)
    else:
        st.caption("The practice manager or an administrator changes them.")
