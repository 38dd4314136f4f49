"""Audit: who did what and when, one item's whole story, and whether the trail is whole."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from db.audit import AuditTrail, Ending
from db.staff import StaffList
from pages.parts.desk import open_building
from pages.parts.manage import ago, clock_time, may_do, open_room, said_plainly, zone_of
from services import audit
from services.audit import Form, Line, Story, Verdict, Wanted
from services.audit.exports import exported
from services.desk import Actor, looking
from services.policy import ALLOWED
from services.prompts.showing import names_on_record

FOUND, TOLD = "audit/found", "audit/told"  # the last answers: references and names of staff only
MOST = 500
# What the house itself records, beside what the policy lets people do.
HOUSE_VERBS = (
    "accounts.locked", "accounts.sign_in", "accounts.sign_in_failed", "accounts.sign_out",
    "connection.changed", "delivery.accepted", "delivery.approved", "delivery.cancelled",
    "delivery.in_doubt", "delivery.refused", "delivery.sending", "delivery.unconfirmed",
    "delivery.verified", "denials.chart_read", "denials.letter_drafted", "denials.prompted",
    "inbox.listed", "inbox.prompted", "inbox.received", "inbox.searched",
    "inbox.suggested",
)  # fmt: skip
ENDINGS = {Ending.DONE: "done", Ending.REFUSED: "refused", Ending.FAILED: "failed"}
FORMS = {Form.CSV: "CSV, for a spreadsheet", Form.FHIR: "FHIR R4 AuditEvent, one a line"}
FILES = {
    Form.CSV: ("audit-trail.csv", "text/csv"),
    Form.FHIR: ("audit-trail.ndjson", "application/fhir+ndjson"),
}


def chain(actor: Actor, zone: ZoneInfo) -> None:
    """How long the trail is, when it was last anchored, and a check on demand."""
    with looking(open_building(), actor) as desk:
        head, now = desk.open(AuditTrail).head(), desk.now
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(f"{head.seq:,} lines")
        anchored = f"{clock_time(head.anchored_at, zone)} ({ago(head.anchored_at, now)})"
        st.caption(f"Last anchored outside the database: {anchored}, {head.anchored_seq:,} lines")
        st.space("stretch")
        asked = may_do(actor, "audit.verify") and st.button(
            "Check the whole trail", icon=":material/verified:", key="audit/verify",
            help="Reads every line and every anchor. 100,000 lines take some ten seconds.",
        )  # fmt: skip
    if asked:
        with said_plainly(), st.spinner("Reading every line"):
            _verdict(audit.verify_for(open_building(), actor))


def _verdict(verdict: Verdict) -> None:
    if verdict.ok:
        st.success(verdict.sentence, icon=":material/verified:")
        return
    st.error(
        f"{verdict.sentence} Change nothing, keep the database and the anchor file as they are, "
        "and call your security officer.",
        icon=":material/gpp_bad:",
    )


def search(actor: Actor, zone: ZoneInfo) -> None:
    """Lines by what was done, by whom, to what and when."""
    with st.form("audit/search", border=False):
        wanted = _filter(actor, zone)
        asked = st.form_submit_button("Search", icon=":material/search:", type="primary")
    if asked:
        with said_plainly():
            st.session_state[FOUND] = audit.search(open_building(), actor, wanted(), MOST)
    lines: Sequence[Line] | None = st.session_state.get(FOUND)
    if lines is not None:
        _table(lines, zone, names_on_record(open_building(), actor))
    if may_do(actor, "audit.export"):
        _export(actor, wanted)


def _filter(actor: Actor, zone: ZoneInfo) -> Callable[[], Wanted]:
    with looking(open_building(), actor) as desk:
        names = desk.open(StaffList).names()
    people = {f"staff/{id}": name for id, name in sorted(names.items(), key=lambda n: n[1])}
    what, who, where, begin, end = st.columns((2, 2, 2.4, 1.8, 1.8))
    verb = what.selectbox(
        "What was done", sorted({*ALLOWED, *HOUSE_VERBS}), index=None, placeholder="Anything",
    )  # fmt: skip
    person = who.selectbox(
        "By whom", list(people), format_func=people.__getitem__, index=None, placeholder="Anybody"
    )
    record = where.text_input("Record", placeholder="conversation/…", help="A reference, no name.")
    first = begin.date_input("From", None, format="YYYY-MM-DD")
    last = end.date_input("To", None, format="YYYY-MM-DD")
    return lambda: Wanted(
        verb=verb or "",
        actor=person or "",
        subject=record.strip(),
        since=_midnight(first, zone),
        until=_midnight(last + timedelta(days=1), zone) if last else None,
    )


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None


def _table(lines: Sequence[Line], zone: ZoneInfo, named: Mapping[str, str]) -> None:
    if not lines:
        st.info("Nothing on record matches. Widen the dates, or leave a field empty.")
        return
    more = f" Only the newest {MOST} are shown: narrow the filter." if len(lines) == MOST else ""
    st.caption(f"{len(lines)} lines, newest first. This search is on record too.{more}")
    st.dataframe(_frame(lines, zone, named), hide_index=True, width="stretch")


def _frame(lines: Sequence[Line], zone: ZoneInfo, named: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "When": [line.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") for line in lines],
            "Who": [line.who for line in lines],
            "What": [line.verb for line in lines],
            "Ending": [ENDINGS[line.ending] for line in lines],
            "How": [line.reason for line in lines],
            "Record": [line.subject for line in lines],
            "Sources": [line.sources for line in lines],
            "Prompt": [_prompt(line.prompt_digest, named) for line in lines],
            "Line": [line.seq for line in lines],
        }
    )


def _prompt(digest: str, named: Mapping[str, str]) -> str:
    return f"{named[digest]} ({digest})" if digest in named else digest


def _export(actor: Actor, wanted: Callable[[], Wanted]) -> None:
    with st.expander("Export", icon=":material/download:"):
        st.caption("Everything the last search's filter finds, oldest first. It goes on record.")
        form = st.radio("Form", list(FORMS), format_func=FORMS.__getitem__, key="audit/form")
        if not st.button("Prepare the file", key="audit/prepare"):
            return
        with said_plainly(), st.spinner("Writing every line"):
            made = exported(open_building(), actor, form, wanted())
            name, media_type = FILES[form]
            st.download_button(
                f"Download {made.lines:,} lines", made.text, name, media_type,
                icon=":material/download:", on_click="ignore", key="audit/download",
            )  # fmt: skip


def story(actor: Actor, zone: ZoneInfo) -> None:
    """One item from arrival to verified reply."""
    asked_for = st.query_params.get("item", "")
    with st.form("audit/story", border=False):
        reference = st.text_input(
            "Reference", asked_for, placeholder="conversation/…",
            help="Of a conversation, or of a message, suggestion, delivery or note in it.",
        )  # fmt: skip
        asked = st.form_submit_button("Tell its story", icon=":material/history:", type="primary")
    if asked:
        with said_plainly():
            st.session_state[TOLD] = audit.story(open_building(), actor, reference)
    told: Story | None = st.session_state.get(TOLD)
    if told is not None:
        _told(told, zone, names_on_record(open_building(), actor))


def _told(told: Story, zone: ZoneInfo, named: Mapping[str, str]) -> None:
    st.text(told.subject)
    st.dataframe(_frame(told.lines, zone, named), hide_index=True, width="stretch")
    if told.suggestions:
        st.markdown("**What engines suggested**")
        st.dataframe(_suggestions(told, zone, named), hide_index=True, width="stretch")
    if told.deliveries:
        st.markdown("**What left the building**")
        st.dataframe(_deliveries(told, zone), hide_index=True, width="stretch")


def _suggestions(told: Story, zone: ZoneInfo, named: Mapping[str, str]) -> pd.DataFrame:
    rows = [
        {
            "When": clock_time(suggestion.created_at, zone),
            "Engine": f"{suggestion.engine} {suggestion.model}",
            "Prompt": _prompt(suggestion.prompt_digest, named),
            "Sources": suggestion.source_refs,
            "Category": suggestion.category,
            "Urgency": suggestion.urgency,
            "Became": str(suggestion.outcome),
            "Decided by": told.name_of(suggestion.decided_by),
            "Changed": suggestion.edit_distance,
            "Dollars": suggestion.microdollars / 1_000_000,
        }
        for suggestion in told.suggestions
    ]
    return pd.DataFrame(rows)


def _deliveries(told: Story, zone: ZoneInfo) -> pd.DataFrame:
    rows = [
        {
            "Approved": clock_time(delivery.created_at, zone),
            "By": told.name_of(delivery.approved_by),
            "As": delivery.approver_role.replace("_", " "),
            "State": delivery.state.replace("_", " "),
            "Sent": clock_time(delivery.sent_at, zone),
            "Settled": clock_time(delivery.settled_at, zone),
            "Number there": delivery.remote_id,
            "Why not": delivery.error,
            "SHA-256 of what was approved": delivery.digest,
        }
        for delivery in told.deliveries
    ]
    return pd.DataFrame(rows)


actor = open_room("audit.read", "read the audit trail")
zone = zone_of(actor)
st.title("Audit")
chain(actor, zone)
lines_tab, story_tab = st.tabs(["Search", "One item's story"])
with lines_tab:
    search(actor, zone)
with story_tab:
    story(actor, zone)
