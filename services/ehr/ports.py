"""What the practice needs from its EHR, and the values that cross that border.

Ports are named for needs, not technologies; no vendor JSON passes beyond the adapters.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from services.ehr.contract import Capability as Capability
from services.ehr.contract import Road as Road
from services.ehr.contract import Roads as Roads
from services.ehr.directory import Directory as Directory
from services.ehr.directory import Place as Place

if TYPE_CHECKING:
    from services.ehr.billing import Clearinghouse, FileDrop
    from services.ehr.charges import Charges
    from services.ehr.notebook import Notebook
    from services.ehr.registration import Forms, Registrar


class Author(StrEnum):
    """Who wrote a portal message."""

    PATIENT = "patient"
    PROXY = "proxy"
    PRACTICE = "practice"


@dataclass(frozen=True)
class Attachment:
    """What we keep of an attachment: never its bytes."""

    portal_id: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class IncomingMessage:
    """One version of a portal message, repaired as ``flags`` tell; ``withdrawn`` has no text."""

    portal_id: str
    thread_id: str
    version: int
    patient_ref: str
    author: Author
    subject: str
    body: str = field(repr=False)
    sent_at: datetime
    received_at: datetime
    withdrawn: bool = False
    in_reply_to: str | None = None
    client_ref: str | None = None
    location: str | None = None
    department: str | None = None
    provider: str | None = None
    attachments: tuple[Attachment, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quarantined:
    """An item that cannot be used, and why; never its text."""

    source_id: str
    reason: str


@dataclass(frozen=True)
class MessagePage:
    """One whole page of messages, and where to go on. All or nothing."""

    messages: tuple[IncomingMessage, ...]
    quarantined: tuple[Quarantined, ...]
    cursor: str
    more: bool


@dataclass(frozen=True)
class Receipt:
    """The other side's word that it took something: its id for what we wrote."""

    remote_id: str
    detail: str = ""


@dataclass(frozen=True)
class PortalReply:
    """A reply to a patient's portal thread. ``delivery_id`` is our business identifier."""

    thread_id: str
    patient_ref: str
    text: str = field(repr=False)
    delivery_id: str


@dataclass(frozen=True)
class CopiedReply:
    """A reply that a person copied into eCW by hand: never sent by us, only looked for."""

    thread_id: str
    patient_ref: str
    text: str = field(repr=False)
    delivery_id: str


@dataclass(frozen=True)
class TelephoneEncounter:
    """A telephone encounter for the practice's own queue in eCW (at most 2,000 characters a field)."""

    patient_ref: str
    provider_ref: str
    location_ref: str
    organization_ref: str | None
    assigned_to: str | None
    reason: str = field(repr=False)
    message: str = field(repr=False)
    notes: str = field(repr=False)
    delivery_id: str
    at: datetime


@dataclass(frozen=True)
class NewMessage:
    """A message with which the practice writes first. ``delivery_id`` is our business identifier."""

    patient_ref: str
    subject: str
    text: str = field(repr=False)
    delivery_id: str


Outbound = PortalReply | CopiedReply | TelephoneEncounter | NewMessage


class Mailbox(Protocol):
    """The portal's messages."""

    def changed_since(self, cursor: str | None) -> MessagePage:
        """One page of messages changed after *cursor*, oldest change first; never a partial one.
        Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``."""

    def reply(self, reply: PortalReply) -> Receipt:
        """Send a reply. Raises ``Unreachable`` (not sent), ``Refused`` or ``InDoubt``."""

    def find_reply(self, reply: PortalReply) -> Receipt | None:
        """Read the thread back and look for our reply by delivery id and text; ``None`` if it is not there."""

    def find_copy(self, copied: CopiedReply) -> Receipt | None:
        """Read the thread back and look for these words from the practice; ``None`` if absent."""

    def send(self, message: NewMessage) -> Receipt:
        """Begin a thread. Raises ``Unreachable`` (not sent), ``Refused`` or ``InDoubt``."""

    def find_sent(self, message: NewMessage) -> Receipt | None:
        """Look for it by delivery id, patient and text; ``None`` if it is not there."""


class Desktop(Protocol):
    """The practice's own work queue inside eCW: telephone encounters."""

    def create(self, encounter: TelephoneEncounter) -> Receipt:
        """Create it. Raises ``Unreachable`` (not sent), ``Refused`` with eCW's code, or ``InDoubt``."""

    def find(self, encounter: TelephoneEncounter) -> Receipt | None:
        """Read back by patient, day and delivery id; ``None`` if it is not there."""


@dataclass(frozen=True)
class PatientRecord:
    """Who the patient is. ``replaced_by`` names the survivor of a merge."""

    ref: str
    family: str = field(repr=False)
    given: str = field(repr=False)
    birth_date: str = field(repr=False)
    gender: str
    mrn: str = field(repr=False)
    language: str = ""
    active: bool = True
    replaced_by: str | None = None
    synthetic: bool = False


@dataclass(frozen=True)
class Problem:
    """One active problem."""

    ref: str
    text: str
    code: str = ""
    onset: str = ""


@dataclass(frozen=True)
class Medication:
    """One current prescription. ``last_fill`` and ``refills_left`` are empty where the chart does not say."""

    ref: str
    text: str
    dose: str = ""
    authored: str = ""
    last_fill: str = ""
    refills_left: int | None = None


@dataclass(frozen=True)
class Allergy:
    """One allergy or intolerance."""

    ref: str
    text: str
    reaction: str = ""
    criticality: str = ""


@dataclass(frozen=True)
class ResultValue:
    """One laboratory or vital-sign value; FHIR dates keep their precision."""

    ref: str
    text: str
    value: str
    unit: str
    when: str
    flag: str = ""


@dataclass(frozen=True)
class Visit:
    """A past or coming encounter."""

    ref: str
    start: str
    status: str
    reason: str = ""
    provider_ref: str = ""
    location_ref: str = ""


@dataclass(frozen=True)
class ChartSummary:
    """What staff see beside a message, as of one moment."""

    patient: PatientRecord
    problems: tuple[Problem, ...] = ()
    medications: tuple[Medication, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    results: tuple[ResultValue, ...] = ()
    last_visit: Visit | None = None
    next_visit: Visit | None = None


@dataclass(frozen=True)
class ServiceRecord:
    """What the chart says of one day of service: its visits, and what was on record by then."""

    visits: tuple[Visit, ...] = ()
    problems: tuple[Problem, ...] = ()
    medications: tuple[Medication, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    results: tuple[ResultValue, ...] = ()


class Chart(Protocol):
    """The patient's chart, read only."""

    def patient(self, ref: str) -> PatientRecord:
        """Who this is, following nothing: a merged patient says so in ``replaced_by``."""

    def summary(self, ref: str, today: date) -> ChartSummary:
        """Active problems, current medications, allergies, last results, last and next visit."""

    def on_day(self, ref: str, day: date) -> ServiceRecord:
        """Visits of *day*; problems and allergies by then; what was ordered and measured before."""


@dataclass(frozen=True)
class Ehr:
    """One practice's lines to its EHR."""

    practice_code: str
    mailbox: Mailbox
    chart: Chart
    desktop: Desktop
    directory: Directory
    forms: "Forms"
    registrar: "Registrar"
    notebook: "Notebook"
    charges: "Charges"
    clearing: "Clearinghouse"
    roads: Roads
    idempotent_replies: bool
    drop: "FileDrop | None" = None
