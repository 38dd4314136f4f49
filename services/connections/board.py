"""How every line out of the building is doing, as the page of connections shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from db.call_minutes import CallMinutes
from db.connections import Connection, Connections
from db.ehr_tokens import EhrToken, EhrTokens
from db.line_checks import LineCheck, LineChecks
from db.practices import Practices
from db.staff import StaffList
from services.connections.asking import LOST, READ
from services.connections.systems import SYSTEMS, System
from services.container import Container
from services.desk import Actor, Desk, looking
from services.ehr.governor import minute_of
from services.settings import PracticeSettings


@dataclass(frozen=True)
class SignIn:
    """Where the sign-in at eCW stands, without the token. ``state`` is none, alive, over or held."""

    state: str
    until: datetime | None = None
    permissions: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Calls:
    """Calls to eCW in the running minute, of how many, and until when eCW asked us to wait."""

    made: int
    most: int
    paused_until: datetime | None


@dataclass(frozen=True)
class Tested:
    """The last test of a line, or the one that is running."""

    running: bool
    at: datetime
    by: str
    ok: bool
    told: tuple[str, ...]


@dataclass(frozen=True)
class LineCard:
    """One system: whether it is connected, its last test, and the roads to it as last seen."""

    line: str
    system: System
    is_set: bool
    roads: tuple[Connection, ...]
    tested: Tested | None


@dataclass(frozen=True)
class Board:
    """Everything at one moment."""

    now: datetime
    cards: tuple[LineCard, ...]
    sign_in: SignIn
    calls: Calls


def board(container: Container, actor: Actor) -> Board:
    """How everything stands; nobody is called. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require(READ, "see the connections")
        return Board(desk.now, tuple(_cards(desk)), _sign_in(desk), _calls(desk))


def _cards(desk: Desk) -> Iterator[LineCard]:
    code = Practices(desk.session).get(desk.practice_id).code
    settings = desk.container.settings
    connection = next((one for one in settings.practice if one.code == code), None)
    known, checks = desk.open(Connections).by_road(), desk.open(LineChecks).by_line()
    for line, system in SYSTEMS.items():
        yield LineCard(
            line=line,
            system=system,
            is_set=_is_set(desk, system, connection),
            roads=tuple(known[road] for road in system.roads if road in known),
            tested=_tested(desk, checks[line]) if line in checks else None,
        )


def _is_set(desk: Desk, system: System, connection: PracticeSettings | None) -> bool:
    return connection is not None and system.is_set(desk.container.settings, connection)


def _tested(desk: Desk, check: LineCheck) -> Tested:
    names = desk.open(StaffList).names()
    by = names.get(check.staff_id, "somebody") if check.staff_id else "the house"
    waiting = check.done_at is None
    if waiting and desk.now - check.asked_at >= LOST:
        return Tested(False, check.asked_at, by, False, ("No worker came to test it.",))
    told = tuple(check.told.splitlines())
    return Tested(waiting, check.done_at or check.asked_at, by, check.ok, told)


def _sign_in(desk: Desk) -> SignIn:
    token = desk.open(EhrTokens).current()
    if token is None or (token.held_until is None and token.expires_at is None):
        return SignIn("none")
    if token.held_until is not None:
        held = token.held_until > desk.now
        return SignIn("held" if held else "none", token.held_until, reason=token.reason)
    return _signed_in(token, desk.now)


def _signed_in(token: EhrToken, now: datetime) -> SignIn:
    alive = token.expires_at is not None and token.expires_at > now
    return SignIn("alive" if alive else "over", token.expires_at, len(token.scopes.split()))


def _calls(desk: Desk) -> Calls:
    minutes = desk.open(CallMinutes)
    row = minutes.first(minutes.rows())
    if row is None:
        return Calls(0, desk.container.settings.calls_a_minute, None)
    made = row.calls if row.minute == minute_of(desk.now) else 0
    paused = row.paused_until if row.paused_until and row.paused_until > desk.now else None
    return Calls(made, desk.container.settings.calls_a_minute, paused)
