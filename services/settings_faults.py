"""What is wrong with settings that each look right alone: one sentence for every fault."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from db.vocabulary import Role

if TYPE_CHECKING:
    from services.settings import PracticeSettings, Settings

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
DATABASES = ("sqlite:///", "postgresql+psycopg://")


def faults_of(settings: "Settings") -> Iterator[str]:
    """Every fault, without the values: some of them are secrets."""
    for check in (_database, _times, _claude, _oidc, _address):
        yield from check(settings)
    codes = Counter(practice.code for practice in settings.practice)
    yield from (f"practice {code}: is there {n} times." for code, n in codes.items() if n > 1)
    for practice in settings.practice:
        name = f"practice {practice.code}"
        for fault in (*_addresses_of(practice), *_key_of(practice), *_contract_of(practice)):
            yield f"{name}: {fault}"


def _database(settings: "Settings") -> Iterator[str]:
    if not settings.database_url.startswith(DATABASES):
        yield f"database_url: must begin with {' or '.join(DATABASES)}."


def _times(settings: "Settings") -> Iterator[str]:
    if settings.settle_seconds <= settings.deadline_seconds:
        yield "settle_seconds: must be longer than deadline_seconds, or a reply could go out twice."


def _claude(settings: "Settings") -> Iterator[str]:
    if settings.ai_engine != "claude":
        return
    if not settings.anthropic_api_key.get_secret_value():
        yield "anthropic_api_key: is missing, and ai_engine is claude."
    if settings.claude_model not in settings.claude_prices:
        yield "claude_prices: has no price for claude_model, so the cap cannot be kept."
    if not _is_safe(settings.claude_base_url):
        yield "claude_base_url: must be an https:// address."


def _oidc(settings: "Settings") -> Iterator[str]:
    if not settings.oidc_issuer:
        if not settings.local_accounts:
            yield "oidc_issuer: is missing, and local_accounts is off: nobody could sign in."
        return
    if not _is_safe(settings.oidc_issuer):
        yield "oidc_issuer: must be an https:// address."
    for name in ("oidc_client_id", "oidc_practice"):
        if not getattr(settings, name):
            yield f"{name}: is missing, and oidc_issuer is set."
    if not settings.oidc_client_secret.get_secret_value():
        yield "oidc_client_secret: is missing, and oidc_issuer is set."
    for unknown in sorted(set(settings.oidc_roles.values()) - set(Role)):
        yield f"oidc_roles: there is no role {unknown}."


def _address(settings: "Settings") -> Iterator[str]:
    if not _is_safe(settings.base_url):
        yield "base_url: must be https:// anywhere but on this machine."


def _addresses_of(practice: "PracticeSettings") -> Iterator[str]:
    if not _is_safe(practice.fhir_base):
        yield "fhir_base is not an https:// address."
    if practice.healow_base and not _is_safe(practice.healow_base):
        yield "healow_base is not an https:// address."
    if practice.clearinghouse_base and not _is_safe(practice.clearinghouse_base):
        yield "clearinghouse_base is not an https:// address."
    if not _is_zone(practice.timezone):
        yield "timezone is not the name of a time zone, such as America/New_York."


def _key_of(practice: "PracticeSettings") -> Iterator[str]:
    if not practice.private_key_file.is_file():
        yield "private_key_file does not exist."
        return
    try:
        if "PRIVATE KEY-----" not in practice.private_key_file.read_text():
            yield "private_key_file holds no private key in PEM form."
    except (OSError, UnicodeDecodeError):
        yield "private_key_file cannot be read."


def _contract_of(practice: "PracticeSettings") -> Iterator[str]:
    """What was agreed in writing needs the addresses and names to use it."""
    if practice.reply_channel and not practice.healow_base:
        yield "reply_channel needs healow_base."
    if practice.idempotent_replies and not practice.reply_channel:
        yield "idempotent_replies needs reply_channel, the write contract for replies."
    if practice.clearinghouse_base and not practice.clearinghouse_key.get_secret_value():
        yield "clearinghouse_base needs clearinghouse_key."
    if practice.claim_writes and not practice.clearinghouse_base:
        yield "claim_writes needs clearinghouse_base."
    named = (practice.claim_sender, practice.claim_receiver, practice.claim_phone)
    if practice.claim_writes and not all(named):
        yield "claim_writes needs claim_sender, claim_receiver and claim_phone."
    if practice.telephone_encounters and not (practice.provider_ref and practice.location_ref):
        yield "telephone_encounters needs provider_ref and location_ref."


def _is_safe(address: str) -> bool:
    # Patients' data crosses a network only under TLS; the sandbox on this machine is the exception.
    try:
        parts = urlsplit(address)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return named and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        return False
    return True
