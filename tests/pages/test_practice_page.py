"""The practice's settings as a page: seen before saved, nothing typed is lost, one click takes back."""

from datetime import date, time

import pytest

from db import reading
from db.practices import Practices
from services import practice_settings
from services.options import options_of
from services.practice_settings import Change
from services.practice_settings.holidays import federal

PAGE = "manage/practice.py"


@pytest.fixture
def kept(container, practice):
    """The options as they are stored now."""

    def kept():
        with reading(container.engine) as session:
            return options_of(Practices(session).get(practice.id))

    return kept


def words(app):
    shown = (app.text, app.caption, app.error, app.info, app.markdown)
    return "\n".join(str(element.value) for kind in shown for element in kind)


def look(app, subject, number=0):
    app.button(key=f"practice/{number}/look/{subject}").click()
    return app.run()


def test_hours_are_typed_seen_and_saved(open_page, practice, admin, kept):
    app = open_page(admin, PAGE)
    assert not app.exception
    app.text_input(key="practice/0/hours/4").input("8-12")
    look(app, "hours")
    assert "Friday: 08:00-12:00, 13:00-17:00  →  08:00-12:00" in words(app)
    assert len(kept().hours[4]) == 2, "looking saves nothing"
    app.button(key="practice/save/Hours").click().run()
    assert not app.exception
    assert len(kept().hours[4]) == 1
    assert app.text_input(key="practice/1/hours/4").value == "08:00-12:00"


def test_what_is_not_understood_gets_a_sentence_and_loses_nothing(open_page, admin, kept):
    app = open_page(admin, PAGE)
    app.text_input(key="practice/0/hours/0").input("mornings")
    app.text_input(key="practice/0/hours/4").input("8-12")
    look(app, "hours")
    assert "Monday: “mornings” is not understood." in words(app)
    assert app.text_input(key="practice/0/hours/4").value == "8-12"
    assert "practice/save/Hours" not in {button.key for button in app.button}
    assert len(kept().hours[4]) == 2


def test_holidays_are_chosen_from_the_federal_ones(open_page, admin, kept):
    app = open_page(admin, PAGE)
    app.multiselect(key="practice/0/holidays").select(date(2026, 7, 3))
    look(app, "hours")
    assert "Holiday Fri 3 Jul 2026: nothing  →  listed" in words(app)
    app.button(key="practice/save/Hours").click().run()
    assert kept().holidays == (date(2026, 7, 3),)


def test_a_half_day_is_typed_as_a_day_and_its_hours(open_page, admin, kept):
    app = open_page(admin, PAGE)
    app.text_area(key="practice/0/special").input("Christmas Eve until noon")
    look(app, "hours")
    assert "“Christmas Eve until noon” is not understood" in words(app)
    app.text_area(key="practice/0/special").input("2026-12-24 8-12")
    look(app, "hours")
    assert "Open on Thu 24 Dec 2026: nothing  →  08:00-12:00" in words(app)
    app.button(key="practice/save/Hours").click().run()
    assert kept().special_hours == {date(2026, 12, 24): ((time(8), time(12)),)}


def test_a_practice_keeps_words_for_a_time_of_its_own(open_page, admin, kept):
    app = open_page(admin, PAGE)
    app.number_input(key="practice/0/keep_days").set_value(14)
    look(app, "retention")
    assert "Words are kept: as the installation says  →  14 days after closing" in words(app)
    app.button(key="practice/save/Retention").click().run()
    assert kept().keep_days == 14


def test_a_new_pool_can_be_routed_to_once_it_is_saved(open_page, admin, kept):
    app = open_page(admin, PAGE)
    app.text_input(key="practice/0/pools/new").input("Triage nurses")
    look(app, "pools")
    app.button(key="practice/save/Pools").click().run()
    app.selectbox(key="practice/1/message/clinical").select("triage_nurses")
    look(app, "routing", 1)
    assert "Clinical questions go to: Nurses  →  Triage nurses" in words(app)
    app.button(key="practice/save/Routing").click().run()
    assert kept().routes["clinical"] == "triage_nurses"
    assert kept().document_routes == {}, "defaults stay defaults"


