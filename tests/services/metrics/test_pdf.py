"""The PDF says what page and CSV say: every metric, on pages that tell what they are of."""

from datetime import timedelta

import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner

from db import reading, writing
from db.audit import AuditTrail
from db.places import Place
from db.practices import Practice
from services.commands import numbers
from services.desk import looking
from services.errors import NotAllowed
from services.metrics import pdf
from services.metrics.annotations import annotate
from services.metrics.definitions import NOT_MEASURED
from services.metrics.exporting import export_pdf
from services.metrics.loading import Narrow
from services.metrics.report import Span, report
from services.metrics.simulated import Cast, fill
from services.metrics.small_charts import HIGH, WIDE, frame_of, lines_of
from services.metrics.targets import set_target
from services.metrics.words import said, standing_said

CAST = Cast(("Location/1", "Location/2"), ("Practitioner/1",), ("PAYER1",))
MARK = "Simulated practice: no number here is of real patients."


@pytest.fixture
def simulated(container, practice, clock):
    """Four days of a practice, and a span that holds some of them."""
    fill(container, practice, CAST, days=4)
    today = clock().date()
    return Span(today - timedelta(days=5), today)


def pages(data):
    """The words of each page, on one line."""
    document = pdfium.PdfDocument(data)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def flat(text):
    return " ".join(text.split())


def test_every_metric_stands_there_as_page_and_csv_have_it(container, manager, simulated):
    found = report(container, manager, simulated, Narrow())
    text = " ".join(pages(export_pdf(container, manager, simulated, Narrow()).data))
    for one in found.readings:
        assert flat(one.metric.title) in text, one.metric.id
        assert said(one.metric.unit, one.now.value) in text, one.metric.id
        assert standing_said(one) in text
        assert f"{one.now.count:,}" in text
    for one in NOT_MEASURED:
        assert one.title in text


def test_each_page_says_whose_when_and_that_it_is_simulated(container, manager, simulated):
    found = pages(export_pdf(container, manager, simulated, Narrow()).data)
    assert len(found) > 2
    for number, page in enumerate(found, start=1):
        assert "Sample practice: metrics" in page
        assert f"{simulated.first} to {simulated.last}" in page
        assert MARK in page
        assert "Nothing has been gathered yet." in page
        assert f"Page {number} of {len(found)}" in page


def test_a_practice_of_real_patients_is_not_called_simulated(
    container, practice, manager, simulated
):
    with writing(container.engine) as session:
        session.get(Practice, practice.id).synthetic = False
    assert MARK not in " ".join(pages(export_pdf(container, manager, simulated, Narrow()).data))


def test_a_narrowed_file_says_so_and_has_the_narrowed_numbers(
    container, practice, manager, simulated
):
    with writing(container.engine) as session:
        session.add(Place(practice_id=practice.id, ehr_ref="Location/1", kind="location",
                          name="Sample Łódź East"))  # fmt: skip
    here = Narrow(location="Location/1")
    [notes] = [
        r
        for r in report(container, manager, simulated, here).readings
        if r.metric.id == "notes.time"
    ]
    found = pages(export_pdf(container, manager, simulated, here).data)
    assert all("location Sample Lódz East" in page for page in found)
    assert f"{notes.now.count:,}" in " ".join(found)
    whole = pages(export_pdf(container, manager, simulated, Narrow()).data)
    assert "every location, department, provider and payer" in whole[0]


def test_what_happened_stands_there_by_number_with_who_and_when(container, manager, simulated):
    annotate(container, manager, simulated.last, "New portal form")
    annotate(container, manager, simulated.last, "Dr. A on leave", "notes.time")
    text = " ".join(pages(export_pdf(container, manager, simulated, Narrow()).data))
    assert (
        f'1 {simulated.last} "New portal form" (every metric; Sample manager, 2026-03-02 04:00)'
        in text
    )
    assert f'2 {simulated.last} "Dr. A on leave" (Note time in Foyer; Sample manager' in text


def test_a_mark_of_one_metric_is_on_no_other_chart(container, manager, simulated):
    annotate(container, manager, simulated.last, "Dr. A on leave", "notes.time")
    with looking(container, manager) as desk:
        shown = pdf.gathered(desk, simulated, Narrow())
    assert pdf.marks_of(shown, "notes.time") == [("1", simulated.last)]
    assert pdf.marks_of(shown, "inbox.sla") == []


def test_a_target_of_ones_own_is_in_it(container, manager, simulated):
    set_target(container, manager, "notes.time", "", 60, None)
    text = " ".join(pages(export_pdf(container, manager, simulated, Narrow()).data))
    assert "at most 1 min" in text
    assert "target missed" in text


def test_a_day_without_anything_still_makes_a_file(container, practice, manager, clock):
    today = clock().date()
    found = pages(export_pdf(container, manager, Span(today, today), Narrow()).data)
    assert "no data" in found[0]
    assert "Nothing is known to have happened" in " ".join(found)


def test_a_sign_without_a_letter_in_the_font_is_admitted(container, practice, manager, simulated):
    annotate(container, manager, simulated.last, "Новая форма 42")
    text = " ".join(pages(export_pdf(container, manager, simulated, Narrow()).data))
    assert "????? ????? 42" in text
    assert "A question mark stands for a sign" in text


def test_the_same_numbers_make_the_same_bytes(container, manager, simulated):
    once, again = (export_pdf(container, manager, simulated, Narrow()).data for _ in range(2))
    assert once == again


def test_it_is_on_record_and_only_for_those_who_may(container, practice, nurse, manager, simulated):
    export_pdf(container, manager, simulated, Narrow())
    with pytest.raises(NotAllowed):
        export_pdf(container, nurse, simulated, Narrow())
    with reading(container.engine) as session:
        refused, done = AuditTrail(session, practice.id).search(verb="metrics.export")
    assert (done.actor, refused.ending) == (manager.ref, "refused")
    assert done.reason.startswith(f"PDF, {simulated.first} to {simulated.last}; ")


def test_the_console_writes_it_too(container, practice, monkeypatch, simulated, tmp_path):
    monkeypatch.setattr(numbers, "container", lambda: container)
    days = ("--from", str(simulated.first), "--to", str(simulated.last))
    file = tmp_path / "metrics.pdf"
    printed = CliRunner().invoke(numbers.metrics, [*days, "--pdf", str(file)])
    assert printed.exit_code == 0, printed.output
    assert MARK in pages(file.read_bytes())[0]
    with reading(container.engine) as session:
        [line] = AuditTrail(session, practice.id).search(verb="metrics.export")
    assert line.actor == "job/cli"
    nowhere = CliRunner().invoke(numbers.metrics, [*days, "--pdf", str(tmp_path / "no" / "file")])
    assert (nowhere.exit_code, "cannot be written" in nowhere.output) == (1, True)


def test_no_line_leaves_its_chart(container, manager, simulated):
    with looking(container, manager) as desk:
        shown = pdf.gathered(desk, simulated, Narrow())
    drawn = [series for series in shown.series if series.points]
    assert any(len(list(lines_of(series))) == 3 for series in drawn)
    for series in drawn:
        frame = frame_of(series, 10, 20, simulated.days)
        for values, _, _ in lines_of(series):
            for x, y in (frame.at(*one) for one in values):
                assert 10 <= x <= 10 + WIDE
                assert 20 <= y <= 20 + HIGH
