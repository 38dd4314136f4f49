"""Asking for a test of a line, and letting Foyer sign in to eCW again at once."""

from datetime import timedelta

from db.ehr_tokens import EhrTokens
from db.line_checks import LineCheck, LineChecks
from services.connections.systems import SYSTEMS
from services.desk import Desk
from services.errors import Invalid, Stale
from services.management import Deed, managed

READ, CHECK, SIGN_IN = "connections.read", "connections.check", "connections.sign_in_again"
LOST = timedelta(minutes=3)  # a test that took longer is not coming back


@managed(CHECK, "Test now")
def ask(desk: Desk, line: str) -> Deed[None]:
    """Have this line tried for real, within a few seconds; it changes nothing on the other side.

    Raises ``Invalid`` for a line nobody knows, and ``Stale`` while a test of it is running.
    """
    if line not in SYSTEMS:
        raise Invalid("There is no such connection.")
    checks = desk.open(LineChecks)
    check = checks.locked(line)
    if check and check.done_at is None and desk.now - check.asked_at < LOST:
        raise Stale("It is being tested already.")
    check = check or checks.add(
        LineCheck(practice_id=desk.practice_id, line=line, asked_at=desk.now)
    )
    check.asked_at, check.staff_id = desk.now, desk.actor.staff_id
    check.lease = check.done_at = None
    return Deed(f"line/{line}", "asked for a test", None)


@managed(SIGN_IN, "Sign in again")
def sign_in_again(desk: Desk) -> Deed[None]:
    """Forget the present sign-in at eCW, so that the next call signs in anew.

    For after eCW has authorised the connection again. Raises ``Stale`` where there is none.
    """
    token = desk.open(EhrTokens).current()
    if token is None:
        raise Stale("Foyer has not signed in yet; it will with its first call.")
    was = "held" if token.held_until else "signed in"
    token.value = token.issued_at = token.expires_at = token.held_until = None
    token.scopes = token.reason = ""
    return Deed("line/ecw", f"{was} -> signs in anew", None)
