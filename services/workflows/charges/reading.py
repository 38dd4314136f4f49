"""The charges of one visit opened: each code with its sentences, the arithmetic, and what became of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from db.charges import ChargeCapture, ChargeCaptures
from db.connections import Connections
from db.deliveries import Deliveries
from db.staff import StaffList
from services import outbox, rollout
from services.actions import places_of
from services.container import Container
from services.desk import Actor, Desk, working
from services.ehr.charges import ChargeWrite
from services.ehr.ports import Road
from services.options import PracticeOptions
from services.policy import ALLOWED, may
from services.sent import SentEntry, sent_entry
from services.workflows.charges.checking import Warned, warnings
from services.workflows.charges.coding import Coding
from services.workflows.charges.comparing import Comparison, compared
from services.workflows.charges.keeping import coding_of, promised
from services.workflows.charges.listing import READ, Row, rows_of

READ_NOTE = "charges.read_note"


@dataclass(frozen=True)
class OpenCharges:
    """Everything the open pane shows. ``standing`` is the state of each promise by line,
    ``cannot_send`` why no charge can leave, empty where it can.
    """

    row: Row
    codes: Coding = field(repr=False)
    standing: Mapping[str, str]
    warnings: tuple[Warned, ...] = field(repr=False)
    difference: str = field(repr=False)
    compared: Comparison | None = field(repr=False)
    sent: tuple[tuple[str, SentEntry], ...] = field(repr=False)
    approved_by: str
    approved_at: datetime | None
    cannot_send: str
    options: PracticeOptions
    verbs: frozenset[str]


def open_charges(container: Container, actor: Actor, id: UUID) -> OpenCharges:
    """Open the charges of one visit. The audit line is written before anything is returned.

    Raises ``NotFound``, ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require(READ, "read charges")
        capture = desk.open(ChargeCaptures).get(id)
        rollout.require(desk, "charges", places_of(capture), "Charges")
        desk.record("charges.opened", capture.ref)
        return _open(desk, capture)


def whole_note(container: Container, actor: Actor, id: UUID) -> tuple[tuple[str, str], ...]:
    """Every section of the signed note, title and text: more than a code rests on, and on the trail.

    Raises ``NotFound``, ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require(READ_NOTE, "read whole notes")
        capture = desk.open(ChargeCaptures).get(id)
        rollout.require(desk, "charges", places_of(capture), "Charges")
        desk.record("charges.note_opened", capture.ref, sources=capture.note_digest)
        kept = desk.vault.read(capture, "note").text
        return tuple((title, text) for title, text in json.loads(kept)) if kept else ()


def _open(desk: Desk, capture: ChargeCapture) -> OpenCharges:
    names, role = desk.open(StaffList).names(), desk.actor.role
    codes = coding_of(desk, capture)
    day = capture.visit_at.astimezone(desk.options.zone).date()
    return OpenCharges(
        row=rows_of(desk, [capture])[0],
        codes=codes,
        standing={line: str(d.state) for line, (d, _) in promised(desk, capture).items()},
        warnings=warnings(codes, day),
        difference=desk.vault.read(capture, "difference").text,
        compared=compared(desk, capture),
        sent=_sent(desk, capture, names),
        approved_by=names.get(capture.approved_by, "") if capture.approved_by else "",
        approved_at=capture.approved_at,
        cannot_send=_cannot_send(desk),
        options=desk.options,
        verbs=frozenset(v for v in ALLOWED if role is not None and may(role, v)),
    )


def _sent(
    desk: Desk, capture: ChargeCapture, names: Mapping[UUID, str]
) -> tuple[tuple[str, SentEntry], ...]:
    """Every promise with its code, oldest first, taken back ones too."""
    found = []
    for delivery in desk.open(Deliveries).of_charge(capture.id):
        write = outbox.outbound_of(delivery, desk.vault.read(delivery, "payload").text)
        if isinstance(write, ChargeWrite):
            code = " ".join([write.code, *write.modifiers])
            found.append((code, sent_entry(delivery, names)))
    return tuple(found)


def _cannot_send(desk: Desk) -> str:
    road = desk.open(Connections).of(Road.WRITE_CHARGES)
    return "" if road.able else road.reason or "The connection has not been checked yet."
