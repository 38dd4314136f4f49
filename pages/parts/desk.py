"""Who sits at this browser: every page and every fragment asks here first, on every run."""

from datetime import timedelta
from functools import cache
from typing import NoReturn

import streamlit as st

from db.audit import Ending
from pages.parts import beacon
from services import sessions, settings
from services.container import Container, open_container
from services.desk import Actor, working

WATCH_EVERY = timedelta(seconds=10)
OWNER = "_session"  # whose state this is, in Streamlit's session state


@cache
def open_building() -> Container:
    """The one container of this process. Raises ``Misconfigured``, a sentence for each fault."""
    return open_container(settings.load())


def signed_in() -> Actor:
    """The person at this browser, with the role they have now.

    When their session is over, the page is cleared, the browser is sent to the sign-in page and
    the run stops here. Fragments run without their page, so a fragment calls this as well.
    """
    found = _session()
    if found is None:
        _send_away(sessions.why_over(open_building(), _cookie()))
    if st.session_state.setdefault(OWNER, str(found.id)) != str(found.id):
        # A connection taken over by another session must not see what the first one left.
        st.session_state.clear()
        st.rerun()
    return found.actor


def sign_out() -> None:
    """End the session everywhere, and leave."""
    sessions.end(open_building(), _cookie())
    _send_away("out")


def turned_away(actor: Actor, verb: str) -> None:
    """Put on the record that *actor* knocked at a room their role does not open."""
    with working(open_building(), actor) as desk:
        desk.record(verb, actor.ref, Ending.REFUSED, reason="NotAllowed")


def keep_watch() -> None:
    """Report human input, and clear the page when the session ends. Once on every page."""
    limit = open_building().settings.idle
    beacon.listen(int(limit.total_seconds() * 1000))
    _watch()


@st.fragment(run_every=WATCH_EVERY)
def _watch() -> None:
    # It never prolongs the session. It also makes a page run again by itself after a failover.
    if _session() is None:
        st.rerun()


def _session() -> sessions.SignedIn | None:
    return sessions.find(open_building(), _cookie())


def _cookie() -> str | None:
    return st.context.cookies.get(sessions.cookie_name(open_building().settings))


def _send_away(why: str) -> NoReturn:
    st.session_state.clear()
    st.header("You are signed out")
    st.write("Nothing you had saved is lost.")
    st.markdown("[Sign in again](/door/sign-in)")
    beacon.leave(f"/door/sign-in?why={why}")
    st.stop()
