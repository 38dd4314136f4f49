"""The staff page: people come in with a password shown once, change roles, and are kept out."""

from uuid import uuid4

from db import reading, writing
from db.staff import SignIns, Staff
from db.vocabulary import Role
from services import accounts

PAGE = "manage/staff.py"


def words(app):
    shown = (app.text, app.caption, app.markdown, app.error, app.success)
    return "\n".join(element.value for kind in shown for element in kind)


def field(app, label):
    return next(box for box in app.text_input if box.label == label)


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()


def kept(container, actor):
    with reading(container.engine) as session:
        return SignIns(session).get(actor.staff_id)


def test_somebody_new_gets_a_password_that_is_shown_once(open_page, container, admin):
    app = open_page(admin, PAGE)
    assert not app.exception
    field(app, "Name").input("Sample newcomer")
    field(app, "E-mail address").input("new@practice.invalid")
    press(app, "Add a person")
    [password] = [block.value for block in app.code]
    assert accounts.sign_in(container, "new@practice.invalid", password).role is Role.FRONT_DESK
    assert not app.run().code


def test_an_address_somebody_has_is_refused_in_words(open_page, container, admin, nurse):
    app = open_page(admin, PAGE)
    field(app, "Name").input("Sample newcomer")
    field(app, "E-mail address").input("sample.nurse@practice.invalid")
    press(app, "Add a person")
    assert "Someone already signs in with this e-mail address." in words(app)
    assert not app.code


def choose(app, container, actor):
    person = kept(container, actor)
    app.selectbox(key="staff/person").select(person).run()
    return person


def test_a_nurse_becomes_a_biller(open_page, container, admin, nurse):
    app = open_page(admin, PAGE)
    choose(app, container, nurse)
    app.selectbox(key=f"staff/role/{nurse.staff_id}/nurse").select(Role.BILLER).run()
    app.button(key=f"staff/change/{nurse.staff_id}").click().run()
    assert not app.exception
    assert kept(container, nurse).role is Role.BILLER


def test_disabling_says_what_it_does_first(open_page, container, admin, nurse):
    app = open_page(admin, PAGE)
    choose(app, container, nurse)
    assert "is signed out everywhere at once" in words(app)
    assert kept(container, nurse).is_active
    app.button(key=f"staff/disable/{nurse.staff_id}").click().run()
    assert not kept(container, nurse).is_active


def test_a_manager_sees_the_people_and_no_form(open_page, container, manager, nurse):
    app = open_page(manager, PAGE)
    assert list(app.dataframe[0].value["Name"]) == ["Sample manager", "Sample nurse"]
    assert not app.button


def test_nobody_of_another_practice_is_on_the_page(open_page, container, manager, practice):
    stranger = Staff(
        practice_id=uuid4(), email="else@practice.invalid", name="Sample stranger", role=Role.NURSE
    )
    with writing(container.engine) as session:
        session.add(stranger)
    app = open_page(manager, PAGE)
    assert list(app.dataframe[0].value["Name"]) == ["Sample manager"]


def test_the_front_desk_sees_nobody(open_page, front_desk):
    app = open_page(front_desk, PAGE)
    assert (len(app.title), len(app.dataframe)) == (0, 0)


def test_one_click_on_a_row_says_why_each_workflow_is_on_or_off(open_page, admin, nurse):
    app = open_page(admin, PAGE)
    names = list(app.dataframe[0].value["Name"])
    app.session_state["staff/table"] = {
        "selection": {"rows": [names.index("Sample nurse")], "columns": [], "cells": []}
    }
    app.run()
    assert not app.exception
    assert "Whole practice: on, so everybody whose role allows it sees it." in words(app)
    assert "Nobody has switched it on yet." in words(app)


def test_groups_of_the_identity_provider_are_shown_with_the_role_they_bring(
    open_page, container, practice, manager
):
    assert len(open_page(manager, PAGE).dataframe) == 1, "none where people sign in here alone"
    told = {
        "oidc_issuer": "https://login.invalid",
        "oidc_practice": practice.code,
        "oidc_roles": {"nursing": "nurse", "typo": "nurze"},
    }
    for name, value in told.items():
        object.__setattr__(container.settings, name, value)
    table = open_page(manager, PAGE).dataframe[1].value
    assert list(table["Group"]) == ["nursing", "typo"]
    assert list(table["Role"]) == ["Nurse", "no such role here"]
