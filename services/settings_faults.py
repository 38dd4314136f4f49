"""What is wrong with settings that each look right alone: one sentence for every fault."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from db.vocabulary import Role
from services.ehr.sftp_account import is_fingerprint, place_of
from services.errors import Invalid
from services.mail_address import is_mail_address

if TYPE_CHECKING:
    from services.settings import PracticeSettings, Settings

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
DATABASES = ("sqlite:///", "postgresql+psycopg://")


def faults_of(settings: "Settings") -> Iterator[str]:
    """Every fault, without the values: some of them are secrets."""
    for check in (_database, _times, _claude, _oidc, _address, _mail):
        yield from check(settings)
    codes = Counter(practice.code for practice in settings.practice)
    yield from (f"practice {code}: is there {n} times." for code, n in codes.items() if n > 1)
    for practice in settings.practice:
        for check_one in (_addresses_of, _key_of, _contract_of, _sftp_of, _notes_of):
            yield from (f"practice {practice.code}: {fault}" for fault in check_one(practice))


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


def _mail(settings: "Settings") -> Iterator[str]:
    """Numbers of the practice and a password cross a network only under TLS."""
    if not settings.smtp_host:
        return
    if not is_mail_address(settings.smtp_sender):
        yield "smtp_sender: must be one e-mail address, since smtp_host is set."
    if settings.smtp_security == "none" and settings.smtp_host not in HERE:
        yield "smtp_security: none is only for a mail server on this machine."
    if settings.smtp_user and not settings.smtp_password.get_secret_value():
        yield "smtp_password: is missing, and smtp_user is set."
    if settings.smtp_ca and not Path(settings.smtp_ca).is_file():
        yield "smtp_ca: does not exist."


def _addresses_of(practice: "PracticeSettings") -> Iterator[str]:
    if not _is_safe(practice.fhir_base):
        yield "fhir_base is not an https:// address."
    if practice.healow_base and not _is_safe(practice.healow_base):
        yield "healow_base is not an https:// address."
    if practice.clearinghouse_base and not _is_safe(practice.clearinghouse_base):
        yield "clearinghouse_base is not an https:// address."
    if practice.openapi_base and not _is_safe(practice.openapi_base):
        yield "openapi_base is not an https:// address."
    if practice.hl7_address and not _is_safe_channel(practice.hl7_address):
        yield "hl7_address is not mllps://host:port (mllp:// only on this machine)."
    if not _is_zone(practice.timezone):
        yield "timezone is not the name of a time zone, such as America/New_York."


def _key_of(practice: "PracticeSettings") -> Iterator[str]:
    yield from _pem("private_key_file", practice.private_key_file)


def _pem(name: str, file: Path) -> Iterator[str]:
    if not file.is_file():
        yield f"{name} does not exist."
        return
    try:
        if "PRIVATE KEY-----" not in file.read_text():
            yield f"{name} holds no private key in PEM form."
    except (OSError, UnicodeDecodeError):
        yield f"{name} cannot be read."


def _sftp_of(practice: "PracticeSettings") -> Iterator[str]:
    """A server whose key we cannot check, or to whom we cannot show who we are, is no source."""
    if not practice.sftp_address:
        return
    try:
        place_of(practice.sftp_address)
    except Invalid as fault:
        yield f"sftp_address {fault}"
    if not practice.sftp_host_keys:
        yield "sftp_address needs sftp_host_keys, or anybody could answer for the server."
    if not all(is_fingerprint(key) for key in practice.sftp_host_keys):
        yield "sftp_host_keys are fingerprints that begin with SHA256:."
    if practice.sftp_key_file:
        yield from _pem("sftp_key_file", Path(practice.sftp_key_file))
    elif not practice.sftp_password.get_secret_value():
        yield "sftp_address needs sftp_key_file or sftp_password."


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


def _notes_of(practice: "PracticeSettings") -> Iterator[str]:
    """Each way of a note needs its address or its folder."""
    if practice.transcripts and not practice.openapi_base:
        yield "transcripts needs openapi_base."
    needed = {
        "sections": "openapi_base",
        "hl7": "hl7_address",
        "ccda": "ccda_folder",
    }
    for way, name in needed.items():
        if way in practice.note_writes and not getattr(practice, name):
            yield f"note_writes {way} needs {name}."


def _is_safe_channel(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    bare = not (parts.path or parts.query or parts.fragment or parts.username)
    safe = parts.scheme == "mllps" or (parts.scheme == "mllp" and parts.hostname in HERE)
    return bool(parts.hostname) and bool(port) and bare and safe


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
