"""Everything an installation can set, from `.streamlit/secrets.toml` and the environment."""

import json
import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from services.errors import Misconfigured
from services.settings_faults import faults_of

DEFAULT_FILE = ".streamlit/secrets.toml"
IntakeWrite = Literal["patient", "coverage", "allergy", "medication", "condition", "answers"]
NoteWrite = Literal["document", "hl7", "sections", "ccda"]
ClaimWrite = Literal["claims", "enquiries", "appeals"]


class PracticeSettings(BaseModel):
    """One practice's connection, a `[[practice]]` table in the settings file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(min_length=3, max_length=40, description="eCW practice code")
    name: str = Field(description="name shown to staff")
    timezone: str = Field("America/New_York", description="IANA time zone of the practice")
    fhir_base: str = Field(description="FHIR R4 base URL with the practice code")
    healow_base: str = Field("", description="healow message channel; empty when not contracted")
    client_id: str = Field(description="client id registered with eCW")
    private_key_file: Path = Field(description="PEM file of the RS384 signing key")
    key_id: str = Field(description="key id in the registered JWKS")
    audience: str = Field("", description="audience of the assertion when not the token URL")
    idempotent_replies: bool = Field(False, description="the channel honours Idempotency-Key")
    telephone_encounters: bool = Field(False, description="write contract for telephone encounters")
    reply_channel: bool = Field(False, description="write contract for portal replies")
    intake_writes: tuple[IntakeWrite, ...] = Field(
        (),
        description="write contract for check-in: patient, coverage, allergy, medication, "
        "condition, answers",
    )
    openapi_base: str = Field("", description="eCW Open API address; empty when not contracted")
    transcripts: bool = Field(False, description="visits' transcripts are read from the Open API")
    note_writes: tuple[NoteWrite, ...] = Field(
        (), description="ways a note may leave: document, hl7, sections, ccda"
    )
    hl7_address: str = Field(
        "", description="eCW's HL7 receiver: mllps://host:port, or mllp:// on this machine"
    )
    ccda_folder: str = Field("", description="folder where notes are put as C-CDA files")
    provider_ref: str = Field("", description="default Practitioner for telephone encounters")
    location_ref: str = Field("", description="default Location for telephone encounters")
    organization_ref: str = Field("", description="default Organization for telephone encounters")
    intake_folder: str = Field("", description="folder whose files become intake forms")
    clearinghouse_base: str = Field(
        "", description="clearinghouse address; empty when not connected"
    )
    clearinghouse_key: SecretStr = Field(SecretStr(""), description="secret of the account there")
    charge_writes: bool = Field(
        False, description="approved codes of signed visits are entered in eCW as charges"
    )
    claim_writes: tuple[ClaimWrite, ...] = Field(
        (), description="what may be sent to the clearinghouse: claims, enquiries, appeals"
    )
    claim_sender: str = Field("", description="our id at the clearinghouse (ISA06)")
    claim_receiver: str = Field("", description="the clearinghouse's id (ISA08)")
    claim_phone: str = Field("", description="telephone of the billing office, ten digits")
    sftp_address: str = Field(
        "", description="sftp://user@host:port/folder whose X12 files are posted"
    )
    sftp_key_file: str = Field("", description="private key we sign in with there")
    sftp_password: SecretStr = Field(SecretStr(""), description="password, alone or after the key")
    sftp_host_keys: tuple[str, ...] = Field(
        (),
        description="SHA256 fingerprints of the server's keys, from the clearinghouse; "
        "ssh-keyscan HOST | ssh-keygen -lf - shows them",
    )
    sftp_move_done: bool = Field(False, description="move what was taken to the subfolder done")
    claims_folder: str = Field("", description="folder whose X12 files are posted")
    synthetic: bool = Field(False, description="marks every screen as simulated data")


class Settings(BaseModel):
    """Frozen settings. Each can also be an environment variable: ``FOYER_`` and its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database_url: str = Field("sqlite:///var/foyer.db", description="SQLite or PostgreSQL URL")
    keyring: Path = Field(
        Path("var/keyring.json"), description="keyring file, outside the database"
    )
    anchors: Path = Field(Path("var/anchors"), description="folder for audit anchors")
    base_url: str = Field("http://127.0.0.1:8501", description="address staff open in the browser")
    idle_minutes: int = Field(15, ge=1, le=120, description="minutes without input until the lock")
    session_hours: int = Field(10, ge=1, le=24, description="hours until a new sign-in")
    local_accounts: bool = Field(True, description="allow sign-in with e-mail and password")
    undo_seconds: int = Field(15, ge=5, le=120, description="how long a reply can be taken back")
    deadline_seconds: int = Field(30, ge=5, le=120, description="total time for one call to eCW")
    calls_a_minute: int = Field(
        250, ge=50, le=10_000, description="calls a minute that eCW allows each practice"
    )
    settle_seconds: int = Field(45, ge=10, le=600, description="wait before reading a doubt back")
    poll_seconds: int = Field(60, ge=5, le=900, description="seconds between two polls")
    claims_retention_days: int = Field(
        2_555,
        ge=365,
        le=7_300,
        description="days a claim outlives closing; many laws ask seven years",
    )
    retention_days: int = Field(30, ge=1, le=3650, description="days message text outlives closing")
    ai_engine: Literal["local", "claude"] = Field("local", description="who sorts and drafts")
    anthropic_api_key: SecretStr = Field(SecretStr(""), description="key for Claude")
    claude_model: str = Field("claude-sonnet-5-5", description="Claude model name")
    claude_base_url: str = Field("https://api.anthropic.com", description="Claude API address")
    claude_deadline_seconds: int = Field(30, ge=5, le=120, description="total time for one answer")
    claude_dollars_per_day: float = Field(20.0, ge=0, description="spending cap, practice and day")
    claude_prices: dict[str, tuple[float, float, float]] = Field(
        {"claude-sonnet-5-5": (3.0, 15.0, 0.3)},
        description="dollars per million tokens: in, out, cached",
    )
    oidc_issuer: str = Field("", description="identity provider; empty for local accounts only")
    oidc_client_id: str = Field("", description="client id at the identity provider")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="client secret there")
    oidc_group_claim: str = Field("groups", description="claim that lists a person's groups")
    oidc_roles: dict[str, str] = Field({}, description="group name to role")
    oidc_practice: str = Field("", description="practice code for people the provider brings")
    metrics_token: SecretStr = Field(SecretStr(""), description="bearer token that opens /metrics")
    smtp_host: str = Field("", description="mail server for the weekly report; empty for none")
    smtp_port: int = Field(587, ge=1, le=65_535, description="its port; 465 where security is tls")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls, tls, or none (only on this machine)"
    )
    smtp_user: str = Field("", description="user at the mail server; empty where it asks for none")
    smtp_password: SecretStr = Field(SecretStr(""), description="password there")
    smtp_sender: str = Field("", description="e-mail address that the report comes from")
    smtp_ca: str = Field(
        "", description="PEM file of the mail server's own CA; empty for public ones"
    )
    hl7_interfaces: tuple[str, ...] = Field(
        (),
        description="HL7 interfaces (host:port) beside this machine's that foyer hl7 may send to",
    )
    hook_secrets: tuple[SecretStr, ...] = Field((), description="webhook secrets, newest first")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    practice: tuple[PracticeSettings, ...] = Field((), description="the practices' connections")

    @property
    def idle(self) -> timedelta:
        """How long a session lives without human input."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def settle(self) -> timedelta:
        """How long to wait before a doubt is read back: longer than any call can last."""
        return timedelta(seconds=self.settle_seconds)

    @property
    def secure(self) -> bool:
        """Whether staff reach us over TLS, so that cookies must be Secure."""
        return self.base_url.startswith("https://")


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check everything. Raises ``Misconfigured`` with one sentence per fault."""
    settings, faults = read(environment)
    if faults:
        raise Misconfigured(faults)
    return settings


