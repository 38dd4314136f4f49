"""The front door: who is here, which rooms their role has, and the frame around every page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from db import reading
from db.practices import Practice, Practices
from pages.parts.desk import keep_watch, open_building, sign_out, signed_in, turned_away
from services.desk import Actor
from services.policy import may

HERE = Path(__file__).parent

# A named icon would be fetched from another origin.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Crect width='16' height='16' rx='4' fill='%230b6e6e'/%3E"
    "%3Cpath d='M5 13V3h6v10M9 8v1' stroke='white' stroke-width='1.5' fill='none'/%3E%3C/svg%3E"
)

# The frame lies in the bar above the room, so that it costs the room no height.
_STYLE = st.components.v2.component(
    "foyer_frame",
    css="""
.st-key-frame { position: fixed; top: 0.45rem; right: 1rem; left: auto; z-index: 999999;
  width: max-content !important; gap: 0.9rem; }
.st-key-frame * { margin-bottom: 0 !important; white-space: nowrap; font-size: 0.875rem; }
.st-key-frame > * { align-self: center; }
:has(> .st-key-frame), .st-key-frame-style, .st-key-beacon { position: absolute; }
@media (max-width: 1100px) { .st-key-frame [data-testid="stText"] { display: none; } }
""",
    isolate_styles=False,
)


@dataclass(frozen=True)
class Room:
    """One page: its file, its name, what it is for, and the verb that opens it.

    ``address`` is where it is found, unless its file's name will do.
    """

    file: str
    title: str
    icon: str
    help: str
    verb: str
    address: str = ""


ROOMS: Mapping[str, Sequence[Room]] = {
    "Front desk": (
        Room("front_desk/inbox.py", "Inbox", ":material/inbox:",
             "Patient messages, most urgent first, each with what you can do about it.",
             "inbox.read"),
        Room("front_desk/intake.py", "Intake", ":material/assignment_ind:",
             "Filled-in forms beside the chart: check what differs, one click writes it.",
             "intake.read"),
        Room("front_desk/reminders.py", "Reminders", ":material/event_upcoming:",
             "Who is coming, what we will tell them, and what they answered.", "reminders.read"),
    ),
    "Clinical": (
        Room("clinical/notes.py", "Notes", ":material/clinical_notes:",
             "Visits and their drafts beside the sources; one click sends them for signature.",
             "notes.read"),
        Room("clinical/summaries.py", "Summaries", ":material/family_home:",
             "Signed visits in plain words beside the note; one click sends them to the patient.",
             "summaries.read"),
        Room("clinical/templates.py", "Templates", ":material/view_list:",
             "Which sections a note has where, in which order, and whether eCW agrees.",
             "notes.read_templates"),
    ),
    "Billing": (
        Room("billing/charges.py", "Charges", ":material/point_of_sale:",
             "Codes that a signed note supports, each with its sentence; one click enters them in eCW.",
             "charges.read"),
        Room("billing/denials.py", "Denials", ":material/money_off:",
             "What payers refused: why, how long is left, and what to do about it.",
             "denials.read"),
        Room("billing/claims.py", "Claims", ":material/receipt_long:",
             "Claims before they leave and after, and the files that tell of them.",
             "claims.read"),
        Room("billing/revenue.py", "Revenue", ":material/monitoring:",
             "What was denied and what became of it, to the cent beside the payers' files.",
             "claims.read"),
        Room("billing/deadlines.py", "Deadlines", ":material/event_busy:",
             "How long each payer leaves to file, correct, appeal and reconsider, and says who.",
             "claims.read_deadlines"),
    ),
    "Manage": (
        Room("manage/jobs.py", "Jobs", ":material/schedule:",
             "What runs by itself: last run, next run, and what went wrong.", "jobs.read"),
        Room("manage/metrics.py", "Metrics", ":material/insights:",
             "What changed: times, rates and dollars beside targets and what was before.",
             "metrics.read", "numbers"),  # /metrics is what Prometheus reads
        Room("manage/rollout.py", "Rollout", ":material/tune:",
             "Where each workflow is switched on, and the kill switch.", "rollout.read"),
        Room("manage/practice.py", "Practice", ":material/settings:",
             "Hours, targets, pools, letterhead, consent: how the practice works.",
             "settings.read"),
        Room("manage/replies.py", "Replies", ":material/quick_phrases:",
             "The practice's approved wordings and macros, with their versions.",
             "replies.see_shelf"),
        Room("manage/prompts.py", "Prompts", ":material/edit_note:",
             "What engines are told, tried on past messages before it goes live.",
             "prompts.read"),
        Room("manage/connections.py", "Connections", ":material/cable:",
             "eCW, healow, clearinghouse and the rest: how each is doing, and a test.",
             "connections.read"),
        Room("manage/audit.py", "Audit", ":material/fact_check:",
             "Who did what and when, and whether the trail is whole.", "audit.read"),
        Room("manage/staff.py", "Staff", ":material/group:",
             "Who may sign in, and as what.", "staff.read"),
    ),
}  # fmt: skip


def rooms_of(actor: Actor) -> dict[str, list[Room]]:
    """The rooms this person's role opens, by section. Others do not exist for them."""
    mine = {
        section: [room for room in rooms if _is_open(room, actor)]
        for section, rooms in ROOMS.items()
    }
    return {section: rooms for section, rooms in mine.items() if rooms}


def _is_open(room: Room, actor: Actor) -> bool:
    allowed = actor.role is not None and may(actor.role, room.verb)
    return allowed and (HERE / room.file).exists()


def _stop_at_a_closed_door(actor: Actor, mine: Sequence[Room]) -> None:
    """An address that names a room of another role: say so, on the record, and show nothing."""
    asked = urlsplit(st.context.url or "").path.strip("/")
    for room in (room for rooms in ROOMS.values() for room in rooms):
        if _url(room) == asked and room not in mine:
            turned_away(actor, room.verb)
            st.error(f"Your role does not open {room.title}.", icon=":material/lock:")
            st.stop()


def _frame(actor: Actor, practice: Practice) -> None:
    _STYLE(key="frame-style")
    with st.container(key="frame", horizontal=True, width="content", vertical_alignment="center"):
        if practice.synthetic:
            st.badge("Simulated patients", icon=":material/science:", color="orange")
        st.text(practice.name, width="content")
        st.text(f"{actor.name}, {str(actor.role).replace('_', ' ')}", width="content")
        if st.button("Sign out", icon=":material/logout:", key="sign-out", type="tertiary"):
            sign_out()


def _practice(actor: Actor) -> Practice:
    with reading(open_building().engine) as session:
        return Practices(session).get(actor.practice_id)


def _page(room: Room) -> "st.Page":
    path = HERE / room.file
    return st.Page(path, title=room.title, icon=room.icon, help=room.help, url_path=_url(room))


def _url(room: Room) -> str:
    return room.address or Path(room.file).stem


def main() -> None:
    """One run of the page: who, frame, room."""
    st.set_page_config(page_title="Foyer", page_icon=_ICON, layout="wide")
    actor = signed_in()
    _frame(actor, _practice(actor))
    keep_watch()
    rooms = rooms_of(actor)
    if not rooms:
        st.info("There is nothing for your role here yet.")
        st.stop()
    _stop_at_a_closed_door(actor, [room for section in rooms.values() for room in section])
    shown = {section: [_page(room) for room in rooms[section]] for section in rooms}
    st.navigation(shown, position="sidebar").run()


main()
