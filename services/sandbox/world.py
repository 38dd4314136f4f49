"""Everything the sandbox remembers while it runs, and the settings it was started with."""

from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request

from services.sandbox.access import Access, Client
from services.sandbox.clearing.house import House
from services.sandbox.clock import Clock
from services.sandbox.faults import Faults
from services.sandbox.ledger import Ledger
from services.sandbox.meter import Meter
from services.sandbox.pace import ClaimsPace, Pace
from services.sandbox.refusals import fhir_refusal, too_many
from services.sandbox.shapes import Json
from services.sandbox.staff import SignIn
from services.sandbox.tenants import Tenant
from services.sandbox.webhooks import Hook


@dataclass(frozen=True)
class SandboxConfig:
    """How to start. *inbox* messages are there already, *per_hour* more arrive on a random clock.

    ``forms`` is the share of coming visits that get a check-in form, 0 for none and no new patients.

    ``visits`` adults have one today, 0 for none beside the schedule; ``signed`` more were seen this
    morning and ``yesterday`` the day before, their notes typed and signed in eCW.

    ``practices`` are codes: the first has all patients, any further one four others.
    ``state`` is a file that carries threads and ledger over to the next start.
    ``hook_url`` is a loopback address told of each new message, signed with ``hook_secret``.
    ``mllp_port`` is where notes arrive by HL7 (0 picks a free port, ``None`` for none), under TLS
    where ``mllp_tls`` names a certificate chain and its key.
    ``clearinghouse_key`` opens every practice's account; ``claims_pace`` says how soon claims are answered.
    """

    seed: int = 7
    inbox: int = 0
    per_hour: float = 0
    forms: float = 0
    visits: int = 0
    signed: int = 0
    yesterday: int = 0
    practices: tuple[str, ...] = ("FEIGDM", "FEIGD2")
    clients: tuple[Client, ...] = ()
    state: Path | None = None
    hook_url: str = ""
    hook_secret: str = field(default="", repr=False)
    clearinghouse_key: str = field(default="sandbox-clearinghouse-key", repr=False)
    claims_pace: ClaimsPace = field(default_factory=ClaimsPace)
    mllp_port: int | None = None
    mllp_tls: tuple[Path, Path] | None = None


@dataclass
class World:
    """The practices and the machinery around them. Only the server's own loop touches it."""

    config: SandboxConfig
    tenants: dict[str, Tenant]
    access: Access
    pace: Pace
    hook: Hook
    clock: Clock
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    meter: Meter = field(default_factory=Meter)
    sign_ins: dict[str, SignIn] = field(default_factory=dict)
    wrong_id_token: str = ""
    houses: dict[str, House] = field(default_factory=dict)
    note_journal: list[Json] = field(default_factory=list)

    @property
    def messages(self) -> int:
        """How many messages there are, in all practices."""
        return sum(len(t.mailbox.messages) for t in self.tenants.values())

    def tenant(self, code: str) -> Tenant:
        """The practice behind a code, its due forms in the chart. Raises Refused for a code eCW has not."""
        if code not in self.tenants:
            raise fhir_refusal(404, f"Practice code {code} is not known.", "not-found")
        self.tenants[code].take_in(self.clock.now())
        return self.tenants[code]

    def count(self, tenant: Tenant) -> None:
        """Count one call. Raises Refused with a bare 429 when the minute's calls are used up."""
        if not self.meter.admits(tenant.code, tenant.switches.rate_limit, self.clock.now()):
            raise too_many()


def world_of(request: Request) -> World:
    """The world behind the application that serves *request*."""
    world = request.app.state.world
    if not isinstance(world, World):
        raise TypeError("The application was not made by create_app.")
    return world
