"""The audit page: search, one item's story, the state of the chain, and export by the right role."""

import pytest
from sqlalchemy import text

from db.audit import AuditTrail
from db.vocabulary import Role
from services.desk import looking, working

PAGE = "manage/audit.py"


@pytest.fixture
def deeds(container, front_desk):
    """Three deeds of the front desk."""
    for number in range(3):
        with working(container, front_desk) as desk:
            desk.record("inbox.take", f"conversation/{number}")


def words(app):
    shown = (app.text, app.caption, app.markdown, app.error, app.success, app.info)
    return "\n".join(element.value for kind in shown for element in kind)


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()


def search(app, verb):
    next(box for box in app.selectbox if box.label == "What was done").select(verb)
    press(app, "Search")


def test_compliance_finds_who_took_what(open_page, deeds, compliance):
    app = open_page(compliance, PAGE)
    assert not app.exception
    search(app, "inbox.take")
    found = app.dataframe[0].value
    assert list(found["Who"]) == ["Sample front desk"] * 3
    assert list(found["Record"]) == ["conversation/2", "conversation/1", "conversation/0"]


def test_every_search_is_on_record_and_a_look_at_the_page_is_no_search(
    open_page, container, deeds, compliance
):
    app = open_page(compliance, PAGE)
    search(app, "inbox.take")
    app.run()
    with looking(container, compliance) as desk:
        lines = desk.open(AuditTrail).search(verb="audit.read")
    assert [line.reason for line in lines] == ["search: verb=inbox.take; 3 lines"]


def test_an_intact_trail_is_called_intact(open_page, deeds, compliance):
    app = open_page(compliance, PAGE)
    press(app, "Check the whole trail")
    assert "SAMPLE: intact." in words(app)


def test_a_tampered_trail_is_called_broken_with_the_line(open_page, container, deeds, compliance):
    with container.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("UPDATE audit_entry SET actor = 'staff/x' WHERE seq = 2"))
    app = open_page(compliance, PAGE)
    press(app, "Check the whole trail")
    assert "SAMPLE: BROKEN at line 2." in words(app)


def test_compliance_downloads_what_was_searched(open_page, container, deeds, compliance):
    app = open_page(compliance, PAGE)
    search(app, "inbox.take")
    press(app, "Prepare the file")
    assert [button.proto.label for button in app.get("download_button")] == ["Download 3 lines"]
    with looking(container, compliance) as desk:
        [line] = desk.open(AuditTrail).search(verb="audit.export")
    assert line.reason == "csv: verb=inbox.take; 3 lines"


def test_an_administrator_reads_but_finds_no_export(open_page, deeds, admin):
    app = open_page(admin, PAGE)
    assert not app.exception
    assert not {"Prepare the file"} & {button.label for button in app.button}


def test_a_story_that_is_not_here_is_said_in_words(open_page, deeds, compliance):
    app = open_page(compliance, PAGE, item="conversation/01a205fb-9d5f-7a3a-a29d-1f9537d5866a")
    press(app, "Tell its story")
    assert "This conversation is not here." in words(app)


def test_a_name_in_the_story_box_is_refused_without_repeating_it(open_page, deeds, compliance):
    app = open_page(compliance, PAGE)
    next(box for box in app.text_input if box.label == "Reference").input("Jane Sample")
    press(app, "Tell its story")
    assert "A reference looks like conversation/" in words(app)
    assert "Jane" not in words(app)


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.NURSE, Role.PROVIDER, Role.MANAGER])
def test_the_trail_is_not_for_everybody(open_page, deeds, hire, role):
    app = open_page(hire(role, "Sample reader"), PAGE)
    assert (len(app.title), len(app.dataframe), len(app.button)) == (0, 0, 0)
