"""Local accounts: e-mail and password for practices without an identity provider.

Every attempt is counted before its answer is known, so that guessing in parallel gains
nothing. From the fifth failure in a row the account waits, longer each time; after a hundred
it stays closed until an administrator sets a new password. Nobody else is slowed down.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from db import reading
from db.audit import Ending
from db.staff import SignIns, Staff, StaffList
from db.vocabulary import Role
from services import sessions
from services.container import Container
from services.desk import Actor, Desk, working
from services.errors import Invalid

HASHER = PasswordHasher()  # argon2id, 64 MiB, 3 passes: RFC 9106 section 4, second choice
SHORTEST, LONGEST = 12, 128
FREE_FAILURES, LAST_FAILURE = 5, 100
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
NOT_RIGHT = (
    "That e-mail and password do not match, or the account is waiting after several failures. "
    "Try again in a few minutes, or ask your administrator."
)


@dataclass(frozen=True)
class NewAccount:
    """What an account is made of. ``password_hash`` is empty where OIDC signs the person in."""

    email: str
    name: str
    role: Role
    licensed: bool = False
    password_hash: str = ""
    issuer: str | None = None
    subject: str | None = None


def sign_in(container: Container, email: str, password: str) -> Staff:
    """The person with this e-mail and password.

    Raises ``Invalid`` with the same words, after the same work, for an unknown address, a wrong
    password, a waiting account and a disabled one. Takes about 0.25 s and 64 MiB.
    """
    person = _counted(container, email.strip())
    right = _matches(person.password_hash if person else _nobodys_hash(), password)
    if person is None or not right:
        if person:
            _note_failure(container, person)
        raise Invalid(NOT_RIGHT)
    return _welcomed(container, person)


def hashed(password: str, email: str, name: str) -> str:
    """The hash to keep of a new password, in about 0.25 s: call it outside a transaction.

    Raises ``Invalid`` when the password is too short, too long or easy to guess for this person.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(f"A password needs {SHORTEST} to {LONGEST} characters.")
    if len(set(password)) < 5:
        raise Invalid("This password repeats itself. Please choose another.")
    told = {word for word in re.split(r"\W+|_", f"{email} {name}".lower()) if len(word) > 3}
    if any(word in password.lower() for word in told):
        raise Invalid("A password may not contain the person's name or e-mail address.")
    return HASHER.hash(password)


def create_account(desk: Desk, new: NewAccount) -> Staff:
    """Let someone in from now on. Raises ``Invalid`` when the e-mail address is taken.

    The caller has checked the role of who asks: ``staff.add`` in ``services.policy``.
    """
    email = new.email.strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise Invalid("This is not an e-mail address.")
    if SignIns(desk.session).by_email(email):
        raise Invalid("Someone already signs in with this e-mail address.")
    person = Staff(**{**vars(new), "email": email}, practice_id=desk.practice_id)
    desk.open(StaffList).add(person)
    desk.record("accounts.create", person.ref, reason=new.role.value)
    return person


def set_password(desk: Desk, staff_id: UUID, password_hash: str) -> None:
    """Replace a password (see ``hashed``), end every session and open a closed account again."""
    person = desk.open(StaffList).get(staff_id)
    person.password_hash = password_hash
    person.failed_attempts, person.locked_until = 0, None
    sessions.end_all(desk, staff_id)
    desk.record("accounts.set_password", person.ref)


def disable(desk: Desk, staff_id: UUID) -> None:
    """Nobody signs in with this account any more, and whoever is signed in is out at once."""
    person = desk.open(StaffList).get(staff_id)
    person.disabled_at = person.disabled_at or desk.now
    sessions.end_all(desk, staff_id)
    desk.record("accounts.disable", person.ref)


def _counted(container: Container, email: str) -> Staff | None:
    """The person who may try now, the attempt already counted against them."""
    with reading(container.engine) as session:
        known = SignIns(session).by_email(email)
    if known is None or not known.password_hash:
        return None
    with working(container, _door(known)) as desk:
        person = _locked_row(desk, known.id)
        if not person.is_active or _is_waiting(person, desk.now):
            desk.record("accounts.sign_in_failed", person.ref, Ending.REFUSED, reason="waiting")
            return None
        person.failed_attempts += 1
        person.locked_until = _next_try(person.failed_attempts, desk.now)
        return person


def _note_failure(container: Container, person: Staff) -> None:
    with working(container, _door(person)) as desk:
        attempts = str(person.failed_attempts)
        desk.record("accounts.sign_in_failed", person.ref, Ending.REFUSED, reason="password")
        if person.failed_attempts >= FREE_FAILURES:
            desk.record("accounts.locked", person.ref, Ending.REFUSED, reason=attempts)


def _welcomed(container: Container, known: Staff) -> Staff:
    with working(container, _door(known)) as desk:
        person = _locked_row(desk, known.id)
        person.failed_attempts, person.locked_until = 0, None
        return person


def _locked_row(desk: Desk, id: UUID) -> Staff:
    # Two guesses at once must not both read the same count.
    return desk.session.get_one(Staff, id, with_for_update=True, populate_existing=True)


def _is_waiting(person: Staff, now: datetime) -> bool:
    closed = person.failed_attempts >= LAST_FAILURE
    return closed or (person.locked_until is not None and person.locked_until > now)


def _next_try(failures: int, now: datetime) -> datetime | None:
    if failures < FREE_FAILURES:
        return None
    longer = FIRST_WAIT * (1 << min(failures - FREE_FAILURES, 10))
    return now + min(longer, LONGEST_WAIT)


def _matches(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("an unknown address costs as much time as a known one")


def _door(person: Staff) -> Actor:
    return Actor.job(person.practice_id, "door")
