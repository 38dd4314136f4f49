"""Replies of the practice's own: written, approved by somebody else, offered, taken out again."""

import pytest

from db import writing
from db.audit import AuditTrail, Ending
from db.replies import ReplyTemplate
from db.vocabulary import Role
from services import reply_shelf
from services.desk import looking
from services.errors import Invalid, NotAllowed, Stale
from services.options import PracticeOptions
from services.reply_shelf import MacroBody, Wording
from services.workflows.inbox.choices import choices

TEXT = "Thank you, {first_name}. We have passed your question to {provider}."
FORMS = Wording("forms", "en", "Forms", "records_forms", TEXT)


@pytest.fixture
def refill(container, practice):
    """A reply that was there before there were versions."""
    with writing(container.engine) as session:
        session.add(
            ReplyTemplate(
                practice_id=practice.id, key="refill", category="refill", title="Refill",
                text="Your refill is with your care team.", approved_at=container.clock(),
            )
        )  # fmt: skip


@pytest.fixture
def offered(container, front_desk):
    """What the inbox offers now, by key."""
    return lambda: {t.key: t.text for t in choices(container, front_desk).templates}


def card(container, actor, key):
    return next(c for c in reply_shelf.shelf(container, actor).replies if c.key == key)


def test_what_is_written_is_offered_once_somebody_else_has_approved_it(
    container, practice, admin, manager, offered
):
    assert reply_shelf.write(container, admin, FORMS, 0) == 1
    assert card(container, manager, "forms").waiting.by == "Sample admin"
    assert offered() == {}
    reply_shelf.approve(container, manager, "forms", "en", 1)
    assert offered() == {"forms": TEXT}
    assert card(container, manager, "forms").versions[0].approved_by == "Sample manager"
    with looking(container, admin) as desk:
        [line] = desk.open(AuditTrail).search(verb="replies.approve")
        assert (line.subject, line.reason) == ("reply/forms/en", "version 1 approved")


def test_nobody_approves_what_they_wrote(container, practice, manager, offered):
    reply_shelf.write(container, manager, FORMS, 0)
    with pytest.raises(Invalid, match="Somebody else approves what you wrote"):
        reply_shelf.approve(container, manager, "forms", "en", 1)
    assert offered() == {}


def test_the_wording_before_is_offered_until_the_new_one_is_approved(
    container, refill, admin, manager, offered
):
    before = offered()["refill"]
    new = Wording("refill", "en", "Refill", "refill", "We will look at your refill today.")
    reply_shelf.write(container, admin, new, 1)
    assert offered()["refill"] == before
    reply_shelf.approve(container, manager, "refill", "en", 2)
    assert offered()["refill"] == new.text
    _, first = card(container, manager, "refill").versions
    assert (first.body["text"], first.by, first.approved_by) == (before, "Foyer", "Foyer")


def test_an_older_version_cannot_be_approved_after_a_newer_one_was_written(
    container, practice, admin, manager, offered
):
    reply_shelf.write(container, admin, FORMS, 0)
    other = Wording("forms", "en", "Forms", "", "We will send you the form by mail.")
    reply_shelf.write(container, admin, other, 1)
    with pytest.raises(Stale):
        reply_shelf.approve(container, manager, "forms", "en", 1)
    with pytest.raises(Stale):
        reply_shelf.write(container, admin, FORMS, 1)
    assert offered() == {}


def test_a_reply_is_taken_out_and_brought_back_by_writing_it_again(
    container, refill, admin, manager, offered
):
    reply_shelf.retire(container, admin, "refill", "en")
    assert offered() == {}
    with pytest.raises(Stale):
        reply_shelf.retire(container, admin, "refill", "en")
    now = card(container, admin, "refill")
    again = Wording("refill", "en", now.title, now.category, now.text)
    number = reply_shelf.write(container, admin, again, now.number)
    reply_shelf.approve(container, manager, "refill", "en", number)
    assert offered() == {"refill": now.text}


