"""What an administrator tells Foyer about one practice's connection to eCW and healow."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from services.ehr.ports import Road
from services.ehr.sftp_account import SftpAccount
from services.errors import Misconfigured

# eCW: 250 calls a minute for each practice, counting token calls too (since 2025-10-07).
CALLS_A_MINUTE = 250
TELEPHONE_HARD_LIMIT = 2000  # integrators' figure for one eCW text extension
TELEPHONE_SAFE_LIMIT = 1800


@dataclass(frozen=True)
class Budget:
    """Calls a minute: charts and forms stop at ``background``, so that messages and read-backs
    still go on up to ``sync``, and people up to ``sync + interactive``.

    What is left up to ``total`` is kept for tokens and writes.
    """

    total: int = CALLS_A_MINUTE
    sync: int = 150
    interactive: int = 50

    @classmethod
    def of(cls, total: int) -> "Budget":
        """The same parts of another *total*, for a practice that eCW allows more or less."""
        usual = cls()
        return cls(
            total, total * usual.sync // usual.total, total * usual.interactive // usual.total
        )

    @property
    def background(self) -> int:
        """Where charts and forms stop, so that the rest of ``sync`` is there for messages."""
        return self.sync * 3 // 4


@dataclass(frozen=True)
class TelephoneDefaults:
    """Who and where telephone encounters are for when nothing else is said.

    ``characters`` is the longest text we send in one field: 1,800 is safe, 2,000 the
    most. ``check_roles`` asks PractitionerRole before writing, since eCW answers 101
    when provider, location and organization do not agree.
    """

    provider_ref: str
    location_ref: str
    organization_ref: str | None = None
    assigned_to: str | None = None
    characters: int = TELEPHONE_SAFE_LIMIT
    check_roles: bool = True


@dataclass(frozen=True)
class PracticeConnection:
    """One practice's lines to eCW and healow, as configured; secrets do not print.

    ``aud`` replaces the token address as the assertion's audience where a tenant needs
    it. ``contract`` holds the roads the practice has a contract for. ``ccda_folder`` and
    ``hl7_address`` are where notes go as files and as messages.
    """

    code: str
    fhir_base: str
    client_id: str
    key_id: str
    private_key_pem: str = field(repr=False)
    healow_base: str | None = None
    clearing_base: str | None = None
    clearing_key: str = field(default="", repr=False)
    sftp: SftpAccount | None = None
    scopes: tuple[str, ...] = ()
    aud: str | None = None
    token_url: str | None = None
    contract: frozenset[Road] = frozenset()
    idempotent_replies: bool = False
    telephone: TelephoneDefaults | None = None
    timezone: str = "America/New_York"
    deadline: timedelta = timedelta(seconds=30)
    largest_answer: int = 20 * 1024 * 1024
    budget: Budget = Budget()
    ca_file: str | None = None
    openapi_base: str | None = None
    ccda_folder: str = ""
    hl7_address: str = ""


def require_usable(practice: PracticeConnection) -> None:
    """Raises ``Misconfigured`` with one sentence for each fault."""
    faults = [*_address_faults(practice), *_sign_in_faults(practice), *_limit_faults(practice)]
    if faults:
        raise Misconfigured([f"Connection of practice {practice.code}: {f}" for f in faults])


def _address_faults(practice: PracticeConnection) -> Sequence[str]:
    addresses = {
        "the FHIR address": practice.fhir_base,
        "the healow address": practice.healow_base,
        "the token address": practice.token_url,
        "the clearinghouse's address": practice.clearing_base,
        "the Open API's address": practice.openapi_base,
    }
    return [
        f"{name} must begin with https:// (plain http only on this machine)."
        for name, address in addresses.items()
        if address is not None and not is_protected(address)
    ]


def is_protected(address: str) -> bool:
    """Whether a bearer token may travel there: by TLS, or without leaving this machine."""
    parts = urlsplit(address)
    if not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sign_in_faults(practice: PracticeConnection) -> Sequence[str]:
    wanted = {
        "the client id": practice.client_id,
        "the key id": practice.key_id,
        "the list of scopes": " ".join(practice.scopes),
    }
    faults = [f"{name} is missing." for name, value in wanted.items() if not value.strip()]
    if "PRIVATE KEY" not in practice.private_key_pem:
        faults.append("the private key is not a PEM private key.")
    return faults


def _limit_faults(practice: PracticeConnection) -> Sequence[str]:
    faults = []
    budget = practice.budget
    if not 0 < budget.sync + budget.interactive < budget.total:
        faults.append("the call budget must leave some of its total for tokens and writes.")
    if practice.telephone and not 0 < practice.telephone.characters <= TELEPHONE_HARD_LIMIT:
        faults.append(f"telephone encounters hold at most {TELEPHONE_HARD_LIMIT} characters.")
    if practice.deadline <= timedelta(0):
        faults.append("the deadline must be longer than nothing.")
    if practice.sftp and not practice.sftp.host_keys:
        faults.append("the SFTP server's key is not named, so anybody could answer for it.")
    if not _is_zone(practice.timezone):
        faults.append("the time zone is not a known one, such as America/New_York.")
    return faults


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        return False
    return True
