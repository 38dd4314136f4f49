"""The only module that knows which adapters are in use."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from db import reading
from db.practices import Practice, Practices
from services.ai import Assistant
from services.ai.fallback import Breaker, Fallback, Insisting
from services.ai.local import Answerer, LocalAssistant
from services.container import Container
from services.ehr.connect import connect
from services.ehr.connection import Budget, PracticeConnection, TelephoneDefaults
from services.ehr.note_hl7 import Hl7Notes, channel
from services.ehr.ports import Ehr, Road
from services.ehr.sftp_account import SftpAccount, place_of
from services.ehr.stores import SharedCalls, SharedTokens
from services.lines import Lines
from services.notes.answer import NoteAnswer
from services.notes.asking import draft_locally
from services.notes.summary.answer import SummaryAnswer
from services.notes.summary.asking import summarise_locally
from services.options import options_of
from services.purse import PracticePurse
from services.settings import PracticeSettings, Settings
from services.workflows.denials.letters.answer import Proposal, template_writes
from services.workflows.inbox import local as inbox_local
from services.workflows.inbox.answer import Triage

if TYPE_CHECKING:
    from services.ai.claude import ClaudeOptions

READ_SCOPES = tuple(
    f"system/{kind}.read"
    for kind in (
        "Patient", "Encounter", "Condition", "MedicationRequest", "MedicationDispense",
        "AllergyIntolerance", "Observation", "Practitioner", "PractitionerRole", "Location",
        "Organization", "Coverage", "Immunization", "Questionnaire", "QuestionnaireResponse",
    )
)  # fmt: skip
INTAKE_WRITES = {
    "patient": (Road.WRITE_PATIENT, "Patient"),
    "coverage": (Road.WRITE_COVERAGE, "Coverage"),
    "allergy": (Road.WRITE_ALLERGY, "AllergyIntolerance"),
    "medication": (Road.WRITE_MEDICATION, "MedicationStatement"),
    "condition": (Road.WRITE_CONDITION, "Condition"),
    "answers": (Road.WRITE_ANSWERS, "QuestionnaireResponse"),
}
NOTE_WRITES = {
    "document": Road.NOTE_DOCUMENT,
    "hl7": Road.NOTE_HL7,
    "sections": Road.NOTE_SECTIONS,
    "ccda": Road.NOTE_CCDA,
}
FOR_REPLAYS = 0.8  # of a day's allowance: the rest is kept for the day's own work
CLAIM_WRITES = {
    "claims": Road.SUBMIT_CLAIMS,
    "enquiries": Road.CLAIM_ENQUIRIES,
    "appeals": Road.APPEALS,
}


def lines_of(container: Container) -> Iterator[Lines]:
    """The lines of every practice that has a connection in the settings."""
    by_code = {practice.code: practice for practice in container.settings.practice}
    with reading(container.engine) as session:
        practices = Practices(session).all()
    for practice in practices:
        if practice.code in by_code:
            yield lines(container, practice, by_code[practice.code])


def lines(container: Container, practice: Practice, connection: PracticeSettings) -> Lines:
    """One practice's lines; nothing is called yet."""
    answering = assistant(container, practice)
    return Lines(
        container=container,
        practice=practice,
        ehr=ehr(container, practice, connection),
        assistant=answering,
        model=model_alone(answering),
    )


def ehr(container: Container, practice: Practice, settings: PracticeSettings) -> Ehr:
    """The adapters that fulfil this practice's needs. Raises ``Misconfigured``."""
    return connect(
        connection_of(settings, container.settings),
        SharedTokens(container, practice.id),
        SharedCalls(container, practice.id),
        container.clock,
        patience=timedelta(seconds=5),
        hl7=_hl7(settings, container.settings.deadline_seconds),
    )


def _hl7(settings: PracticeSettings, deadline_seconds: int) -> Hl7Notes | None:
    if not settings.hl7_address:
        return None
    return channel(settings.hl7_address, timedelta(seconds=deadline_seconds))


def assistant(container: Container, practice: Practice) -> Assistant:
    """Who sorts and drafts: Claude where it is set up and allowed, else the local engine."""
    answerers: dict[type[BaseModel], Answerer] = {
        Triage: inbox_local.answer,
        Proposal: template_writes,
        NoteAnswer: draft_locally,
        SummaryAnswer: summarise_locally,
    }
    local = LocalAssistant(answerers, inbox_local.VERSION)
    if container.settings.ai_engine != "claude":
        return local
    from services.ai import claude  # four seconds of imports that the local engine never needs

    purse = PracticePurse(container, practice)
    options = claude_options(container.settings)
    return Fallback(
        preferred=claude.Claude(claude.connect(options), options, purse.spend),
        local=local,
        purse=purse,
        breaker=Breaker(),
        consents=lambda: _consents(container, practice),
        now=container.clock,
    )


