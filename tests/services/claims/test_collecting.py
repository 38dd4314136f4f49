"""Fetching files: one that cannot be kept stays where it is, is on the trail, and holds up no other."""

from dataclasses import dataclass, replace

from db import reading
from db.audit import AuditTrail
from services.ehr.billing import RemoteFile
from services.ehr.clearinghouse import HttpClearinghouse
from tests.services.claims.conftest import Billing


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
    with reading(billing.container.engine) as session:
        lines = AuditTrail(session, billing.practice.id).in_order()
        said = [line.reason for line in lines if line.verb == "claims.file_refused"]
    assert said == ["The file is empty."]
