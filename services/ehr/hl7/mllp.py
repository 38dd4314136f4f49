"""Carries one message by MLLP and waits for its own ACK, under one deadline, sending once."""

import logging
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

import httpcore

from services.ehr.deadline import DeadlineBackend, within
from services.ehr.hl7.acknowledgement import Acknowledgement, read_acknowledgement, verdict
from services.ehr.hl7.faults import Hl7Fault
from services.ehr.hl7.frames import Frames, TooLarge, framed
from services.ehr.hl7.reading import read
from services.ehr.plainly import cause
from services.ehr.ports import Receipt
from services.errors import InDoubt, Refused, Unreachable

LARGEST_ANSWER = 256 * 1024
AT_ONCE = 64 * 1024
NOT_CONNECTED = (httpcore.ConnectError, httpcore.ConnectTimeout)
BROKE_OFF = (httpcore.NetworkError, httpcore.TimeoutException)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mllp:
    """Where one interface listens. *tls* checks certificate and name; ``None`` is plain TCP.

    A connection carries one message: an answer that comes late can then never be taken for the
    answer to the next message.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    deadline: timedelta = timedelta(seconds=30)
    system: str = "eCW"

    def send(self, message: bytes) -> Receipt:
        """Send *message* once, and say what became of it.

        Raises ``Unreachable`` (nothing left, or AR), ``Refused`` (AE, CE, CR), or ``InDoubt``
        as soon as a byte left without an answer of its own: then only reading back can tell.
        """
        try:
            control = read(message).control
            frame = framed(message)
        except (Hl7Fault, ValueError) as error:
            raise Refused(f"Nothing was sent: {error}", code="301") from None
        if not control:
            raise Refused("Nothing was sent: the message has no id (MSH-10).", code="101")
        with within(self.deadline):
            stream = self._connected()
            try:
                answer = self._asked(stream, frame, control)
            finally:
                stream.close()
        return verdict(answer, self.system)

    def reach(self) -> None:
        """Connect and hang up without a message. Raises ``Unreachable``."""
        with within(self.deadline):
            self._connected().close()

    def _connected(self) -> httpcore.NetworkStream:
        timeout = self.deadline.total_seconds()
        try:
            stream = DeadlineBackend().connect_tcp(self.host, self.port, timeout)
            try:
                return stream.start_tls(self.tls, self.host, timeout) if self.tls else stream
            except BaseException:
                stream.close()
                raise
        except NOT_CONNECTED as error:
            why = cause(error, self.host)
            raise Unreachable(f"{self.system} cannot be reached: {why}.") from error

    def _asked(self, stream: httpcore.NetworkStream, frame: bytes, control: str) -> Acknowledgement:
        """From the first byte on every trouble is a doubt."""
        trouble = "did not answer in time"
        frames = Frames(LARGEST_ANSWER)
        try:
            stream.write(frame)
            while data := stream.read(AT_ONCE):
                for answer in frames.feed(data):
                    found, trouble = _own(answer, control, trouble)
                    if found:
                        return found
            trouble = _ended(trouble)
        except httpcore.TimeoutException as error:
            raise self._doubt(trouble) from error
        except BROKE_OFF as error:
            raise self._doubt(_ended(trouble)) from error
        except TooLarge:
            raise self._doubt("gave a larger answer than we accept") from None
        raise self._doubt(trouble)

    def _doubt(self, trouble: str) -> InDoubt:
        return InDoubt(
            f"{self.system} {trouble}, so it is not known whether it took the note; only reading "
            "back can tell."
        )


def _own(answer: bytes, control: str, trouble: str) -> tuple[Acknowledgement | None, str]:
    """The answer if it is to our message; else ``None``, and what we have to say of it so far."""
    try:
        found = read_acknowledgement(answer)
    except Hl7Fault:
        logger.warning("An MLLP answer cannot be read; waiting for another.")
        return None, "gave an answer that cannot be read"
    if found.control != control:
        logger.warning("An MLLP answer belongs to another message; waiting for ours.")
        return None, "answered for another message and not for ours"
    return found, trouble


def _ended(trouble: str) -> str:
    if trouble == "did not answer in time":
        return "broke off before the answer was complete"
    return trouble


@cache
def verified_tls(ca_file: str | None = None) -> ssl.SSLContext:
    """TLS 1.2 or newer; *ca_file* is the authority of the practice's own interface engine."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
