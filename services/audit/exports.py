"""The trail on paper: CSV for people, FHIR AuditEvent for systems, each export on record."""

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import IO

from db import reading
from db.audit import AuditTrail
from db.practices import Practices
from db.staff import StaffList
from db.vocabulary import Role
from services.audit.fhir import audit_event
from services.audit.trail import Line, Wanted, line_of
from services.container import Container
from services.desk import Actor, Desk
from services.management import Deed, managed

COLUMNS = tuple(column.name for column in fields(Line))
OPERATOR = "job/cli"
SPOOL_BYTES = 8 * 1024 * 1024
# A spreadsheet runs a cell that begins with one of these (OWASP, CSV injection).
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class Form(StrEnum):
    """How an export is written: CSV with a header, or FHIR R4 AuditEvent as NDJSON."""

    CSV = "csv"
    FHIR = "fhir"


@dataclass(frozen=True)
class Exported:
    """A finished export, oldest line first, in memory."""

    text: str
    lines: int


def export(container: Container, actor: Actor, form: Form, wanted: Wanted, out: IO[str]) -> int:
    """Write every line that matches to *out*, oldest first; returns how many.

    Nothing reaches *out* before the export itself is on record. Raises ``NotAllowed``.
    """
    actor = _officer(actor)
    _record.check(container, actor)
    written = 0
    with SpooledTemporaryFile(SPOOL_BYTES, mode="w+", encoding="utf-8", newline="") as draft:
        draft.write(HEADERS[form])
        for line in _lines(container, actor, wanted):
            draft.write(ROWS[form](line))
            written += 1
        _record(container, actor, form, wanted, written)
        draft.seek(0)
        shutil.copyfileobj(draft, out)
    return written


def exported(container: Container, actor: Actor, form: Form, wanted: Wanted) -> Exported:
    """The same as a value, for a page to offer as a download."""
    out = io.StringIO(newline="")
    lines = export(container, actor, form, wanted, out)
    return Exported(out.getvalue(), lines)


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(RISKY) else text


def _officer(actor: Actor) -> Actor:
    # Whoever runs our command on the server holds database and keyring already: a role would
    # stop nobody there, and what matters is that the line is written.
    return replace(actor, role=Role.COMPLIANCE) if actor.ref == OPERATOR else actor


@managed("audit.export", "Export the audit trail")
def _record(desk: Desk, form: Form, wanted: Wanted, lines: int) -> Deed[None]:
    """Put an export on record, with its filter and the number of lines."""
    return Deed("audit", f"{form}: {wanted}; {lines} lines", None)


def _lines(container: Container, actor: Actor, wanted: Wanted) -> Iterator[Line]:
    with reading(container.engine) as session:
        site = Practices(session).get(actor.practice_id).code
        names = StaffList(session, actor.practice_id).names()
        for entry in AuditTrail(session, actor.practice_id).in_order():
            if wanted.covers(entry):
                yield line_of(entry, names, site)


def _csv_row(cells: Iterable[object]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(safe_cell(cell) for cell in cells)
    return out.getvalue()


def _csv(line: Line) -> str:
    # dataclasses.astuple copies every value deeply, which takes ten times as long.
    return _csv_row(getattr(line, name) for name in COLUMNS)


def _ndjson(line: Line) -> str:
    return json.dumps(audit_event(line), ensure_ascii=False, separators=(",", ":")) + "\n"


HEADERS: Mapping[Form, str] = {
    Form.CSV: _csv_row(COLUMNS),
    Form.FHIR: "",
}
ROWS: Mapping[Form, Callable[[Line], str]] = {Form.CSV: _csv, Form.FHIR: _ndjson}
