"""The practice's replies as a page: written with a preview, approved by another, macros in words."""

import pytest

from db import writing
from db.replies import ReplyTemplate
from db.vocabulary import Role
from services import reply_shelf

PAGE = "manage/replies.py"


@pytest.fixture(autouse=True)
def refill(container, practice):
    with writing(container.engine) as session:
        session.add(
            ReplyTemplate(
                practice_id=practice.id, key="refill", category="refill", title="Refill",
                text="Your refill is with your care team.", approved_at=container.clock(),
            )
        )  # fmt: skip


def words(app):
    shown = (app.text, app.caption, app.error, app.info, app.markdown)
    return "\n".join(str(element.value) for kind in shown for element in kind)


def reply(container, actor):
    return reply_shelf.shelf(container, actor).replies[0]


def test_written_with_a_preview_and_approved_by_somebody_else(open_page, container, admin, manager):
    app = open_page(admin, PAGE)
    assert not app.exception
    app.text_area(key="replies/refill/en/1/text").input("{first_name}, we look today.").run()
    assert "Alex, we look today." in words(app)
    app.button(key="replies/refill/en/1/save").click().run()
    assert not app.exception
    assert "Waits for approval" in words(app)
    assert "replies/approve" not in {button.key for button in app.button}, "one's own"
    assert reply(container, admin).text == "Your refill is with your care team."

    app = open_page(manager, PAGE)
    app.button(key="replies/approve").click().run()
    assert not app.exception
    assert reply(container, admin).text == "{first_name}, we look today."


def test_a_stranger_in_the_text_is_named_and_nothing_is_lost(open_page, container, admin):
    app = open_page(admin, PAGE)
    app.text_area(key="replies/refill/en/1/text").input("Call (555) 010-7777 please.").run()
    app.button(key="replies/refill/en/1/save").click().run()
    assert "not among the practice's own contacts" in words(app)
    assert app.text_area(key="replies/refill/en/1/text").value == "Call (555) 010-7777 please."
    assert reply(container, admin).waiting is None


def test_the_same_title_in_another_language_is_the_same_reply(open_page, container, admin):
    app = open_page(admin, PAGE)
    app.selectbox(key="replies/choice").select(("", "")).run()
    app.text_input(key="replies///0/title").input("Refill")
    app.selectbox(key="replies///0/language").select("es")
    app.text_area(key="replies///0/text").input("Su pedido está con su equipo.").run()
    app.button(key="replies///0/save").click().run()
    assert not app.exception
    found = {(c.key, c.language) for c in reply_shelf.shelf(container, admin).replies}
    assert found == {("refill", "en"), ("refill", "es")}


def test_a_macro_says_what_it_will_do_before_it_is_saved(open_page, container, admin):
    app = open_page(admin, PAGE)
    app.text_input(key="macros/None/0/label").input("Refill passed on")
    app.selectbox(key="macros/None/0/reply").select("refill")
    app.selectbox(key="macros/None/0/pool").select("nurses").run()
    assert "This will: send the wording below, pass to Nurses." in words(app)
    app.button(key="replies.save_macro").click().run()
    assert not app.exception
    [macro] = reply_shelf.shelf(container, admin).macros
    assert (macro.label, macro.template_key, macro.pool) == ("Refill passed on", "refill", "nurses")


def test_a_provider_reads_and_a_nurse_stays_outside(open_page, hire, nurse):

    app = open_page(hire(Role.PROVIDER), PAGE)
    assert not app.exception
    assert app.text_area(key="replies/refill/en/1/text").disabled
    assert "replies.save_macro" not in {button.key for button in app.button}
    assert "Your role may not see the practice's replies." in words(open_page(nurse, PAGE))


def test_a_phrase_is_previewed_and_offered(open_page, container, admin):
    app = open_page(admin, PAGE)
    app.text_input(key="phrases/None/0/abbreviation").input(".Hours")
    app.text_area(key="phrases/None/0/text").input("{first_name}, we are open from 8 to 5.").run()
    assert "Alex, we are open from 8 to 5." in words(app)
    app.button(key="replies.save_phrase").click().run()
    assert not app.exception
    [kept] = reply_shelf.shelf(container, admin).phrases
    assert (kept.abbreviation, kept.text) == (".hours", "{first_name}, we are open from 8 to 5.")
