"""A practice's billing system as it calls the clearinghouse: its key, its files, its interchanges."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import httpx

from services.sandbox import Running
from tests.services.sandbox import x12_check

KEY = "sandbox-clearinghouse-key"


@dataclass
class Biller:
    """Calls one practice's account."""

    sandbox: Running
    http: httpx.Client
    practice: str = "FEIGDM"
    key: str = KEY

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def get(self, path: str, **params: str) -> httpx.Response:
        url = f"{self.sandbox.clearinghouse(self.practice)}/{path}"
        return self.http.get(url, params=params, headers=self.headers)

    def post(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self.sandbox.clearinghouse(self.practice)}/{path}"
        return self.http.post(url, content=body, headers=self.headers | named)

    def page(self, after: str = "", kind: str = "") -> dict[str, Any]:
        wanted = {k: v for k, v in (("after", after), ("kind", kind)) if v}
        return dict(self.get("files", **wanted).raise_for_status().json())

    def all(self, kind: str = "", after: str = "") -> list[dict[str, Any]]:
        """Every file after a cursor, page by page."""
        found: list[dict[str, Any]] = []
        while page := (answer := self.page(after, kind))["files"]:
            found += page
            after = answer["next"]
        return found

    def end(self) -> str:
        """The cursor behind the newest file."""
        after = ""
        while (answer := self.page(after))["files"]:
            after = answer["next"]
        return after

    def raw(self, file_id: str) -> bytes:
        return self.get(f"files/{file_id}").raise_for_status().content

    def submit(self, raw: bytes, key: str, name: str = "out.x12") -> httpx.Response:
        return self.post("files", raw, Idempotency_Key=key, X_Filename=name)

    def appeal(self, claim: str, number: str, key: str, letter: bytes = b"") -> httpx.Response:
        said = json.dumps({"claim_id": claim, "payer_claim_id": number, "kind": "appeal"})
        body = letter or b"%PDF-1.7 a letter"
        return self.post("attachments", body, Idempotency_Key=key, X_Metadata=said)

    def draft(self) -> bytes:
        """The waiting batch, as it is."""
        [waiting] = self.all("837-draft")
        return self.raw(waiting["id"])


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def renumbered(raw: bytes, control: int) -> bytes:
    """The interchange under another control number."""
    found = x12_check.segments(raw)
    old = found[0][13]
    found[0][13] = found[-1][2] = f"{control:09}"
    for s in found:
        if s[0] == "GS":
            s[6] = str(control)
        elif s[0] == "GE":
            s[2] = str(control)
    assert old
    return written(found)


def only(raw: bytes, claim: str, control: int = 900) -> bytes:
    """The interchange with one claim of it, all counts set right."""
    [body] = x12_check.transactions(raw)
    starts = [n for n, s in enumerate(body) if s[0] == "HL" and s[3] == "20"]
    blocks = [body[a:b] for a, b in zip(starts, [*starts[1:], len(body) - 1], strict=True)]
    block = next(b for b in blocks if any(s[0] == "CLM" and s[1] == claim for s in b))
    return interchange([*body[1 : starts[0]], *block], raw, control)


def interchange(inner: list[list[str]], like: bytes, control: int = 900) -> bytes:
    """Segments in an envelope like another's."""
    found = x12_check.segments(like)
    isa, gs, st = found[:3]
    end = [["SE", str(len(inner) + 2), st[2]], ["GE", "1", gs[6]], ["IEA", "1", isa[13]]]
    return renumbered(written([isa, gs, st, *inner, *end]), control)


def enquiry(kind: str, guide: str, group: str, inner: list[str], like: bytes) -> bytes:
    """A 270 or 276 in an envelope like another's."""
    isa = x12_check.segments(like)[0]
    body = [s.split("*") for s in inner]
    head = [
        isa,
        ["GS", group, "A", "B", "20260101", "1200", "1", "X", guide],
        ["ST", kind, "0001", guide],
    ]
    end = [["SE", str(len(body) + 2), "0001"], ["GE", "1", "1"], ["IEA", "1", isa[13]]]
    return renumbered(written([*head, *body, *end]), 901)


def written(found: list[list[str]]) -> bytes:
    return "".join("*".join(s) + "~" for s in found).encode()
