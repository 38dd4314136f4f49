"""Hands a mail to the mail server, and says whether it was taken, refused, or nobody knows."""

import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urlsplit

from services.errors import InDoubt, Refused, Unreachable
from services.settings import Settings

NEXT = "Whoever runs the server looks at the smtp_ settings."
BUSY = "The mail server cannot be reached or is busy. It is tried again by itself."
BROKE = "The line to the mail server broke while the mail was on its way: it may have arrived."


@dataclass(frozen=True)
class Taken:
    """The mail was taken for all addresses but these: *later* may be tried again, *never* not."""

    later: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


def post(settings: Settings, mail: EmailMessage, to: Sequence[str]) -> Taken:
    """Hand *mail* over once.

    Raises ``Unreachable`` where nothing can have left, ``Refused`` for a clear no, and ``InDoubt``
    where the words had left and no answer came.
    """
    with _known_faults(), _line(settings) as server:
        _require(server.mail(settings.smtp_sender))
        answers = {address: server.rcpt(address)[0] for address in to}
        taken = _taken(answers)
        if not any(_is_yes(code) for code in answers.values()):
            return taken
        _data(server, mail.as_bytes())
        return taken


def reach(settings: Settings) -> None:
    """Open the line as for a mail, sign in, and hand nothing over. Raises as ``post`` does."""
    with _known_faults(), _line(settings) as server:
        _require(server.noop())


@contextmanager
def _line(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A line to the server, encrypted and signed in as the settings say."""
    own = urlsplit(settings.base_url).hostname or "localhost"
    host, port, wait = settings.smtp_host, settings.smtp_port, float(settings.deadline_seconds)
    server: smtplib.SMTP = (
        smtplib.SMTP_SSL(host, port, own, timeout=wait, context=_trust(settings))
        if settings.smtp_security == "tls"
        else smtplib.SMTP(host, port, own, wait)
    )
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=_trust(settings))
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.ehlo_or_helo_if_needed()
        yield server
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def _trust(settings: Settings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.smtp_ca or None)


def _data(server: smtplib.SMTP, words: bytes) -> None:
    try:
        _require(server.data(words))
    except smtplib.SMTPDataError as error:
        _require((error.smtp_code, b""))
    except (OSError, smtplib.SMTPServerDisconnected):
        raise InDoubt(BROKE) from None


def _taken(answers: Mapping[str, int]) -> Taken:
    later = tuple(a for a, code in answers.items() if not _is_yes(code) and code < 500)
    never = tuple(a for a, code in answers.items() if not _is_yes(code) and a not in later)
    return Taken(later, never)


def _is_yes(code: int) -> bool:
    return 200 <= code < 300


def _require(answer: tuple[int, bytes]) -> None:
    """The server's words are left out: they may quote anything."""
    code = answer[0]
    if 400 <= code < 500 or code < 0:
        raise Unreachable(BUSY)
    if not _is_yes(code):
        raise Refused(f"The mail server refused the mail ({code}). {NEXT}")


@contextmanager
def _known_faults() -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise Refused(f"The mail server's certificate is not one we trust. {NEXT}") from None
    except smtplib.SMTPNotSupportedError:
        raise Refused(f"The mail server does not offer what is asked of it. {NEXT}") from None
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            raise Unreachable(BUSY) from None
        raise Refused(f"The mail server does not let us in ({error.smtp_code}). {NEXT}") from None
    except smtplib.SMTPResponseException as error:
        _require((error.smtp_code, b""))
        raise Unreachable(BUSY) from None
    except (OSError, smtplib.SMTPException):
        raise Unreachable(BUSY) from None