def test_a_phrase_of_ones_own_is_added_and_tried(open_page, admin, kept):
    app = open_page(admin, PAGE)
    app.text_input(key="practice/0/red_flag/new").input("my  shunt")
    look(app, "red_flags")
    assert "Red flag “my shunt”: nothing  →  urgent" in words(app)
    app.button(key="practice/save/Red flags").click().run()
    assert kept().red_flags == {"my shunt": "urgent"}
    app.text_input(key="practice/1/red_flag/try").input("My shunt and chest pain").run()
    assert "Urgent: “My shunt”." in words(app)
    assert "Emergency: “chest pain”." in words(app), "the built-in rules are always there"


def test_what_a_colleague_saved_meanwhile_is_said_and_not_overwritten(
    open_page, container, admin, kept
):
    app = open_page(admin, PAGE)
    seen = practice_settings.shown(container, admin).options
    practice_settings.save(container, admin, Change({"phone": "(555) 010-0111"}, seen))
    app.text_input(key="practice/0/phone").input("(555) 010-0122")
    look(app, "letterhead")
    assert "Sample admin saved: Telephone: nothing -> (555) 010-0111" in words(app)
    assert "Somebody changed phone since you opened this page." in words(app)
    assert app.text_input(key="practice/0/phone").value == "(555) 010-0122"
    app.button(key="practice/newest").click().run()
    assert app.text_input(key="practice/1/phone").value == "(555) 010-0111"
    assert kept().phone == "(555) 010-0111"


def test_every_form_begins_with_what_is_kept_and_saves_without_a_difference(open_page, admin):
    app = open_page(admin, PAGE)
    for subject in ("hours", "targets", "pools", "routing", "reminders", "letterhead", "payers",
                    "engines", "red_flags"):  # fmt: skip
        look(app, subject)
        assert not app.exception
        assert "Nothing is different from what is set already." in words(app), subject


def test_one_click_takes_a_change_back(open_page, container, admin, kept):
    seen = practice_settings.shown(container, admin).options
    practice_settings.save(container, admin, Change({"claude_consent": True}, seen))
    app = open_page(admin, PAGE)
    app.button(key="practice/revert/1").click().run()
    assert not app.exception
    assert not kept().claude_consent
    assert "Claude may draft: yes -> no" in words(app)


def test_a_manager_reads_and_nobody_else_comes_in(open_page, practice, manager, nurse):
    app = open_page(manager, PAGE)
    assert not app.exception
    assert "An administrator changes these settings." in words(app)
    assert app.text_input(key="practice/0/phone").disabled
    assert app.button(key="practice/0/look/hours").disabled
    assert "retention_days" in list(app.dataframe[0].value["Setting"])
    assert "Your role may not see the practice's settings." in words(open_page(nurse, PAGE))


def test_federal_holidays_are_those_of_the_calendar():
    """As the Office of Personnel Management lists them for 2026 and 2027."""
    assert [f"{d:%m-%d}" for d in federal(2026)] == [
        "01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26",
        "12-25",
    ]  # fmt: skip
    assert date(2027, 12, 24) in federal(2027)
    assert date(2027, 7, 5) in federal(2027)


def test_two_clicks_once_and_the_report_comes_every_week(open_page, practice, admin, kept):
    app = open_page(admin, PAGE)
    app.text_area(key="practice/0/report_to").input("Owner@elsewhere.example\n\n dan@a.example ")
    look(app, "report")
    assert "Weekly report to Owner@elsewhere.example: nothing  →  listed" in words(app)
    app.button(key="practice/save/Weekly report").click().run()
    assert not app.exception
    assert kept().report_to == ("Owner@elsewhere.example", "dan@a.example")


def test_a_name_before_an_address_gets_a_sentence(open_page, practice, admin, kept):
    app = open_page(admin, PAGE)
    app.text_area(key="practice/0/report_to").input("Dan <dan@a.example>")
    look(app, "report")
    assert "is no e-mail address" in words(app)
    assert kept().report_to == ()