REFUSED = [
    ({"text": "Short"}, "10 to 2,000 characters"),
    ({"text": "Hello {surname}, we are here."}, "Nothing can fill {surname}"),
    ({"text": "Please call us at (555) 010-7777."}, "not among the practice's own contacts"),
    ({"text": "See www.elsewhere.example for more."}, "not among the practice's own contacts"),
    ({"title": " "}, "title of up to 40"),
    ({"language": "fr"}, "English or Spanish"),
    ({"category": "gossip"}, "no such category"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("wrong", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_could_not_be_sent_cannot_be_written(container, practice, admin, wrong, why):
    fields = FORMS.body | {"key": "forms", "language": "en"} | wrong
    with pytest.raises(Invalid, match=why):
        reply_shelf.write(container, admin, Wording(**fields), 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", Role)
def test_who_writes_and_who_approves_is_what_the_policy_says(container, practice, hire, role):
    actor, writer = hire(role, "Sample person"), hire(Role.ADMIN, "Sample writer")
    reply_shelf.write(container, writer, FORMS, 0)
    attempts = {
        (Role.PROVIDER, Role.MANAGER): lambda: reply_shelf.approve(
            container, actor, "forms", "en", 1
        ),
        (Role.ADMIN, Role.MANAGER): lambda: reply_shelf.write(
            container, actor, Wording("other", "en", "Other", "", "We call you back today."), 0
        ),
        (Role.PROVIDER, Role.ADMIN, Role.MANAGER): lambda: reply_shelf.shelf(container, actor),
    }
    for allowed, attempt in attempts.items():
        if role in allowed:
            attempt()
        else:
            with pytest.raises(NotAllowed):
                attempt()


def test_the_preview_says_the_practices_own_words_and_names_what_nothing_fills():
    options = PracticeOptions(phone="(555) 010-0100", signature="The team")
    shown = reply_shelf.preview("{first_name}: {practice_phone}. {signature}", options, "Practice")
    assert shown.text == "Alex: (555) 010-0100. The team"
    assert reply_shelf.preview("{moon}", options, "Practice").missing == ("moon",)


def test_a_macro_is_changed_kept_in_versions_and_removed(container, refill, admin, front_desk):
    passed = MacroBody("Refill passed on", "refill", "refill", "nurses", close=True)
    macro = reply_shelf.save_macro(container, admin, passed)
    assert [m.label for m in choices(container, front_desk).macros] == ["Refill passed on"]
    later = MacroBody("Refill, later", "refill", "", "nurses", close=False, snooze_hours=24)
    reply_shelf.save_macro(container, admin, later, macro.id, passed)
    with pytest.raises(Stale):
        reply_shelf.save_macro(container, admin, passed, macro.id, passed)
    versions = reply_shelf.shelf(container, admin).macro_versions[macro.id]
    assert [v.body["label"] for v in versions] == ["Refill, later", "Refill passed on"]
    reply_shelf.remove_macro(container, admin, macro.id, later)
    assert choices(container, front_desk).macros == ()


MACROS = [
    (MacroBody("", pool="nurses", close=False), "name of up to 40"),
    (MacroBody("Nothing", close=False), "at least one step"),
    (MacroBody("Gone", pool="nurses", close=True), "the patient would get no answer"),
    (MacroBody("Far", pool="moon", close=False), "no such pool"),
    (MacroBody("Unsaid", template_key="unsaid"), "not approved"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("wanted", "why"), MACROS, ids=[why for _, why in MACROS])
def test_a_macro_that_would_go_wrong_is_refused(container, practice, admin, wanted, why):
    with pytest.raises(Invalid, match=why):
        reply_shelf.save_macro(container, admin, wanted)
    with looking(container, admin) as desk:
        assert desk.open(AuditTrail).search(verb="replies.save_macro")[0].ending is Ending.FAILED
