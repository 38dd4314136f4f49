"""Numbers as CSV and PDF and the rows behind them, for people who may; each file is on the trail."""

import io
from dataclasses import dataclass

from services.container import Container
from services.desk import Actor, Desk, looking
from services.errors import Invalid
from services.management import Deed, managed
from services.metrics import pdf, printing, report
from services.metrics.definitions import BY_ID
from services.metrics.loading import Narrow
from services.metrics.report import Span

MOST = 200_000  # rows of one file; more are refused with words, never cut


@dataclass(frozen=True)
class File:
    """A file to save: its text and how many lines of numbers are in it."""

    text: str
    lines: int


@dataclass(frozen=True)
class Pdf:
    """A PDF to save and how many metrics are in it."""

    data: bytes
    lines: int


@managed("metrics.export", "Export as CSV")
def export_report(desk: Desk, span: Span, narrow: Narrow) -> Deed[File]:
    """Every metric of these days and places, as on the screen."""
    out = io.StringIO(newline="")
    lines = printing.write_report(report.report_at(desk, span, narrow), out)
    return Deed(
        "metrics", f"{span.first} to {span.last}; {lines} lines", File(out.getvalue(), lines)
    )


@managed("metrics.export", "Export as PDF")
def keep_pdf(desk: Desk, span: Span, lines: int) -> Deed[None]:
    """The same with small charts, rollout events and annotations, to print or to pass on."""
    return Deed("metrics", f"PDF, {span.first} to {span.last}; {lines} metrics", None)


def export_pdf(container: Container, actor: Actor, span: Span, narrow: Narrow) -> Pdf:
    """Every metric of these days and places as a PDF, on record. Raises ``NotAllowed``.

    It is drawn before its line is written: a second of drawing would keep others from writing.
    """
    keep_pdf.check(container, actor)
    made = _drawn(container, actor, span, narrow)
    keep_pdf(container, actor, span, made.lines)
    return made


def console_pdf(container: Container, actor: Actor, span: Span, narrow: Narrow) -> Pdf:
    """The same for the operator at the console, who has no role; on record as well."""
    made = _drawn(container, actor, span, narrow)
    keep_pdf.by_house(container, actor, span, made.lines)
    return made


def _drawn(container: Container, actor: Actor, span: Span, narrow: Narrow) -> Pdf:
    with looking(container, actor) as desk:
        shown = pdf.gathered(desk, span, narrow)
    return Pdf(pdf.pdf(shown), len(shown.found.readings))


@managed("metrics.export", "Export rows as CSV")
def export_rows(desk: Desk, metric: str, span: Span, narrow: Narrow) -> Deed[File]:
    """Every row behind one metric. Raises ``Invalid`` where there are too many for one file."""
    found = report.rows_at(desk, BY_ID[metric], span, narrow, MOST + 1)
    if len(found) > MOST:
        raise Invalid(f"These are more than {MOST:,} rows. Please choose fewer days.")
    out = io.StringIO(newline="")
    printing.write_rows(found, out)
    told = f"{metric}, {span.first} to {span.last}; {len(found)} rows"
    return Deed("metrics", told, File(out.getvalue(), len(found)))
