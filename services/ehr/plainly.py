"""The one place where failures of the wire become ``Unreachable``, ``Refused`` or ``InDoubt``.

What decides is how far the request got, and whether it may be sent twice:

    nothing was sent (name, connection, TLS)   Unreachable, also for a write
    sent, no answer or an unclear one          Unreachable if repeatable, else InDoubt
    a clear no                                 Refused
"""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from services.ehr.codes import Channel, in_words
from services.ehr.strict_json import Unreadable, loads
from services.ehr.transport import Answer, Unusable
from services.errors import EhrError, InDoubt, NeedsAuthorization, Refused, Unreachable

NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
UNCLEAR = (httpx.HTTPError, httpx.StreamError, Unusable, Unreadable)
CODE = re.compile(r"[A-Za-z0-9._-]{1,40}")
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True)
class Call:
    """What was asked of whom. ``repeatable``: doing it twice is the same as once."""

    system: str
    host: str
    repeatable: bool = True
    channel: Channel = Channel.FHIR_WRITEBACK


@contextmanager
def plainly(call: Call) -> Iterator[None]:
    """Translate what the wire raises inside the block."""
    try:
        yield
    except NOTHING_SENT as error:
        raise Unreachable(f"{call.system} cannot be reached: {cause(error, call.host)}.") from error
    except UNCLEAR as error:
        raise unclear(call, _trouble(error)) from error


def unclear(call: Call, trouble: str, retry_after: timedelta | None = None) -> EhrError:
    """It was sent, and what came back does not tell us what happened."""
    if call.repeatable:
        return Unreachable(f"{call.system} {trouble}.", retry_after=retry_after)
    return InDoubt(
        f"{call.system} {trouble}, so it is not known whether it was saved; "
        "it is being looked up there."
    )


def _trouble(error: Exception) -> str:
    match error:
        case httpx.TimeoutException():
            return "did not answer in time"
        case httpx.HTTPError() | httpx.StreamError():
            return "broke off before the answer was complete"
        case Unusable():
            return str(error)
        case _:
            return "gave an answer that cannot be read"


def cause(error: Exception, host: str) -> str:
    """Why no connection to *host* came about, as a clause; never what we wanted to send."""
    match system_error_in(error):
        case ssl.SSLCertVerificationError() as fault:
            return f"the certificate of {host} is not valid ({fault.verify_message})"
        case ssl.SSLError():
            return f"{host} does not offer a secure connection (TLS 1.2 or newer)"
        case socket.gaierror():
            return f"the name {host} is not known"
        case ConnectionRefusedError():
            return f"{host} refuses connections"
        case _:
            return f"{host} does not answer"


def system_error_in(error: BaseException | None) -> OSError | None:
    """The operating system's own error behind a chain of translations, if there is one."""
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__ or error.__context__  # httpcore cuts its causes off
    return error


def judge(answer: Answer, call: Call, now: datetime) -> None:
    """Return if *answer* is a success; else raise what it means. 401 and 429 come as they are.

    Nothing of the answer's own text is repeated: it may quote the patient.
    """
    if 200 <= answer.status < 300:
        return
    if 300 <= answer.status < 400:
        raise unclear(call, "pointed to another address, which is not followed")
    if answer.status == 403:
        raise forbidden(answer, call)
    if 400 <= answer.status < 500 and answer.status != 408:
        raise refusal(answer, call)
    wait = asked_to_wait(answer, now)
    raise unclear(call, f"is not answering properly ({answer.status})", wait)


def forbidden(answer: Answer, call: Call) -> Refused:
    """A permission is missing, or our address may not call at all."""
    if "insufficient_scope" in answer.headers.get("www-authenticate", ""):
        return NeedsAuthorization(
            f"{call.system} did not give this practice's connection the permission for that.",
            code="insufficient_scope",
        )
    if vendor_code(answer):
        return NeedsAuthorization(
            f"{call.system} does not allow that (403): the practice has not activated it, or "
            "the contract does not cover it.",
            code="403",
        )
    return NeedsAuthorization(
        f"{call.system} does not let this server in (403). Its address may have to be allowed; "
        "eCW answers only addresses in the United States.",
        code="403",
    )


def refusal(answer: Answer, call: Call) -> Refused:
    """A clear no, with the vendor's code where it gave one."""
    code = vendor_code(answer) or str(answer.status)
    match answer.status:
        case 409:
            words = "refused: patient and conversation do not belong together"
        case 404 | 410:
            words = "does not have this, or no longer"
        case _ if code.isdigit() and code != str(answer.status):
            clause = in_words(code, call.channel)
            return Refused(f"{call.system} did not take it: {clause}.", code=code)
        case _:
            words = "said no"
    return Refused(f"{call.system} {words} ({code}).", code=code)


def vendor_code(answer: Answer) -> str | None:
    """The code of a healow error or an OperationOutcome, if it is a plain word or number."""
    try:
        found = _code_in(loads(answer.body))
    except Unreadable:
        return None
    return found if isinstance(found, str) and CODE.fullmatch(found) else None


def _code_in(body: Any) -> Any:
    match body:
        case {"resourceType": "OperationOutcome", "issue": [{"code": code}, *_]}:
            return code
        case {"code": code}:
            return code
        case _:
            return None


def asked_to_wait(answer: Answer, now: datetime) -> timedelta | None:
    """Retry-After (RFC 9110, 10.2.3) as a time span of 1 s to 15 min; ``None`` without one."""
    text = answer.headers.get("retry-after", "").strip()
    try:
        wait = (
            timedelta(seconds=int(text)) if text.isdecimal() else parsedate_to_datetime(text) - now
        )
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)
