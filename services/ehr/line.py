"""One practice's authorised line to one address: counted, signed in, judged, and read whole."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from services.ehr.auth import Authority
from services.ehr.codes import Channel
from services.ehr.governor import Governor, Share
from services.ehr.plainly import Call, asked_to_wait, judge, plainly
from services.ehr.scopes import grants
from services.ehr.strict_json import decode, loads
from services.ehr.tokens import Token
from services.ehr.transport import Answer, Params, Request, Unusable, Wire
from services.errors import NeedsAuthorization, Unreachable

T = TypeVar("T")


@dataclass(frozen=True)
class Document:
    """A JSON answer: as a checked tree, and as its bytes for faster typed reading."""

    tree: Any = field(repr=False)
    body: bytes = field(repr=False)


Reading = Callable[[Document], T]
"""Makes a value of a document; what does not fit it says by ``Unreadable`` or ``Unusable``."""


@dataclass(frozen=True)
class Line:
    """*base* is the only address its token ever goes to. *accept* is the media type asked for,
    *channel* the table in which its codes are looked up.
    """

    system: str
    base: str
    accept: str
    share: Share
    authority: Authority
    governor: Governor
    wire: Wire
    now: Callable[[], datetime]
    channel: Channel = Channel.FHIR_WRITEBACK

    def read(self, target: str, params: Params, reading: Reading[T]) -> T:
        """GET *target*, a path below the base or a full link within it.

        Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``.
        """
        request = Request("GET", self.address(target), params, {"Accept": self.accept})
        return self._exchange(request, self.share, self._call(repeatable=True), reading)

    def write(
        self,
        path: str,
        payload: Mapping[str, Any],
        reading: Reading[T],
        creates: str,
        key: str | None = None,
    ) -> T:
        """POST *payload* once. *creates* is the resource type that the token must allow.

        A *key* that the other side honours makes sending again harmless. Raises
        ``Unreachable`` (not written), ``Refused``, ``NeedsAuthorization`` or ``InDoubt``.
        """
        self._require(creates)
        headers = {"Accept": self.accept, "Content-Type": self.accept}
        if key:
            headers["Idempotency-Key"] = key
        request = Request(
            "POST",
            self.address(path),
            headers=headers,
            content=json.dumps(payload).encode(),
            alone=True,
        )
        return self._exchange(
            request, Share.ESSENTIAL, self._call(repeatable=key is not None), reading
        )

    def scopes(self) -> frozenset[str]:
        """What the token in use may do."""
        return self.authority.token().scopes

    def address(self, target: str) -> str:
        """*target* as a full address. Raises ``Unreachable`` if that lies outside our base."""
        base = self.base.rstrip("/") + "/"
        address = urljoin(base, target)
        if not _is_below(base, address):
            raise Unreachable(
                f"{self.system} pointed to an address outside the practice's own; "
                "it is not followed. Please tell your administrator."
            )
        return address

    def _require(self, resource: str) -> None:
        if not grants(self.scopes(), resource, create=True):
            raise NeedsAuthorization(
                f"{self.system} did not give this practice the permission to write "
                f"(scope system/{resource}.create).",
                code="insufficient_scope",
            )

    def _call(self, repeatable: bool) -> Call:
        host = urlsplit(self.base).hostname or ""
        return Call(self.system, host, repeatable, self.channel)

    def _exchange(self, request: Request, share: Share, call: Call, reading: Reading[T]) -> T:
        with plainly(call):
            answer = self._authorised(request, share)
            judge(answer, call, self.now())
            return reading(document(answer))

    def _authorised(self, request: Request, share: Share) -> Answer:
        """A 401 means that nothing was done: one new token, one more try, then a person."""
        token = self.authority.token()
        answer = self._send(request, share, token)
        if answer.status != 401:
            return answer
        answer = self._send(request, share, self.authority.renewed(token))
        if answer.status != 401:
            return answer
        raise self.authority.hold(
            f"{self.system} does not accept this practice's sign-in any more. "
            "An administrator has to authorise the connection again."
        )

    def _send(self, request: Request, share: Share, token: Token) -> Answer:
        self.governor.take(share)
        headers = {**request.headers, "Authorization": f"Bearer {token.value}"}
        answer = self.wire.exchange(replace(request, headers=headers))
        if answer.status == 429:
            pause = self.governor.refused(asked_to_wait(answer, self.now()))
            raise Unreachable(f"{self.system} asks us to wait.", retry_after=pause)
        return answer


def _is_below(base: str, address: str) -> bool:
    ours, theirs = urlsplit(base), urlsplit(address)
    climbs = ".." in theirs.path.lower().replace("%2e", ".").split("/")
    same_origin = (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)
    return same_origin and not climbs and f"{theirs.path}/".startswith(ours.path)


def document(answer: Answer) -> Document:
    """The JSON in *answer*. Raises ``Unusable`` for a web page or another encoding, ``Unreadable``."""
    media_type, _, parameters = answer.headers.get("content-type", "").lower().partition(";")
    if not is_json(media_type.strip()):
        raise Unusable(
            "showed a web page instead of data"
            if "html" in media_type
            else "did not answer in JSON"
        )
    charset = parameters.partition("charset=")[2].strip(" \"'")
    if charset not in ("", "utf-8", "us-ascii"):
        raise Unusable("answered in an encoding that JSON does not allow")
    return Document(loads(answer.body), answer.body)


def is_json(media_type: str) -> bool:
    """Whether this media type announces JSON."""
    return media_type == "application/json" or media_type.endswith("+json")


def typed(shape: type[T]) -> Reading[T]:
    """Reads a document as a msgspec *shape*."""
    return lambda found: decode(found.body, shape)