def read(environment: Mapping[str, str] | None = None) -> tuple[Settings, list[str]]:
    """The settings with a sentence for every fault; what cannot be used has its default.

    Raises ``Misconfigured`` when the file itself cannot be read.
    """
    env = os.environ if environment is None else environment
    values = _file(Path(env.get("FOYER_CONFIG", DEFAULT_FILE))) | _from_environment(env)
    try:
        settings, faults = Settings(**values), []
    except ValidationError as error:
        faults = [_sentence(dict(fault)) for fault in error.errors()]
        broken = {str(fault["loc"][0]) for fault in error.errors()}
        settings = Settings(**{name: v for name, v in values.items() if name not in broken})
    return settings, faults + list(faults_of(settings))


def _file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured([f"{path} cannot be read as TOML: {error}."]) from None


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    """What the environment says; lists and tables are written as JSON there."""
    named = {name: env.get(f"FOYER_{name.upper()}") for name in Settings.model_fields}
    if not named["anthropic_api_key"]:
        named["anthropic_api_key"] = env.get("ANTHROPIC_API_KEY")
    return {name: _value(name, text) for name, text in named.items() if text is not None}


def _value(name: str, text: str) -> Any:
    default = Settings.model_fields[name].get_default(call_default_factory=True)
    if not isinstance(default, dict | tuple):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text  # refused with all other faults, by its name


def _sentence(fault: dict[str, Any]) -> str:
    # The value is left out on purpose: it may be a secret.
    name = ".".join(str(part) for part in fault["loc"]) or "settings"
    return f"{name}: {str(fault['msg'])[:1].lower()}{str(fault['msg'])[1:]}."
