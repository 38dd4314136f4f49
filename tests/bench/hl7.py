"""Notes to ORU^R01 and back: CPU for a message beside a loop by hand, python-hl7 and hl7apy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from services.ehr.hl7 import (
    Note,
    Patient,
    Profile,
    Provider,
    Section,
    Sex,
    build,
    control_id,
    observations,
    parse,
    read,
)
from tests.bench import hl7_by_peers as peers
from tests.bench.figures import A_SECOND, MICROSECONDS, Figure, Scale, cpu

CODES = ("CC", "HPI", "PMH", "ROS", "VITALS", "PE", "ASSESSMENT", "PLAN")
TEXT = (
    "Temp 38.2 & cough | 3 days; denies chest pain.\nLungs clear, no wheeze. Follow up in 1 week."
)
PROFILE = Profile(
    "Adult visit", "Location/l.1", tuple(Section(c.lower(), c, c.title()) for c in CODES)
)
NOTE = Note(
    Patient("100116", "Synthetic", "Sam", date(1980, 2, 3), Sex.FEMALE), "ap.116",
    Provider("1234567893", "Synthetic", "Pat"), {c.lower(): TEXT for c in CODES},
)  # fmt: skip
ROWS = [(c, c.title(), TEXT) for c in CODES]
CONTROL = control_id("bench")
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Peer:
    """Another way to do it, what ratio is wanted, and how many messages it gets through in time."""

    name: str
    work: Callable[[], object]
    target: str
    share: float


def measure(scale: Scale) -> Iterator[Figure]:
    """Messages of eight sections, about 1,400 bytes; each peer does what it can in the time."""
    sent = build(NOTE, PROFILE, CONTROL, AT)
    assert [(o.code, o.label, o.value) for o in observations(read(sent))] == ROWS
    yield from _beside("ORU^R01 built and checked", lambda: build(NOTE, PROFILE, CONTROL, AT), (
        Peer("by hand with escapes", lambda: peers.build_by_hand(ROWS, CONTROL), "<= 3x", 1),
        Peer("python-hl7", lambda: peers.build_by_python_hl7(ROWS, CONTROL), "<= 0.083x", 0.1),
        Peer("hl7apy", lambda: peers.build_by_hl7apy(ROWS, CONTROL), "<= 0.002x", 0.005),
    ), scale)  # fmt: skip
    yield from _beside("ORU^R01 to rows", lambda: observations(read(sent)), (
        Peer("by hand with escapes", lambda: peers.read_by_hand(sent), "<= 2x", 1),
        Peer("python-hl7", lambda: peers.read_by_python_hl7(sent), "<= 0.04x", 0.1),
        Peer("hl7apy", lambda: peers.read_by_hl7apy(sent), "<= 0.00125x", 0.005),
    ), scale)  # fmt: skip
    yield from _beside("ORU^R01 to the note it was", lambda: parse(sent, PROFILE), (), scale)


def _beside(
    what: str, ours: Callable[[], object], others: tuple[Peer, ...], scale: Scale
) -> Iterator[Figure]:
    each = _microseconds(ours, scale.messages, scale.rounds)
    yield Figure(f"{what}: messages", 1_000_000 / each, A_SECOND)
    for peer in others:
        times = max(1, int(scale.messages * peer.share))
        theirs = _microseconds(peer.work, times, scale.rounds if peer.share == 1 else 1)
        yield Figure(f"{what}, eight sections", each, MICROSECONDS, peer.name, theirs, peer.target)


def _microseconds(work: Callable[[], object], times: int, rounds: int) -> float:
    def repeated() -> None:
        for _ in range(times):
            work()

    work()  # what is read only once does not count
    return cpu(repeated, rounds) / times * 1_000_000
