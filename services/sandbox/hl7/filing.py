"""What becomes of a note: refused by eCW's codes, or filed section by section, some of it dropped in silence."""

from dataclasses import dataclass, field
from datetime import datetime

from services.sandbox.charts import patient_of
from services.sandbox.hl7.messages import Answer, Incoming, part, text_of
from services.sandbox.ledger import Ledger, Write
from services.sandbox.notes.cabinet import Filed
from services.sandbox.notes.filing import show_note
from services.sandbox.shapes import Json, stamp
from services.sandbox.tenants import Tenant
from services.sandbox.world import World

KIND = "hl7_note"
TEXTS = ("FT", "TX", "ST")
DOCUMENT = "DOC"
Dropped = list[Json]


@dataclass(frozen=True)
class Outcome:
    """The answer, and for the truth what was filed and what was dropped without a word."""

    answer: Answer
    filed: tuple[str, ...] = ()
    dropped: tuple[Json, ...] = ()
    again: bool = False


@dataclass(frozen=True)
class Refusal(Exception):
    """A no, with its code and place."""

    error: str
    place: str = ""
    code: str = "AE"


@dataclass
class Arrived:
    """One message that came, and the practice it is for."""

    message: Incoming
    tenant: Tenant
    at: datetime
    silent: bool = False
    dropped: Dropped = field(default_factory=list)

    @property
    def control(self) -> str:
        """MSH-10."""
        return self.message.value("MSH", 10)


def receive(arrived: Arrived, world: World) -> Outcome:
    """Judge and file one message. The same MSH-10 again is answered as before and files nothing."""
    control, ledger = arrived.control, world.ledger
    try:
        _require_kind(arrived.message)
        if _is_known(control, arrived.tenant, ledger):
            return Outcome(Answer("AA", control), again=True)
        patient, encounter = _whose(arrived)
        sections = _sections(arrived)
    except Refusal as refusal:
        return Outcome(Answer(refusal.code, control, refusal.error, refusal.place))
    if not arrived.silent:
        ledger.accept(_write(arrived, patient, encounter, sections))
        _into_note(arrived, world, encounter, sections)
    return Outcome(Answer("AA", control), tuple(sections), tuple(arrived.dropped))


def _into_note(arrived: Arrived, world: World, encounter: str, sections: Json) -> None:
    """The visit's note shows what came, whatever road it came by."""
    id, ours = encounter.rpartition("/")[2], arrived.message.value("OBR", 3)
    for code, section in sections.items():
        if section["type"] in TEXTS:
            one = Filed(code, section["text"], "hl7", ours, stamp(arrived.at))
            arrived.tenant.notes.file(id, one)
    if (found := arrived.tenant.chart.get("Encounter", id)) is not None:
        show_note(world, arrived.tenant, found)


def _require_kind(message: Incoming) -> None:
    """AR for what this interface cannot take at all."""
    if (message.value("MSH", 9, 1), message.value("MSH", 9, 2)) != ("ORU", "R01"):
        raise Refusal("200", "MSH^1^9", "AR")
    if message.value("MSH", 12) != "2.5.1":
        raise Refusal("203", "MSH^1^12", "AR")
    if message.value("MSH", 11) not in ("P", "T", "D"):
        raise Refusal("202", "MSH^1^11", "AR")
    if not message.value("MSH", 10):
        raise Refusal("101", "MSH^1^10")


def _is_known(control: str, tenant: Tenant, ledger: Ledger) -> bool:
    return any(w.id == control for w in _notes(ledger, tenant.code))


def _notes(ledger: Ledger, practice: str) -> list[Write]:
    return [w for w in ledger.writes if w.kind == KIND and w.practice == practice]


def _whose(arrived: Arrived) -> tuple[str, str]:
    """Patient and encounter as references. Raises Refusal by the interface's own codes."""
    message, chart = arrived.message, arrived.tenant.chart
    if not message.all("OBR"):
        raise Refusal("307")
    if message.value("OBR", 4) != "PROG":
        raise Refusal("306", "OBR^1^4")
    patient = _patient(arrived.tenant, message.value("PID", 3))
    encounter = chart.get("Encounter", message.value("PV1", 19).rpartition("/")[2])
    if encounter is None:
        raise Refusal("304", "PV1^1^19")
    if patient_of(encounter) != patient:
        raise Refusal("303", "PV1^1^19")
    if encounter["id"] in arrived.tenant.notes.signed:
        raise Refusal("305", "PV1^1^19")  # a signed note is locked
    return patient, f"Encounter/{encounter['id']}"


def _patient(tenant: Tenant, mrn: str) -> str:
    for patient in tenant.chart.all("Patient"):
        known = [i.get("value") for i in patient.get("identifier", []) if i.get("use") == "usual"]
        if mrn in known and patient.get("active", True):
            return patient_of(patient)
    raise Refusal("204", "PID^1^3")


def _sections(arrived: Arrived) -> Json:
    """Forward through the location's template; what does not fit is dropped, and nobody is told."""
    template = _template(arrived)
    found: Json = {}
    reached = -1
    for number, observation in enumerate(arrived.message.all("OBX"), start=1):
        code, place = part(observation, 3), -1
        if code in template:
            place = template.index(code)
        why = _why_dropped(observation, number, place, reached)
        if why:
            arrived.dropped.append({"obx": number, "code": code, "why": why})
            continue
        reached = place
        found[code] = _section(observation)
    return found


def _why_dropped(observation: tuple[str, ...], number: int, place: int, reached: int) -> str:
    if place < 0:
        return "unknown"
    if part(observation, 1) != str(number):
        return "set id"
    if place <= reached:
        return "order"
    return "" if part(observation, 2) in (*TEXTS, "ED") else "type"


def _section(observation: tuple[str, ...]) -> Json:
    value = observation[5] if len(observation) > 5 else ""
    kind = observation[2]
    lines = [text_of(line) for line in value.split("~")] if kind in TEXTS else [value]
    return {"text": "\n".join(lines), "type": kind, "status": part(observation, 11)}


def _template(arrived: Arrived) -> tuple[str, ...]:
    """By location: PV1-3 (point of care, facility or description), else the sending facility."""
    message = arrived.message
    places = [message.value("PV1", 3, component) for component in (1, 4, 9)]
    for place in (*places, message.value("MSH", 4)):
        if place in arrived.tenant.note_templates:
            return (*arrived.tenant.note_templates[place], DOCUMENT)
    raise Refusal("308", "PV1^1^3")


def _write(arrived: Arrived, patient: str, encounter: str, sections: Json) -> Write:
    return Write(
        KIND, arrived.tenant.code, arrived.control, patient, "", stamp(arrived.at),
        thread=encounter, client_ref=arrived.message.value("OBR", 3), values=sections,
    )  # fmt: skip


def filed(ledger: Ledger, practice: str, encounter: str) -> Json:
    """Per section of one encounter what stands there now: text, type, status, message and moment."""
    reference = f"Encounter/{encounter.rpartition('/')[2]}"
    found: Json = {}
    for write in _notes(ledger, practice):
        if write.thread == reference:
            found |= {
                code: {**section, "message": write.id, "at": write.at}
                for code, section in write.values.items()
            }
    return found
