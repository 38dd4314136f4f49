"""The practice's clearinghouse over HTTP: a mailbox of X12 files, submissions, questions, documents.

No vendor's interface is public; this stands for what clearinghouses share: files by cursor, a
key under which a file is taken once, and looking up what arrived under it.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from services.ehr.billing import LARGEST, AppealPacket, ClaimFile, FilePage, RemoteFile
from services.ehr.plainly import Call, judge, plainly
from services.ehr.ports import Receipt
from services.ehr.strict_json import loads
from services.ehr.transport import Answer, Params, Request, Unusable, Wire
from services.errors import NeedsAuthorization, Refused

SYSTEM = "The clearinghouse"
X12 = "application/edi-x12"
PAGE = 50
PATIENCE = timedelta(minutes=3)  # the largest file over a line of 2 megabits a second
NONE = "This practice has no clearinghouse connected."
T = TypeVar("T")


@dataclass(frozen=True)
class HttpClearinghouse:
    """One practice's account there. *key* is its secret; *base* the only address it goes to."""

    base: str
    key: str = field(repr=False)
    wire: Wire
    now: Callable[[], datetime]

    def files(self, after: str) -> FilePage:
        """See ``Clearinghouse``."""
        params = [("after", after)] if after else []
        return self._get("files", lambda answer: _page(_object(answer), after), params)

    def fetch(self, file: RemoteFile) -> bytes:
        """See ``Clearinghouse``."""
        address = self._address(f"files/{quote(file.id, safe='')}")
        asked = Request(
            "GET", address, headers=self._headers({}), largest=LARGEST, deadline=PATIENCE
        )
        return self._exchange(asked, lambda answer: _whole(answer, file))

    def submit(self, file: ClaimFile) -> Receipt:
        """See ``Clearinghouse``."""
        headers = {"Content-Type": X12, "X-Filename": file.name}
        return self._post(
            "files", file.content.encode("ascii"), _receipt, headers, file.delivery_id
        )

    def find(self, file: ClaimFile) -> Receipt | None:
        """See ``Clearinghouse``."""
        sent = hashlib.sha256(file.content.encode("ascii")).hexdigest()
        return self._find(f"submissions/{quote(file.delivery_id, safe='')}", sent)

    def ask(self, request: bytes) -> bytes:
        """See ``Clearinghouse``."""
        return self._post("realtime", request, lambda answer: answer.body, {"Content-Type": X12})

    def attach(self, packet: AppealPacket) -> Receipt:
        """See ``Clearinghouse``."""
        told = {"claim_id": packet.number, "payer_claim_id": packet.payer_control, "kind": "appeal"}
        headers = {
            "Content-Type": "application/pdf",
            "X-Filename": packet.name,
            "X-Metadata": json.dumps(told),
        }
        body = base64.b64decode(packet.content)
        return self._post("attachments", body, _receipt, headers, packet.delivery_id)

    def find_attachment(self, packet: AppealPacket) -> Receipt | None:
        """See ``Clearinghouse``."""
        sent = hashlib.sha256(base64.b64decode(packet.content)).hexdigest()
        return self._find(f"attachments/{quote(packet.delivery_id, safe='')}", sent)

    def _find(self, path: str, sent: str) -> Receipt | None:
        try:
            found = self._get(path, _object)
        except Refused as error:
            if isinstance(error, NeedsAuthorization) or error.code != "404":
                raise
            return None
        if found.get("sha256") != sent:
            raise Refused(f"{SYSTEM} holds another document under our number.")
        return Receipt(str(found.get("id", "")))

    def _get(self, path: str, reading: Callable[[Answer], T], params: Params = ()) -> T:
        return self._exchange(
            Request("GET", self._address(path), params, self._headers({})), reading
        )

    def _post(
        self, path: str, body: bytes, reading: Callable[[Answer], T], headers: Mapping[str, str],
        key: str | None = None,
    ) -> T:  # fmt: skip
        # With a key the clearinghouse takes the same bytes once, so that sending again is harmless.
        keyed = {**headers, "Idempotency-Key": key} if key else headers
        sent = self._headers(keyed)
        request = Request("POST", self._address(path), headers=sent, content=body, alone=True)
        return self._exchange(request, reading)

    def _exchange(self, request: Request, reading: Callable[[Answer], T]) -> T:
        call = Call(SYSTEM, urlsplit(self.base).hostname or "", repeatable=True)
        with plainly(call):
            answer = self.wire.exchange(request)
            if answer.status == 401:
                raise NeedsAuthorization(
                    f"{SYSTEM} does not accept this practice's key. An administrator has to "
                    "renew it.",
                    code="401",
                )
            judge(answer, call, self.now())
            return reading(answer)

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", **more}

    def _address(self, path: str) -> str:
        return f"{self.base.rstrip('/')}/{path}"


class NoClearinghouse:
    """A practice without one: nothing comes, and nothing can be sent."""

    def files(self, after: str) -> FilePage:
        """Never any."""
        return FilePage((), after, more=False)

    def fetch(self, file: RemoteFile) -> bytes:
        """Raises ``Refused``."""
        raise Refused(NONE)

    def submit(self, file: ClaimFile) -> Receipt:
        """Raises ``Refused``."""
        raise Refused(NONE)

    def find(self, file: ClaimFile) -> Receipt | None:
        """Nothing ever arrived."""

    def ask(self, request: bytes) -> bytes:
        """Raises ``Refused``."""
        raise Refused(NONE)

    def attach(self, packet: AppealPacket) -> Receipt:
        """Raises ``Refused``."""
        raise Refused(NONE)

    def find_attachment(self, packet: AppealPacket) -> Receipt | None:
        """Nothing ever arrived."""


def _object(answer: Answer) -> dict[str, Any]:
    found = loads(answer.body)
    if not isinstance(found, dict):
        raise Unusable("gave an answer that cannot be read")
    return found


def _remote(one: Mapping[str, Any]) -> RemoteFile:
    created = one.get("created")
    return RemoteFile(
        id=str(one["id"]),
        kind=str(one.get("kind", "")),
        name=str(one.get("name", "")),
        size=int(one.get("size", 0)),
        sha256=str(one.get("sha256", "")),
        created=datetime.fromisoformat(created) if created else None,
    )


def _page(found: Mapping[str, Any], after: str) -> FilePage:
    try:
        listed = tuple(_remote(one) for one in found.get("files", ()))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unusable("gave a list of files that cannot be read") from None
    return FilePage(listed, str(found.get("next") or after), len(listed) >= PAGE)


def _whole(answer: Answer, file: RemoteFile) -> bytes:
    if hashlib.sha256(answer.body).hexdigest() != file.sha256:
        raise Unusable("gave a file that is not the one it announced")
    return answer.body


def _receipt(answer: Answer) -> Receipt:
    id = _object(answer).get("id")
    if not isinstance(id, str) or not id:
        raise Unusable("gave no receipt")
    return Receipt(id)
