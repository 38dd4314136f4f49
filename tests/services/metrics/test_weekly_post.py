"""A mail is handed to a real server: taken, refused, to be tried again, or nobody knows."""

import ssl
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
import trustme

from services import settings_faults
from services.errors import InDoubt, Refused, Unreachable
from services.metrics.weekly.post import Taken, post, reach
from services.settings import Settings
from tests.services.metrics.smtp_server import PASSWORD, USER, serving

TO = ("dan@practice.example", "ann@practice.example")


@pytest.fixture
def database_url():
    """No database takes part in this."""
    return "sqlite://"


@pytest.fixture(scope="module")
def authority():
    """The CA that the practice trusts."""
    return trustme.CA()


@pytest.fixture
def trusted(authority, tmp_path: Path) -> str:
    """Its certificate in a file."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return str(tmp_path / "ca.pem")


def context_of(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def settings(port: int, security: str = "none", **more: object) -> Settings:
    return Settings(
        smtp_host="127.0.0.1", smtp_port=port, smtp_security=security,
        smtp_sender="foyer@practice.example", deadline_seconds=5, **more,
    )  # fmt: skip


def mail(words: str = "Numbers") -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["Subject"] = "Numbers"
    made.set_content(words)
    return made


def test_a_mail_is_taken_for_everybody_at_once():
    with serving() as box:
        assert post(settings(box.port), mail(), TO) == Taken()
    assert box.to == [list(TO)]
    assert box.mails[0].get_content().strip() == "Numbers"


def test_the_line_is_tried_without_a_mail(authority, trusted):
    given = {"smtp_user": USER, "smtp_password": PASSWORD, "smtp_ca": trusted}
    with serving(context_of(authority)) as box:
        reach(settings(box.port, "starttls", **given))
        with pytest.raises(Refused, match="does not let us in"):
            reach(settings(box.port, "starttls", **given | {"smtp_password": "wrong"}))
    assert (box.signed_in, box.mails) == ([(USER, PASSWORD), (USER, "wrong")], [])
    with pytest.raises(Unreachable):  # the server is gone
        reach(settings(box.port))


def test_a_line_of_one_dot_does_not_end_the_mail():
    with serving() as box:
        post(settings(box.port), mail("before\n.\nafter"), TO)
    assert box.mails[0].get_content().split() == ["before", ".", "after"]


def test_starttls_comes_before_the_password(authority, trusted):
    given = {"smtp_user": USER, "smtp_password": PASSWORD, "smtp_ca": trusted}
    with serving(context_of(authority)) as box:
        post(settings(box.port, "starttls", **given), mail(), TO)
    assert box.signed_in == [(USER, PASSWORD)]
    assert [line.split()[0].upper() for line in box.in_plain] == ["EHLO", "STARTTLS"]
    assert len(box.mails) == 1


def test_tls_from_the_first_byte(authority, trusted):
    with serving(context_of(authority), wraps=True) as box:
        post(settings(box.port, "tls", smtp_ca=trusted), mail(), TO)
    assert (len(box.mails), box.in_plain) == (1, [])


def test_nothing_is_said_in_plain_where_starttls_is_not_offered(authority, trusted):
    with serving(context_of(authority)) as box:
        box.faults.no_starttls = True
        with pytest.raises(Refused, match="does not offer"):
            post(settings(box.port, "starttls", smtp_ca=trusted), mail(), TO)
    assert not box.mails
    assert not any(line.startswith(("AUTH", "MAIL")) for line in box.in_plain)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_nobody_vouches_for_gets_nothing(authority, trusted, security):
    for context in (context_of(trustme.CA()), context_of(authority, "mail.example")):
        wraps = security == "tls"
        with serving(context, wraps=wraps) as box, pytest.raises(Refused, match="certificate"):
            post(settings(box.port, security, smtp_ca=trusted), mail(), TO)
        assert not box.mails


def test_a_wrong_password_is_refused_with_the_next_step(authority, trusted):
    given = {"smtp_user": USER, "smtp_password": "wrong", "smtp_ca": trusted}
    plainly = r"does not let us in \(535\).*smtp_ settings"
    with serving(context_of(authority)) as box, pytest.raises(Refused, match=plainly) as told:
        post(settings(box.port, "starttls", **given), mail(), TO)
    assert "wrong" not in str(told.value)


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "DATA", "words"])
def test_not_now_is_tried_again_and_never_is_not(command):
    for code, kind in ((451, Unreachable), (554, Refused)):
        with serving() as box:
            box.faults.at[command] = code
            if command == "EHLO":
                box.faults.at["HELO"] = code
            with pytest.raises(kind):
                post(settings(box.port), mail(), TO)
        assert not box.mails


def test_a_greeting_of_not_now_is_tried_again():
    with serving() as box:
        box.faults.greeting = 421
        with pytest.raises(Unreachable):
            post(settings(box.port), mail(), TO)


def test_nobody_at_the_door_is_tried_again():
    with serving() as box:
        port = box.port
    with pytest.raises(Unreachable):
        post(settings(port), mail(), TO)


def test_addresses_are_told_apart():
    with serving() as box:
        box.faults.at = {TO[0]: 450}
        assert post(settings(box.port), mail(), TO) == Taken(later=TO[:1])
        box.faults.at = {TO[0]: 550}
        assert post(settings(box.port), mail(), TO) == Taken(never=TO[:1])
    assert box.to == [[TO[1]], [TO[1]]]


def test_where_no_address_is_taken_the_words_stay_here():
    with serving() as box:
        box.faults.at = {TO[0]: 450, TO[1]: 550}
        assert post(settings(box.port), mail(), TO) == Taken(later=TO[:1], never=TO[1:])
    assert not box.mails


def test_a_line_that_breaks_after_the_words_is_a_doubt():
    with serving() as box:
        box.faults.cut_after_data = True
        with pytest.raises(InDoubt, match="may have arrived"):
            post(settings(box.port), mail(), TO)
    assert len(box.mails) == 1


def test_a_line_that_breaks_before_is_a_doubt_only_at_the_last_step():
    with serving() as box:
        box.faults.at = {"RCPT": 421}
        with pytest.raises(Unreachable):
            post(settings(box.port), mail(), TO)
        box.faults.at, box.faults.cut_at_data = {}, True
        with pytest.raises(InDoubt):
            post(settings(box.port), mail(), TO)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"smtp_host": "mail.example"}, "smtp_sender"),
        ({"smtp_host": "mail.example", "smtp_sender": "a@b.example\r\nBcc: x@y.example"}, "smtp_sender"),
        ({"smtp_host": "mail.example", "smtp_sender": "a@b.example", "smtp_security": "none"},
         "smtp_security"),
        ({"smtp_host": "mail.example", "smtp_sender": "a@b.example", "smtp_user": "u"},
         "smtp_password"),
        ({"smtp_host": "mail.example", "smtp_sender": "a@b.example", "smtp_ca": "/no/file"},
         "smtp_ca"),
        ({"smtp_host": "mail.example", "smtp_sender": "a@b.example"}, ""),
        ({"smtp_host": "localhost", "smtp_sender": "a@b.example", "smtp_security": "none"}, ""),
    ],
)  # fmt: skip
def test_settings_of_the_mail_server_are_checked_at_start(given, fault):
    found = [f for f in settings_faults.faults_of(Settings(**given)) if f.startswith("smtp_")]
    assert [f.partition(":")[0] for f in found] == ([fault] if fault else [])
