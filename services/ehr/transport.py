"""Carries one request out and one whole answer back, under a deadline, with or not at all."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

import httpcore
import httpx

from services.ehr.deadline import DeadlineBackend, within

Params = Sequence[tuple[str, str]]
KEEP_ALIVE = timedelta(seconds=30)


class Unusable(Exception):
    """An answer came, but not one that we can work with.

    The message goes on after the system's name, such as "gave …", and never quotes it.
    """


@dataclass(frozen=True)
class Request:
    """What to send. A write travels ``alone``: never on a connection used before.

    A kept connection may die at the moment we write on it, and then nobody knows
    whether the write arrived. ``largest`` is how many bytes the answer may have and ``deadline``
    how long the call may last, where that is more than the wire allows of itself.
    """

    method: str
    url: str
    params: Params = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)
    alone: bool = False
    largest: int | None = None
    deadline: timedelta | None = None


@dataclass(frozen=True)
class Answer:
    """A status, headers by lower-case name, and the whole body, unpacked."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Wire:
    """One practice's connections. Ignores proxies and .netrc of the machine, follows nothing."""

    def __init__(
        self, deadline: timedelta, largest_answer: int, ca_file: str | None = None
    ) -> None:
        tls = _tls(ca_file)
        self.deadline = deadline
        self.largest_answer = largest_answer
        self._kept = _client(tls, deadline, keep=10)
        self._single = _client(tls, deadline, keep=0)

    def exchange(self, request: Request) -> Answer:
        """Send *request* and read all of the answer.

        Raises ``httpx.HTTPError`` as httpx does, and ``Unusable`` above the size limit.
        """
        client = self._single if request.alone else self._kept
        built = client.build_request(
            request.method,
            request.url,
            params=list(request.params) or None,
            headers=dict(request.headers),
            content=request.content,
        )
        with within(request.deadline or self.deadline):
            response = client.send(built, stream=True)
            try:
                return Answer(response.status_code, response.headers, self._body(response, request))
            finally:
                response.close()

    def _body(self, response: httpx.Response, request: Request) -> bytes:
        body, largest = bytearray(), request.largest or self.largest_answer
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > largest:
                raise Unusable("gave a larger answer than we accept")
        return bytes(body)


@cache
def _tls(ca_file: str | None) -> ssl.SSLContext:
    """Certificates and names are always checked; *ca_file* adds a practice's own authority.

    Kept, because reading the authorities takes longer than a call.
    """
    context = httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def _client(tls: ssl.SSLContext, deadline: timedelta, keep: int) -> httpx.Client:
    return httpx.Client(
        transport=DeadlineTransport(tls, keep),
        timeout=deadline.total_seconds(),
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "Foyer", "Accept-Encoding": "gzip"},
    )


class DeadlineTransport(httpx.HTTPTransport):
    """httpx over connections that obey :func:`services.ehr.deadline.within`."""

    def __init__(self, tls: ssl.SSLContext, keep: int) -> None:
        super().__init__(verify=tls, trust_env=False)
        # httpx has no argument for the network backend; its pool, httpcore's, has.
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=20,
            max_keepalive_connections=keep,
            keepalive_expiry=KEEP_ALIVE.total_seconds(),
            network_backend=DeadlineBackend(),
        )
