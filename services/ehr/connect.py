"""Puts one practice's lines together: the only place that knows which adapter serves which need."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from services.ehr.assertion import signing_key
from services.ehr.auth import Authority
from services.ehr.billing import Clearinghouse, FileDrop
from services.ehr.capabilities import RoadSurvey
from services.ehr.charge_items import ChargeItems
from services.ehr.clearinghouse import HttpClearinghouse, NoClearinghouse
from services.ehr.codes import Channel
from services.ehr.connection import PracticeConnection, require_usable
from services.ehr.fhir import FhirChart, FhirDirectory
from services.ehr.forms import FhirForms
from services.ehr.governor import CallCounter, Governor, Share
from services.ehr.healow import HealowMailbox, NoMailbox
from services.ehr.line import Line
from services.ehr.notebook_documents import NoteDocuments
from services.ehr.notebook_folder import CcdaFolder
from services.ehr.notebook_openapi import OpenApiNotes
from services.ehr.notebook_roads import EcwNotebook, Hl7Channel, NoteRoads
from services.ehr.notebook_visits import FhirVisits
from services.ehr.ports import Ehr, Mailbox, Road
from services.ehr.questionnaire_shelf import QuestionnaireShelf
from services.ehr.registrar import FhirRegistrar
from services.ehr.structured_answers import AnswerSheet
from services.ehr.telephone import TelephoneDesktop
from services.ehr.tokens import TokenStore
from services.ehr.transport import Wire

FHIR_JSON = "application/fhir+json"


def connect(
    practice: PracticeConnection,
    tokens: TokenStore,
    calls: CallCounter,
    now: Callable[[], datetime],
    *,
    interactive: bool = False,
    patience: timedelta = timedelta(0),
    hl7: Hl7Channel | None = None,
) -> Ehr:
    """The practice's lines; nothing is called yet.

    *interactive* draws reads from the reserve for people. *patience* is how long a
    call may wait for the minute to turn; a page waits not at all. *hl7* carries notes
    as HL7 where the contract has that road. Raises
    ``Misconfigured`` with every fault at once.
    """
    require_usable(practice)
    key = signing_key(practice.private_key_pem, practice.key_id)
    wire = Wire(practice.deadline, practice.largest_answer, practice.ca_file)
    governor = Governor(calls, practice.budget, now, patience)
    authority = Authority(practice, key, wire, governor, tokens, now)

    def line(
        system: str, base: str, accept: str, share: Share,
        channel: Channel = Channel.FHIR_WRITEBACK,
    ) -> Line:  # fmt: skip
        used = Share.INTERACTIVE if interactive else share
        return Line(system, base, accept, used, authority, governor, wire, now, channel)

    zone = ZoneInfo(practice.timezone)
    fhir = line("eCW", practice.fhir_base, FHIR_JSON, Share.BACKGROUND)
    back = line("eCW", practice.fhir_base, FHIR_JSON, Share.SYNC)  # what we wrote, read again
    shelf = QuestionnaireShelf(fhir, now)
    # eCW lets nobody read statements who may not write them, and refuses the whole search.
    statements = Road.WRITE_MEDICATION in practice.contract
    mailbox: Mailbox = NoMailbox()
    if practice.healow_base:
        healow = line("healow", practice.healow_base, "application/json", Share.SYNC)
        mailbox = HealowMailbox(healow, zone, now, practice.idempotent_replies)
    clearing: Clearinghouse = NoClearinghouse()
    if practice.clearing_base:
        clearing = HttpClearinghouse(practice.clearing_base, practice.clearing_key, wire, now)
    chart, forms = FhirChart(fhir, zone), FhirForms(fhir, shelf, zone)
    open_api: OpenApiNotes | None = None
    if practice.openapi_base:
        told, again = (
            line("eCW", practice.openapi_base, "application/json", share, Channel.OPEN_API)
            for share in (Share.BACKGROUND, Share.SYNC)
        )
        heard = Road.VISIT_TRANSCRIPTS in practice.contract
        open_api = OpenApiNotes(told, again, zone, heard)
    return Ehr(
        practice_code=practice.code,
        mailbox=mailbox,
        chart=chart,
        desktop=TelephoneDesktop(back, zone, practice.telephone),
        directory=FhirDirectory(fhir),
        forms=forms,
        registrar=FhirRegistrar(fhir, back, AnswerSheet(back, shelf, now), statements),
        notebook=_notebook(practice, FhirVisits(forms, chart), back, open_api, hl7),
        charges=ChargeItems(back, zone, Road.WRITE_CHARGES in practice.contract),
        clearing=clearing,
        roads=RoadSurvey(fhir, practice, carries_hl7=hl7 is not None),
        idempotent_replies=practice.idempotent_replies,
        drop=_drop(practice),
    )


def _drop(practice: PracticeConnection) -> FileDrop | None:
    if practice.sftp is None:
        return None
    from services.ehr.sftp import SftpDrop  # most of a second of imports that few practices need

    return SftpDrop(practice.sftp, practice.deadline)


def _notebook(
    practice: PracticeConnection,
    reading: FhirVisits,
    back: Line,
    open_api: OpenApiNotes | None,
    hl7: Hl7Channel | None,
) -> EcwNotebook:
    """The roads of notes that the contract opens."""
    documents = NoteDocuments(back, reading.chart.zone)
    has = practice.contract.__contains__
    roads = NoteRoads(
        documents=documents if has(Road.NOTE_DOCUMENT) else None,
        sections=open_api if has(Road.NOTE_SECTIONS) else None,
        folder=CcdaFolder(Path(practice.ccda_folder))
        if has(Road.NOTE_CCDA) and practice.ccda_folder
        else None,
        hl7=hl7 if has(Road.NOTE_HL7) else None,
    )
    return EcwNotebook(reading, documents, open_api, roads, reading.chart.zone)