def model_alone(answering: Assistant) -> Assistant | None:
    """The model behind *answering* with no engine in its stead; ``None`` where there is none."""
    if not isinstance(answering, Fallback):
        return None
    purse = answering.purse
    if isinstance(purse, PracticePurse):
        purse = replace(purse, share=FOR_REPLAYS)
    return Insisting(replace(answering, purse=purse))


def claude_options(settings: Settings) -> "ClaudeOptions":
    """Claude as the settings have it."""
    from services.ai.claude import ClaudeOptions, Price

    return ClaudeOptions(
        api_key=settings.anthropic_api_key.get_secret_value(),
        model=settings.claude_model,
        prices={model: Price(*price) for model, price in settings.claude_prices.items()},
        base_url=settings.claude_base_url,
        deadline=timedelta(seconds=settings.claude_deadline_seconds),
    )


def _consents(container: Container, practice: Practice) -> bool:
    """Asked anew for each message: consent can be withdrawn at any time."""
    with reading(container.engine) as session:
        return options_of(Practices(session).get(practice.id)).claude_consent


def connection_of(settings: PracticeSettings, house: Settings) -> PracticeConnection:
    """A practice's settings as its connection."""
    contract = {
        Road.HEALOW_MESSAGES: bool(settings.healow_base),
        Road.HEALOW_REPLIES: settings.reply_channel,
        Road.TELEPHONE_ENCOUNTER: settings.telephone_encounters,
        **{road: kind in settings.intake_writes for kind, (road, _) in INTAKE_WRITES.items()},
        Road.VISIT_TRANSCRIPTS: settings.transcripts,
        **{road: kind in settings.note_writes for kind, road in NOTE_WRITES.items()},
        Road.WRITE_CHARGES: settings.charge_writes,
        **{road: kind in settings.claim_writes for kind, road in CLAIM_WRITES.items()},
    }
    return PracticeConnection(
        code=settings.code,
        fhir_base=settings.fhir_base,
        healow_base=settings.healow_base or None,
        clearing_base=settings.clearinghouse_base or None,
        clearing_key=settings.clearinghouse_key.get_secret_value(),
        sftp=_sftp(settings),
        client_id=settings.client_id,
        key_id=settings.key_id,
        private_key_pem=settings.private_key_file.read_text(),
        scopes=_scopes(settings),
        aud=settings.audience or None,
        contract=frozenset(road for road, has in contract.items() if has),
        idempotent_replies=settings.idempotent_replies,
        telephone=_telephone(settings),
        timezone=settings.timezone,
        deadline=timedelta(seconds=house.deadline_seconds),
        budget=Budget.of(house.calls_a_minute),
        openapi_base=settings.openapi_base or None,
        ccda_folder=settings.ccda_folder,
        hl7_address=settings.hl7_address,
    )


def _scopes(settings: PracticeSettings) -> tuple[str, ...]:
    # One scope the contract does not hold fails the whole token, so each must be earned.
    extra = {
        "system/Communication.read": bool(settings.healow_base),
        "system/Communication.create": settings.reply_channel,
        "system/Encounter.create": settings.telephone_encounters
        or "sections" in settings.note_writes,
        "system/DocumentReference.create": "document" in settings.note_writes,
        # What was filed is read back, and the note that the provider signed.
        "system/DocumentReference.read": bool(settings.note_writes) or settings.charge_writes,
        "system/Binary.read": bool(settings.note_writes) or settings.charge_writes,
        "system/ChargeItem.create": settings.charge_writes,
        "system/ChargeItem.read": settings.charge_writes,
        # eCW declares no reading of statements; where they may be written they may be read back.
        "system/MedicationStatement.read": "medication" in settings.intake_writes,
        **{
            f"system/{resource}.create": kind in settings.intake_writes
            for kind, (_, resource) in INTAKE_WRITES.items()
        },
    }
    return READ_SCOPES + tuple(scope for scope, has in extra.items() if has)


def _sftp(settings: PracticeSettings) -> SftpAccount | None:
    if not settings.sftp_address:
        return None
    return SftpAccount(
        place=place_of(settings.sftp_address),
        host_keys=frozenset(settings.sftp_host_keys),
        key_file=Path(settings.sftp_key_file) if settings.sftp_key_file else None,
        password=settings.sftp_password.get_secret_value(),
        moves_done=settings.sftp_move_done,
    )


def _telephone(settings: PracticeSettings) -> TelephoneDefaults | None:
    if not settings.telephone_encounters:
        return None
    return TelephoneDefaults(
        provider_ref=settings.provider_ref,
        location_ref=settings.location_ref,
        organization_ref=settings.organization_ref or None,
    )
