"""One practice on the sandbox: its switches, its chart, its mailbox, and the ids it hands out."""

from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any

from services.sandbox.charts import Chart
from services.sandbox.mailbox import Mailbox
from services.sandbox.notes.cabinet import Cabinet
from services.sandbox.notes.layout import LAYOUTS
from services.sandbox.shapes import Json
from services.sandbox.stories import Repertoire, repertoire
from services.sandbox.tray import Tray, Version

INTAKE_WRITES = (
    *("Patient", "Coverage", "AllergyIntolerance", "MedicationStatement", "Condition"),
    "QuestionnaireResponse",
)
AS_LIFETIME: Any = "as token_seconds"
# A location's progress-note template: the codes of its sections, in their order.
NOTE_TEMPLATES = {
    f"Location/{id}": tuple(section.code for section in layout) for id, layout in LAYOUTS.items()
}


@dataclass(frozen=True)
class Switches:
    """What differs from practice to practice, and what a rehearsal may break.

    ``rate_limit`` is calls a minute, ``None`` for no limit; ``settle_seconds`` is how long a
    write stays invisible to reads; ``expires_in`` is announced as it is, ``None`` leaves it out;
    ``scopes`` and ``granted`` of ``None`` follow the contract; ``intake_writes`` are the types of
    check-in that may be written; a bulk export takes ``export_seconds``. ``open_api`` opens the
    Open API of notes, ``transcripts`` and ``note_layout`` what it tells beside them.
    ``charge_writes`` lets an app enter the charges of a visit.
    """

    write_contract: bool = True
    healow_channel: bool = True
    writeback_user: bool = True
    intake_writes: tuple[str, ...] = INTAKE_WRITES
    idempotency: bool = True
    rate_limit: int | None = 250
    token_seconds: float = 300
    expires_in: Any = AS_LIFETIME
    scopes: tuple[str, ...] | None = None
    granted: tuple[str, ...] | None = None
    page_size: int = 20
    settle_seconds: float = 0
    export_seconds: float = 2
    open_api: bool = True
    transcripts: bool = True
    note_layout: bool = True
    charge_writes: bool = True


@dataclass(frozen=True)
class Job:
    """One export; the poll address is the only handle on it."""

    group: str
    kinds: tuple[str, ...]
    since: str
    started: datetime


@dataclass
class Tenant:
    """One practice code and everything behind it."""

    code: str
    chart: Chart
    switches: Switches = field(default_factory=Switches)
    mailbox: Mailbox = field(default_factory=Mailbox)
    replies_by_key: dict[str, Json] = field(default_factory=dict)
    issued: dict[str, int] = field(default_factory=dict)
    written: dict[str, datetime | None] = field(default_factory=dict)
    tray: Tray = field(default_factory=Tray)
    notes: Cabinet = field(default_factory=Cabinet)
    without_portal: set[str] = field(default_factory=set)
    exports: dict[str, Job] = field(default_factory=dict)
    told: dict[date, Repertoire] = field(default_factory=dict)
    note_templates: dict[str, tuple[str, ...]] = field(default_factory=lambda: {**NOTE_TEMPLATES})

    def stories(self, today: date) -> Repertoire:
        """What its patients could write today; worked out once a day."""
        if today not in self.told:
            self.told = {today: repertoire(self.chart, today)}
        return self.told[today]

    def next_id(self, prefix: str) -> str:
        """The next id of a kind: ``m-1.17``. Ids hold a dot, as eCW's do, and are the tenant's own."""
        self.issued[prefix] = self.issued.get(prefix, 0) + 1
        return f"{prefix}.{self.issued[prefix]}"

    def write(self, resource: Json, at: datetime | None = None) -> Json:
        """Put a resource into the chart; one written *at* a moment shows once it has settled."""
        self.written[f"{resource['resourceType']}/{resource['id']}"] = at
        return self.chart.put(resource)

    def shows(self, resource: Json, now: datetime) -> bool:
        """Has this resource settled, so that reads find it?"""
        at = self.written.get(f"{resource['resourceType']}/{resource['id']}")
        return at is None or (now - at).total_seconds() >= self.switches.settle_seconds

    def take_in(self, now: datetime) -> None:
        """Let the forms that were authored until *now* show in the chart, amended ones over older."""
        for version in self.tray.due(now):
            self.file(version)

    def file(self, version: Version) -> Json:
        """Put one version of a form into the chart, unless a later one is there."""
        form = version.form
        known = self.chart.get(form["resourceType"], form["id"])
        if known and known["authored"] > form["authored"]:
            return known
        self.tray.file(version)
        return self.write(form)

    def switch(self, changes: Json) -> Switches:
        """Set switches by name. Raises ValueError naming what there is none of."""
        unknown = changes.keys() - {f.name for f in fields(Switches)}
        if unknown:
            raise ValueError(f"No such switch: {', '.join(sorted(unknown))}.")
        if strange := set(changes.get("intake_writes", ())) - set(INTAKE_WRITES):
            raise ValueError(f"Check-in does not write: {', '.join(sorted(strange))}.")
        lists = {k: tuple(v) for k, v in changes.items() if isinstance(v, list)}
        self.switches = replace(self.switches, **{**changes, **lists})
        return self.switches
