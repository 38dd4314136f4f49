"""The metrics page: tiles beside targets, a chart, the rows behind it, files, and who may see it."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest

from db import reading, writing
from db.audit import AuditTrail
from db.metric_reports import MetricReport, MetricReports, ReportState
from db.practices import Practice
from pages.parts import desk
from services.metrics import exporting
from services.metrics.loading import Narrow
from services.metrics.printing import write_report
from services.metrics.report import Span, report
from services.metrics.simulated import Cast, fill

PAGE = "manage/metrics.py"
CAST = Cast(("Location/1", "Location/2"), ("Practitioner/1",), ("PAYER1", "PAYER2"))


@pytest.fixture
def simulated(container, practice, clock):
    """Five days of a practice, and the span of a week that is shown."""
    fill(container, practice, CAST, days=5)
    today = clock().date()
    return Span(today - timedelta(days=7), today - timedelta(days=1))


def asked(span, **more):
    return {"from": str(span.first), "to": str(span.last), **more}


def words(app):
    shown = (app.text, app.caption, app.markdown, app.error, app.info, app.warning, app.subheader)
    return "\n".join(element.value for kind in shown for element in kind)


def test_a_manager_sees_numbers_beside_targets(open_page, manager, simulated):
    app = open_page(manager, PAGE, **asked(simulated))
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert "min" in shown["Note time in Foyer"]
    assert "Target" in words(app)
    assert "baseline 10 min" in words(app)
    assert "Simulated practice" in words(app)


def test_screen_and_file_say_the_same(open_page, container, manager, simulated):
    found = report(container, manager, simulated, Narrow())
    out = io.StringIO(newline="")
    write_report(found, out)
    rows = {row["metric"]: row for row in csv.DictReader(io.StringIO(out.getvalue()))}
    assert len(rows) == len(found.readings)
    for one in found.readings:
        value = rows[one.metric.id]["value"]
        assert (float(value) if value else None) == one.now.value
        assert int(rows[one.metric.id]["count"]) == one.now.count


def test_one_click_shows_the_chart_and_the_rows(open_page, manager, simulated):
    app = open_page(manager, PAGE, **asked(simulated))
    app.button(key="open/notes.time").click().run()
    assert not app.exception
    assert app.query_params["metric"] == "notes.time"
    assert any("Note time in Foyer" in s.value for s in app.subheader)
    assert set(app.dataframe[0].value["What"]) == {"notes.time"}
    assert "Story" not in app.dataframe[0].value  # a manager has no audit


def test_a_place_narrows_and_stays_in_the_address(open_page, container, manager, simulated):
    app = open_page(manager, PAGE, **asked(simulated, location="Location/1", desk="Notes"))
    assert not app.exception
    here = report(container, manager, simulated, Narrow(location="Location/1"))
    [count] = [r.now.count for r in here.readings if r.metric.id == "notes.time"]
    assert f"{count:,} counted" in words(app)
    assert app.query_params["location"] == "Location/1"


def test_a_target_of_ones_own_turns_the_tile_red_in_words(
    open_page, container, practice, manager, simulated
):
    app = open_page(manager, PAGE, **asked(simulated, metric="notes.time", desk="Notes"))
    app.number_input[0].set_value(1.0)
    next(b for b in app.button if b.label == "Keep").click().run()
    assert not app.exception
    assert "Target missed: at most 1 min" in words(app)
    with reading(container.engine) as session:
        [line] = AuditTrail(session, practice.id).search(verb="metrics.set_target")
    assert line.reason == "every month: default -> target 60, baseline 600"


def test_a_file_of_rows_is_whole_and_on_record(container, practice, manager, simulated):
    made = exporting.export_rows(container, manager, "notes.time", simulated, Narrow())
    found = report(container, manager, simulated, Narrow())
    [count] = [r.now.count for r in found.readings if r.metric.id == "notes.time"]
    assert made.lines == count == len(made.text.splitlines()) - 1
    with reading(container.engine) as session:
        [line] = AuditTrail(session, practice.id).search(verb="metrics.export")
    assert f"{count} rows" in line.reason


def test_an_address_of_nonsense_shows_the_last_thirty_days(open_page, manager, simulated):
    app = open_page(manager, PAGE, **{"from": "yesterday", "to": "2026-13-01", "metric": "x"})
    assert not app.exception
    assert len(app.metric) > 5


def test_days_to_come_end_today(open_page, manager, simulated, clock):
    ahead = {"from": str(simulated.first), "to": str(clock().date() + timedelta(days=3))}
    app = open_page(manager, PAGE, **ahead)
    assert not app.exception
    assert "went wrong" not in words(app)
    assert app.date_input[0].value[1] <= clock().date()


def test_a_nurse_is_turned_away(open_page, nurse, practice):
    assert "may not read metrics" in words(open_page(nurse, PAGE))


def test_a_sentence_is_pinned_seen_and_taken_off(open_page, manager, simulated):
    app = open_page(manager, PAGE, **asked(simulated, metric="notes.time"))
    app.text_input(key="annotate/0/text").set_value("New *portal* form")
    app.button(key="annotate/0/pin").click().run()
    assert not app.exception
    assert any("New *portal* form" in one.value for one in app.text)
    assert any("“New \\*portal\\* form”" in one.value for one in app.caption)
    assert app.text_input(key="annotate/1/text").value == ""
    next(b for b in app.button if b.label == "Remove").click().run()
    assert not any("portal" in one.value for one in (*app.text, *app.caption))


def test_a_sentence_that_tells_of_a_patient_is_refused_on_the_page(open_page, manager, simulated):
    app = open_page(manager, PAGE, **asked(simulated))
    app.text_input(key="annotate/0/text").set_value("MRN 12345 twice")
    app.button(key="annotate/0/pin").click().run()
    assert "seems to hold a record number" in words(app)


def test_the_pdf_is_offered_beside_the_csv_and_on_record(
    open_page, container, practice, manager, simulated
):
    app = open_page(manager, PAGE, **asked(simulated, location="Location/1"))
    app.button(key="export/pdf").click().run()
    assert not app.exception
    [save] = app.get("download_button")
    assert save.proto.label.startswith("Save the PDF of")
    with reading(container.engine) as session:
        [line] = AuditTrail(session, practice.id).search(verb="metrics.export")
    assert line.reason.startswith("PDF, ")


def test_without_a_mail_server_the_page_says_the_next_step(open_page, manager, simulated):
    app = open_page(manager, PAGE, **asked(simulated))
    assert "sets smtp_host and smtp_sender; until then save the PDF" in words(app)
    assert not any(button.key == "report/test" for button in app.button)


def test_a_report_in_trouble_is_shown_and_sent_again_in_a_click(
    open_page, container, practice, manager, simulated, monkeypatch
):
    monkeypatch.setattr(
        desk, "open_container", lambda _settings: replace(container, settings=with_mail(container))
    )
    now = container.clock()
    with writing(container.engine) as session:
        session.get(Practice, practice.id).options = {"report_to": ["owner@elsewhere.example"]}
        row = MetricReport(
            practice_id=practice.id, week="2026-W10", first=simulated.first, last=simulated.last,
            due_at=now, not_before=now, state=ReportState.UNSURE, told="It may have arrived.",
        )  # fmt: skip
        session.add(row)
    app = open_page(manager, PAGE, **asked(simulated))
    assert "It may have arrived." in words(app)
    assert "Not on staff: owner@elsewhere.example." in words(app)
    app.button(key=f"report/again/{row.id}").click().run()
    assert not app.exception
    with reading(container.engine) as session:
        assert MetricReports(session, practice.id).get(row.id).state is ReportState.PLANNED
    app.button(key="report/test").click().run()
    assert [toast.value for toast in app.toast] == ["The test leaves within a minute."]


def with_mail(container):
    told = {"smtp_host": "127.0.0.1", "smtp_security": "none", "smtp_sender": "a@b.example"}
    return container.settings.model_copy(update=told)
