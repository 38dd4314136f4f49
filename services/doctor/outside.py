"""What lies beyond our walls: eCW and healow, Claude, the identity provider, the mail server."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import httpx

from db.practices import Practice
from services import wiring
from services.container import Container
from services.doctor.finding import Finding, ill, well
from services.ehr.note_hl7 import channel
from services.ehr.ports import Road
from services.metrics.weekly import post
from services.settings import PracticeSettings, Settings

PATIENCE = timedelta(seconds=10)
TOLERATED_SKEW = timedelta(
    seconds=60
)  # signed assertions live 5 minutes; see SMART backend services
DISCOVERY = "/.well-known/openid-configuration"
SMART = "/.well-known/smart-configuration"
CLAIM_NAMES = ("claim_sender", "claim_receiver", "claim_phone")
ANTHROPIC_VERSION = "2023-06-01"


def address(container: Container, connection: PracticeSettings) -> Iterator[Finding]:
    """The practice's FHIR address answers as one, and its clock is ours."""
    answer = _get(connection.fhir_base.rstrip("/") + SMART)
    if answer.status_code != httpx.codes.OK:
        yield ill(
            f"{connection.code}: eCW answers {answer.status_code} at fhir_base.",
            "Compare fhir_base with the address in the eCW developer portal, practice code included.",
        )
        return
    yield well(f"{connection.code}: eCW answers at fhir_base.")
    yield from _clock(connection.code, answer, container.clock())


def roads(
    container: Container, practice: Practice, connection: PracticeSettings
) -> Iterator[Finding]:
    """We can sign in at eCW, and this is what it and the contract let us do."""
    found = wiring.ehr(container, practice, connection).roads.capabilities()
    wanted = _contracted(connection)
    for capability in found:
        what = f"{practice.code}: {capability.road}: {capability.reason}"
        if capability.able or capability.road not in wanted:
            yield well(what)
        else:
            yield ill(what, "Ask eCW for it, or take it out of the practice's settings.")


def clearinghouse(
    container: Container, practice: Practice, connection: PracticeSettings
) -> Iterator[Finding]:
    """The clearinghouse takes our key and lists its files; nothing is fetched or sent."""
    code = connection.code
    if not connection.clearinghouse_base:
        roads = {"SFTP": connection.sftp_address, "a watched folder": connection.claims_folder}
        others = [name for name, is_set in roads.items() if is_set]
        ways = " and ".join([*others, "the page"]) if others else "the page alone"
        yield well(f"{code}: no clearinghouse is set; files of payers come by {ways}.")
        return
    wiring.ehr(container, practice, connection).clearing.files("")
    yield well(f"{code}: the clearinghouse takes the key and lists its files.")
    missing = [name for name in CLAIM_NAMES if not getattr(connection, name)]
    if connection.claim_writes and missing:
        yield ill(
            f"{code}: claims cannot leave without {' and '.join(missing)}.",
            "The clearinghouse gave you these when it enrolled the practice.",
        )


def sftp(
    container: Container, practice: Practice, connection: PracticeSettings
) -> Iterator[Finding]:
    """The SFTP server is the one we know, lets us in and lists the folder; nothing is fetched."""
    drop = wiring.ehr(container, practice, connection).drop
    if drop is None:
        return
    with drop.visit() as folder:
        count = len(folder.listed())
    yield well(f"{connection.code}: the SFTP server lets us in; {count} files lie in its folder.")


def hl7(container: Container, connection: PracticeSettings) -> Iterator[Finding]:
    """The HL7 receiver takes a connection; no message is sent, since a note is all it knows."""
    if not connection.hl7_address:
        return
    channel(connection.hl7_address, PATIENCE).mllp.reach()
    yield well(f"{connection.code}: the HL7 receiver takes our connection. Nothing was sent.")


def claude(settings: Settings) -> Iterator[Finding]:
    """The key is good and the model exists; asks for the model's card, which costs nothing."""
    if settings.ai_engine != "claude":
        yield well("AI runs inside the building (ai_engine is local).")
        return
    headers = {
        "x-api-key": settings.anthropic_api_key.get_secret_value(),
        "anthropic-version": ANTHROPIC_VERSION,
    }
    model = quote(settings.claude_model, safe="")
    answer = _get(f"{settings.claude_base_url.rstrip('/')}/v1/models/{model}", headers)
    yield _CLAUDE.get(answer.status_code) or ill(
        f"Claude answers {answer.status_code}.", "Drafts come from the local engine meanwhile."
    )


def identity_provider(settings: Settings) -> Iterator[Finding]:
    """The identity provider is who the settings say it is."""
    if not settings.oidc_issuer:
        yield well("Sign-in is by local accounts (oidc_issuer is empty).")
        return
    found = _get(settings.oidc_issuer.rstrip("/") + DISCOVERY).raise_for_status().json()
    if found.get("issuer") == settings.oidc_issuer:
        yield well("The identity provider answers.")
    else:
        yield ill(
            "The identity provider calls itself something other than oidc_issuer.",
            "Set oidc_issuer to exactly what the provider's discovery page says.",
        )


def mail(settings: Settings) -> Iterator[Finding]:
    """The mail server for the weekly report lets us in; no mail is handed over."""
    if not settings.smtp_host:
        yield well("No mail server is set (smtp_host is empty): weekly reports cannot leave.")
        return
    post.reach(settings)
    yield well("The mail server lets us in. Nothing was sent.")


def _clock(code: str, answer: httpx.Response, now: datetime) -> Iterator[Finding]:
    told = answer.headers.get("date")
    if not told:
        return
    skew = abs(now - parsedate_to_datetime(told))
    if skew <= TOLERATED_SKEW:
        yield well(f"{code}: our clock and eCW's agree.")
    else:
        yield ill(
            f"{code}: our clock and eCW's are {skew.total_seconds():.0f} s apart.",
            "Switch on time synchronisation (NTP); eCW refuses sign-in with a wrong clock.",
        )


def _contracted(connection: PracticeSettings) -> set[Road]:
    wanted = {
        Road.FHIR_READ: True,
        Road.HEALOW_MESSAGES: bool(connection.healow_base),
        Road.HEALOW_REPLIES: connection.reply_channel,
        Road.TELEPHONE_ENCOUNTER: connection.telephone_encounters,
        Road.CHECK_IN_FORMS: True,
        Road.VISIT_TRANSCRIPTS: connection.transcripts,
        **{road: kind in connection.note_writes for kind, road in wiring.NOTE_WRITES.items()},
        **{
            road: kind in connection.intake_writes
            for kind, (road, _) in wiring.INTAKE_WRITES.items()
        },
    }
    return {road for road, has in wanted.items() if has}


def _get(url: str, headers: dict[str, str] | None = None) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=PATIENCE.total_seconds()) as client:
        return client.get(url, headers=headers)


_CLAUDE = {
    200: well("Claude answers, and knows the model."),
    401: ill("Claude refuses the key.", "Make a new key and set anthropic_api_key."),
    403: ill(
        "Claude refuses the key.", "The key may not use this model; ask your account's owner."
    ),
    404: ill("Claude does not know the model.", "Set claude_model to a model your account has."),
}
