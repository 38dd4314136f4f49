"""Fetching files: one that cannot be kept stays where it is, is on the trail, and holds up no other."""

import base64
from dataclasses import dataclass, replace

import pytest

from db import reading
from db.audit import AuditTrail
from services.ehr.billing import LARGEST, RemoteFile
from services.ehr.clearinghouse import HttpClearinghouse
from services.errors import Unreachable
from tests.services.claims.conftest import CODE, Billing
from tests.x12_files import interchange, payment


@dataclass(frozen=True)
class Emptied(HttpClearinghouse):
    """The clearinghouse gives the first file empty, as a full disk there would."""

    def fetch(self, file: RemoteFile) -> bytes:
        first = super().files("").files[0]
        return b"" if file.id == first.id else super().fetch(file)


def test_an_empty_file_keeps_no_other_waiting_and_is_on_the_trail(billing: Billing) -> None:
    whole = len(billing.clearing.files("").files)
    emptied = Emptied(**vars(billing.clearing))
    counts = replace(billing, clearing=emptied).fetch()
    assert counts["refused"] == 1
    assert counts["kept"] >= whole - 1
    assert refusals(billing) == ["The file is empty."]


def padded(size: int, control: int = 905) -> bytes:
    """A remittance of exactly *size* bytes; what is too much lies behind its end as line ends."""
    whole = interchange("835", payment("0"), control=control)
    return whole + b"\n" * (size - len(whole))


def mail(billing: Billing, raw: bytes, name: str) -> None:
    """The clearinghouse puts a file into our account."""
    told = {"practice": CODE, "name": name, "kind": "835", "raw": base64.b64encode(raw).decode()}
    billing.sandbox.control.call("POST", "clearinghouse/files", told)


def test_a_file_of_thirty_megabytes_comes_as_it_would_through_the_folder(billing: Billing) -> None:
    billing.skip_the_past()
    mail(billing, padded(30_000_000), "month.835")
    assert billing.fetch() == {"kept": 1}
    assert billing.post() == {"posted": 1}


def test_a_file_larger_than_we_keep_is_refused_once_and_keeps_no_other_waiting(
    billing: Billing,
) -> None:
    billing.skip_the_past()
    mail(billing, padded(LARGEST + 1), "year.835")
    mail(billing, padded(2_000, control=906), "day.835")
    assert billing.fetch() == {"refused": 1, "kept": 1}
    assert billing.fetch() == {}
    assert refusals(billing) == ["The file is larger than 50 MB."]


def test_a_file_announced_as_smaller_than_it_is_is_not_read_to_its_end(billing: Billing) -> None:
    billing.skip_the_past()
    mail(billing, padded(LARGEST + 1), "year.835")
    cursor = billing.clearing.files("").cursor
    while (page := billing.clearing.files(cursor)).files:
        last, cursor = page.files[-1], page.cursor
    with pytest.raises(Unreachable, match="larger answer than we accept"):
        billing.clearing.fetch(replace(last, size=1))


def refusals(billing: Billing) -> list[str]:
    """Why files were refused, as the trail has it."""
    with reading(billing.container.engine) as session:
        lines = AuditTrail(session, billing.practice.id).in_order()
        return [line.reason for line in lines if line.verb == "claims.file_refused"]
