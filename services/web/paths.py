"""Which path asks for what: the one table the gate goes by."""

import re
from enum import StrEnum

SIGN_IN, SIGN_OUT, STYLE = "/door/sign-in", "/door/sign-out", "/door/door.css"
OIDC_START, OIDC_CALLBACK = "/door/oidc/start", "/door/oidc/callback"
ACTIVITY, WATCH = "/door/activity", "/door/watch"
HEALTH, READY, METRICS = "/healthz", "/readyz", "/metrics"
HOOK = re.compile(r"/hooks/[A-Za-z0-9-]{1,64}")

# Streamlit's own counters and its door for programs: nobody needs them from outside.
_NEVER = re.compile(r"/+_stcore/+(metrics|agent|script-health-check)(/|$)")
_PARTS = re.compile(r"/(_stcore|media|component|static|vendor|app|door)(/|$)|.*\.[a-z0-9]{2,5}$")


class Needs(StrEnum):
    """What a request must bring to be let through."""

    NOTHING = "nothing"  # machines: health checks, hooks and metrics bring their own proof
    OUR_HOST = "our host"  # the door itself
    SESSION = "a session"
    NEVER = "never"


_OPEN = {HEALTH: Needs.NOTHING, READY: Needs.NOTHING, METRICS: Needs.NOTHING} | dict.fromkeys(
    (SIGN_IN, SIGN_OUT, STYLE, OIDC_START, OIDC_CALLBACK), Needs.OUR_HOST
)


def needs(path: str) -> Needs:
    """What *path* needs. Whatever is not on the list needs a session."""
    if _NEVER.match(path):
        return Needs.NEVER
    if HOOK.fullmatch(path):
        return Needs.NOTHING
    return _OPEN.get(path, Needs.SESSION)


def is_page(path: str) -> bool:
    """Whether a person would see *path* in the address bar, rather than a part of a page."""
    return not _PARTS.match(path)


def is_ours(path: str) -> bool:
    """Whether *path* is a way back into the pages, and not to somebody else's address."""
    return re.fullmatch(r"/(?![/\\])[\w\-./~%?=&+,]*", path) is not None and is_page(path)
