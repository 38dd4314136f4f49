"""Signed-in sessions: who is behind a cookie, and when it stops being true.

A session lives in the database, so ending it ends it everywhere at once. It ends after
``settings.idle`` without human input, ``settings.session_hours`` after sign-in, at sign-out,
and when the person is disabled or gets a new password. Only ``touch`` counts as human input,
and only the browser's beacon at ``/door/activity`` calls it: typing and reading count, and
pages that refresh themselves do not.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db import reading, writing
from db.app_sessions import AppSession, AppSessions
from db.staff import SignIns, Staff
from services.container import Container
from services.desk import Actor, Desk, working
from services.settings import Settings

COOKIE_BYTES = 32  # 256 bits; NIST SP 800-63B asks for at least 64, OWASP ASVS 7.2.3 for 128
TOUCH_EVERY = timedelta(seconds=10)


@dataclass(frozen=True)
class SignedIn:
    """A session that is good at this moment: whose, and for how long without human input."""

    id: UUID
    actor: Actor
    csrf: str
    left: timedelta


def cookie_name(settings: Settings) -> str:
    """``__Host-`` pins the cookie to this host and TLS; browsers refuse the prefix without TLS."""
    return "__Host-foyer" if settings.secure else "foyer"


def begin(container: Container, person: Staff, *, how: str, before: str | None = None) -> str:
    """Open a session and return the new cookie value; whatever cookie there was *before* dies.

    *how* is ``password`` or ``oidc``, for the trail.
    """
    cookie = secrets.token_urlsafe(COOKIE_BYTES)
    with working(container, Actor.person(person)) as desk:
        if before:
            AppSessions(desk.session).revoke(digest(before), desk.now)
        desk.session.add(_fresh(desk, person, cookie))
        desk.record("accounts.sign_in", person.ref, reason=how)
    return cookie


def find(container: Container, cookie: str | None) -> SignedIn | None:
    """The session behind *cookie*; ``None`` when it is unknown, idle, expired or ended."""
    if not cookie:
        return None
    with reading(container.engine) as session:
        kept = AppSessions(session).by_digest(digest(cookie))
        person = SignIns(session).get(kept.staff_id) if kept else None
    if kept is None or person is None or not person.is_active:
        return None
    left = _left(container, kept)
    if left <= timedelta(0):
        return None
    return SignedIn(kept.id, Actor.person(person), kept.csrf, left)


def who(container: Container, cookie: str | None) -> Actor | None:
    """The person behind *cookie*, with the role they have now; ``None`` when nobody is."""
    found = find(container, cookie)
    return found.actor if found else None


def touch(container: Container, cookie: str | None) -> SignedIn | None:
    """A person did something: start the idle clock again. A session that is over stays over."""
    found = find(container, cookie)
    if found and found.left < container.settings.idle - TOUCH_EVERY:
        with writing(container.engine) as session:
            AppSessions(session).touch(found.id, container.clock())
        return find(container, cookie)
    return found


def why_over(container: Container, cookie: str | None) -> str:
    """Why there is nobody behind *cookie* any more: ``out`` when it was ended, else ``idle``."""
    with reading(container.engine) as session:
        kept = AppSessions(session).by_digest(digest(cookie or ""))
    return "out" if kept and kept.revoked_at else "idle"


def end(container: Container, cookie: str | None) -> None:
    """Sign out: this session is over in every tab and every process."""
    found = find(container, cookie)
    if found is None or cookie is None:
        return
    with working(container, found.actor) as desk:
        AppSessions(desk.session).revoke(digest(cookie), desk.now)
        desk.record("accounts.sign_out", found.actor.ref)


def end_all(desk: Desk, staff_id: UUID) -> None:
    """End every session of one person, in the transaction of *desk*."""
    AppSessions(desk.session).revoke_all(staff_id, desk.now)


def digest(cookie: str) -> str:
    """What the table keeps of a cookie: its SHA-256, from which the cookie cannot be made."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def _fresh(desk: Desk, person: Staff, cookie: str) -> AppSession:
    return AppSession(
        practice_id=person.practice_id,
        digest=digest(cookie),
        staff_id=person.id,
        csrf=secrets.token_urlsafe(COOKIE_BYTES),
        seen_at=desk.now,
        expires_at=desk.now + timedelta(hours=desk.container.settings.session_hours),
    )


def _left(container: Container, kept: AppSession) -> timedelta:
    if kept.revoked_at is not None:
        return timedelta(0)
    now: datetime = container.clock()
    return min(kept.seen_at + container.settings.idle, kept.expires_at) - now
