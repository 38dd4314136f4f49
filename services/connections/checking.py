"""The job that tests a line when somebody asked: the same tries as ``foyer doctor``, kept in words."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial

from db.connections import Connections
from db.line_checks import LineChecks
from services import roads
from services.connections.systems import SYSTEMS
from services.desk import Actor, looking, working
from services.doctor import outside
from services.doctor.finding import Finding, tried, well
from services.ehr.ports import Road
from services.lines import Lines
from services.settings import PracticeSettings

JOB = "connections.check"
LEASE = timedelta(minutes=2)
NETWORK = "Check the address, the network and the firewall."
Try = Callable[[Lines, PracticeSettings], Iterator[Finding]]


def check_asked(lines: Lines) -> Counter[str]:
    """Test what was asked for. Any number of workers may do this together."""
    actor = Actor.job(lines.practice.id, JOB)
    if not _asked(lines, actor):
        return Counter()  # most of the time: a look, and no transaction that writes
    with working(lines.container, actor) as desk:
        claimed = [check.line for check in desk.open(LineChecks).claim(desk.now, desk.now + LEASE)]
    endings = [_keep(lines, actor, line, _found(lines, line)) for line in claimed]
    return Counter(tested=len(endings), ill=endings.count(False))


def _asked(lines: Lines, actor: Actor) -> bool:
    with looking(lines.container, actor) as desk:
        return any(check.done_at is None for check in desk.open(LineChecks).by_line().values())


def _found(lines: Lines, line: str) -> list[Finding]:
    settings, code = lines.container.settings, lines.practice.code
    connection = next((one for one in settings.practice if one.code == code), None)
    if connection is None:
        return [well("This practice has no connection in the settings.")]
    system = SYSTEMS[line]
    if not system.is_set(settings, connection):
        return [well(f"Not connected: {system.setting} is empty in the settings.")]
    return tried(system.title, NETWORK, partial(TRIES[line], lines, connection))


def _keep(lines: Lines, actor: Actor, line: str, found: list[Finding]) -> bool:
    ok = all(finding.ok for finding in found)
    with working(lines.container, actor) as desk:
        check = desk.open(LineChecks).locked(line)
        if check is not None:
            check.done_at, check.lease, check.ok = desk.now, None, ok
            check.told = "\n".join(_sentences(found, lines.practice.code))
            desk.record(JOB, f"line/{line}", reason="well" if ok else "ill")
    return ok


def _sentences(found: list[Finding], code: str) -> Iterator[str]:
    """What is wrong first, each with what to do about it."""
    for finding in sorted(found, key=lambda one: one.ok):
        words = finding.what.removeprefix(f"{code}: ")
        begun = words.replace("the", "The", 1) if words.startswith("the ") else words
        yield f"{begun} {finding.advice}".strip()


def _ecw(lines: Lines, connection: PracticeSettings) -> Iterator[Finding]:
    yield from outside.address(lines.container, connection)
    actor = Actor.job(lines.practice.id, JOB)
    with roads.on_road(lines.container, actor, Road.FHIR_READ):
        found = lines.ehr.roads.capabilities()
    roads.keep_capabilities(lines.container, actor, found)
    able = sum(capability.able for capability in found)
    yield well(f"eCW lets us in. {able} of {len(found)} roads are open.")


def _healow(lines: Lines, connection: PracticeSettings) -> Iterator[Finding]:
    """One page is asked for and not kept: the next poll asks for it again."""
    actor, road = Actor.job(lines.practice.id, JOB), Road.HEALOW_MESSAGES
    with looking(lines.container, actor) as desk:
        known = desk.open(Connections).by_road().get(road)
    with roads.on_road(lines.container, actor, road):
        page = lines.ehr.mailbox.changed_since(known.cursor if known else None)
    more = " and more" if page.more else ""
    yield well(f"healow answers. {len(page.messages)}{more} messages wait for the next poll.")


def _clearinghouse(lines: Lines, connection: PracticeSettings) -> Iterator[Finding]:
    return outside.clearinghouse(lines.container, lines.practice, connection)


def _sftp(lines: Lines, connection: PracticeSettings) -> Iterator[Finding]:
    return outside.sftp(lines.container, lines.practice, connection)


TRIES: Mapping[str, Try] = {
    "ecw": _ecw,
    "healow": _healow,
    "hl7": lambda lines, connection: outside.hl7(lines.container, connection),
    "clearinghouse": _clearinghouse,
    "sftp": _sftp,
    "claude": lambda lines, connection: outside.claude(lines.container.settings),
    "identity": lambda lines, connection: outside.identity_provider(lines.container.settings),
    "mail": lambda lines, connection: outside.mail(lines.container.settings),
}
