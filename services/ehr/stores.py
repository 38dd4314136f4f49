"""Tokens and call counts in our database, so that all processes of a practice act as one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID, uuid4

from db import Session, reading, writing
from db.call_minutes import CallMinutes
from db.ehr_tokens import EhrToken, EhrTokens
from db.job_runs import give_up, hold
from db.vault import Unreadable, Vault
from services.container import Container
from services.ehr.governor import minute_of
from services.ehr.tokens import Hold, Token
from services.errors import Unreachable

LOOK_AGAIN = timedelta(milliseconds=50)
BUSY = "Another part of Foyer is signing in to eCW; going on shortly."


class SharedTokens:
    """A ``TokenStore`` for one practice; the token is sealed like PHI."""

    def __init__(self, container: Container, practice_id: UUID) -> None:
        self.container = container
        self.practice_id = practice_id
        self._here = Lock()
        # Signing in is two calls; a holder that died must not block others for longer.
        self._length = timedelta(seconds=2 * container.settings.deadline_seconds + 5)

    def read(self) -> Token | Hold | None:
        """See ``TokenStore``."""
        with reading(self.container.engine) as session:
            row = EhrTokens(session, self.practice_id).current()
            return self._standing(session, row) if row else None

    def _standing(self, session: Session, row: EhrToken) -> Token | Hold | None:
        if row.held_until:
            return Hold(row.reason, row.held_until)
        if row.value is None or row.issued_at is None or row.expires_at is None:
            return None
        try:
            value = self._vault(session).read(row, "value").text
        except Unreadable:
            # A token costs one call; one sealed under a lost key is simply fetched anew.
            return None
        return Token(value, frozenset(row.scopes.split()), row.issued_at, row.expires_at)

    def write(self, standing: Token | Hold) -> None:
        """See ``TokenStore``."""
        with writing(self.container.engine) as session:
            row = EhrTokens(session, self.practice_id).current() or self._new(session)
            self._forget(row)
            if isinstance(standing, Hold):
                row.reason, row.held_until = standing.reason, standing.until
                return
            row.issued_at, row.expires_at = standing.issued_at, standing.expires_at
            row.scopes = " ".join(sorted(standing.scopes))
            self._vault(session).seal_into(row, value=standing.value)

    def _new(self, session: Session) -> EhrToken:
        key = self._vault(session).new_key()
        session.add(key)
        row = EhrToken(practice_id=self.practice_id, key_id=key.id)
        return EhrTokens(session, self.practice_id).add(row)

    def forget(self) -> None:
        """See ``TokenStore``."""
        with writing(self.container.engine) as session:
            if row := EhrTokens(session, self.practice_id).current():
                self._forget(row)

    def _forget(self, row: EhrToken) -> None:
        row.value = row.issued_at = row.expires_at = row.held_until = None
        row.scopes = row.reason = ""

    @contextmanager
    def lease(self) -> Iterator[None]:
        """See ``TokenStore``: threads queue here, processes at the database."""
        if not self._here.acquire(timeout=self._length.total_seconds()):
            raise Unreachable(BUSY)
        holder = str(uuid4())
        try:
            self._hold(holder)
            yield
        finally:
            self._give_up(holder)
            self._here.release()

    def _hold(self, holder: str) -> None:
        name, end = self._lease_name(), time.monotonic() + self._length.total_seconds()
        while time.monotonic() < end:
            with writing(self.container.engine) as session:
                if hold(session, name, holder, self.container.clock(), self._length):
                    return
            time.sleep(LOOK_AGAIN.total_seconds())
        raise Unreachable(BUSY)

    def _give_up(self, holder: str) -> None:
        with writing(self.container.engine) as session:
            give_up(session, self._lease_name(), holder, self.container.clock())

    def _lease_name(self) -> str:
        return f"ehr-token/{self.practice_id}"

    def _vault(self, session: Session) -> Vault:
        return Vault(session, self.practice_id, self.container.keyring)


class SharedCalls:
    """A ``CallCounter`` for one practice, exact across processes."""

    def __init__(self, container: Container, practice_id: UUID) -> None:
        self.container = container
        self.practice_id = practice_id

    def take(self, minute: datetime, ceiling: int) -> bool:
        """See ``CallCounter``."""
        with writing(self.container.engine) as session:
            return CallMinutes(session, self.practice_id).take(minute, ceiling)

    def pause(self, until: datetime) -> None:
        """See ``CallCounter``."""
        with writing(self.container.engine) as session:
            minute = minute_of(self.container.clock())
            CallMinutes(session, self.practice_id).pause(until, minute)

    def paused_until(self) -> datetime | None:
        """See ``CallCounter``."""
        with reading(self.container.engine) as session:
            return CallMinutes(session, self.practice_id).paused_until()
