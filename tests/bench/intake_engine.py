"""Forms a minute by the local engine: check-in answers and typed PDFs, beside the least one could do."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pypdfium2 as pdfium

from services.documents.reading import read
from services.ehr.questionnaires import incoming_form
from services.ehr.registration import Registration
from services.evaluation.intake import SAMPLES
from services.sandbox.check_ins import fill_with_forms
from services.workflows.intake.contradictions import contradictions
from services.workflows.intake.extract import extract
from services.workflows.intake.fields import Difference, Field
from services.workflows.intake.reconcile import reconcile, with_contradictions
from tests.bench.figures import Figure, Scale, cpu, percentile, wall_of_each
from tests.bench.intake_sandbox import check_in, seeded

A_MINUTE = "/min"
TODAY = datetime.now(UTC).date()
TYPED = "jane.pdf"


def measure(scale: Scale) -> Iterator[Figure]:
    """One core's CPU for answers; the clock for PDFs, which a process of their own reads."""
    yield from _answers(scale)
    yield from _typed(scale)


def _answers(scale: Scale) -> Iterator[Figure]:
    forms, asked = _forms(max(30, scale.messages // 20))
    charts = _charts(scale, {form["subject"]["reference"] for form in forms})
    sent = [(json.dumps(form), charts[form["subject"]["reference"]]) for form in forms]
    ours = _a_minute(lambda: [_read(text, asked, chart) for text, chart in sent], len(sent), scale)
    known = [(text, _paths(json.loads(text))) for text, _ in sent]
    floor = _a_minute(lambda: [_bare(text, chart) for text, chart in known], len(sent), scale)
    yield Figure("intake: check-in forms read and compared, one core", ours, A_MINUTE,
                 "json.loads and a dict compared", floor)  # fmt: skip


def _typed(scale: Scale) -> Iterator[Figure]:
    data = (SAMPLES / TYPED).read_bytes()
    ours = 60 / percentile(wall_of_each(lambda: _laid_out(data), scale.rounds), 0.5)
    floor = 60 / percentile(wall_of_each(lambda: _text_of(data), scale.rounds), 0.5)
    yield Figure("intake: typed PDFs read and compared, one at a time", ours, A_MINUTE,
                 "PDFium's text, same process", floor)  # fmt: skip


def _forms(count: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    tenant = seeded()
    fill_with_forms(tenant, count, datetime.now(UTC), Random(7))
    return list(tenant.chart.all("QuestionnaireResponse")), next(tenant.chart.all("Questionnaire"))


def _charts(scale: Scale, patients: set[str]) -> dict[str, Registration]:
    with check_in(scale.folder / "engine") as desk:
        return {ref: desk.ehr.registrar.registration(ref) for ref in patients}


def _read(text: str, asked: dict[str, Any], chart: Registration) -> tuple[Difference, ...]:
    return _compared(extract(incoming_form(json.loads(text), asked), TODAY), chart)


def _laid_out(data: bytes) -> tuple[Difference, ...]:
    return _compared(extract(read(data), TODAY), None)


def _compared(found: tuple[Field, ...], chart: Registration | None) -> tuple[Difference, ...]:
    rows = reconcile(found, chart, TODAY)
    return with_contradictions(rows, contradictions(found, chart, TODAY, TODAY))


def _bare(text: str, chart: dict[str, str]) -> dict[str, bool]:
    said = _paths(json.loads(text))
    return {link: said[link] == chart.get(link) for link in said}


def _paths(form: dict[str, Any]) -> dict[str, str]:
    """Each answer by its linkId, as it stands."""
    said: dict[str, str] = {}
    waiting = list(form["item"])
    while waiting:
        item = waiting.pop()
        waiting += item.get("item", [])
        said[item["linkId"]] = str(item.get("answer"))
    return said


def _text_of(data: bytes) -> str:
    with pdfium.PdfDocument(data) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


def _a_minute(work: Callable[[], object], forms: int, scale: Scale) -> float:
    work()
    return 60 * forms / cpu(work, scale.rounds)
