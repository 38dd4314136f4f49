"""Puts one practice's lines together: the only place that knows which adapter serves which need."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.ehr.assertion import signing_key
from services.ehr.auth import Authority
from services.ehr.billing import Clearinghouse, FileDrop
from services.ehr.capabilities import RoadSurvey
from services.ehr.clearinghouse import HttpClearinghouse, NoClearinghouse
from services.ehr.connection import PracticeConnection, require_usable
from services.ehr.fhir import FhirChart, FhirDirectory
from services.ehr.forms import FhirForms
from services.ehr.governor import CallCounter, Governor, Share
from services.ehr.healow import HealowMailbox, NoMailbox
from services.ehr.line import Line
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
) -> Ehr:
    """The practice's lines; nothing is called yet.

    *interactive* draws reads from the reserve for people. *patience* is how long a
    call may wait for the minute to turn; a page waits not at all. Raises
    ``Misconfigured`` with every fault at once.
    """
    require_usable(practice)
    key = signing_key(practice.private_key_pem, practice.key_id)
    wire = Wire(practice.deadline, practice.largest_answer, practice.ca_file)
    governor = Governor(calls, practice.budget, now, patience)
    authority = Authority(practice, key, wire, governor, tokens, now)

    def line(system: str, base: str, accept: str, share: Share) -> Line:
        used = Share.INTERACTIVE if interactive else share
        return Line(system, base, accept, used, authority, governor, wire, now)

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
    return Ehr(
        practice_code=practice.code,
        mailbox=mailbox,
        chart=FhirChart(fhir, zone),
        desktop=TelephoneDesktop(back, zone, practice.telephone),
        directory=FhirDirectory(fhir),
        forms=FhirForms(fhir, shelf, zone),
        registrar=FhirRegistrar(fhir, back, AnswerSheet(back, shelf, now), statements),
        clearing=clearing,
        roads=RoadSurvey(fhir, practice),
        idempotent_replies=practice.idempotent_replies,
        drop=_drop(practice),
    )


def _drop(practice: PracticeConnection) -> FileDrop | None:
    if practice.sftp is None:
        return None
    from services.ehr.sftp import SftpDrop  # most of a second of imports that few practices need

    return SftpDrop(practice.sftp, practice.deadline)
