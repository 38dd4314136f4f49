"""Connections: a test is asked for on a page, run by a worker for real, and told without secrets."""

import socket
from datetime import timedelta

import pytest

from db import reading, writing
from db.audit import AuditTrail
from db.call_minutes import CallMinutes
from db.connections import Connections
from db.ehr_tokens import EhrTokens
from db.practices import Practices
from db.vocabulary import Role
from services import connections, setup, wiring
from services.connections import SYSTEMS
from services.connections.asking import LOST
from services.connections.checking import TRIES, check_asked
from services.container import Container
from services.desk import Actor, looking
from services.ehr.governor import minute_of
from services.ehr.ports import Road
from services.ehr.stores import SharedTokens
from services.ehr.tokens import Hold, Token
from services.errors import Invalid, NotAllowed, Stale
from tests.services.conftest import Clock
from tests.services.metrics.smtp_server import serving
from tests.services.test_doctor import sandbox, served, settings_with, signing_key

__all__ = ["sandbox", "served", "settings_with", "signing_key"]


@pytest.fixture
def office(settings_with, database_url, engine):
    """A practice connected to the sandbox, and an administrator who asks."""

    def office(house=None, **connection):
        made = settings_with(connection, database_url=database_url, **(house or {}))
        container = setup.prepare(made, new_keys=not made.keyring.exists())
        with reading(container.engine) as session:
            [practice] = Practices(session).all()
        admin = Actor(practice.id, "staff/sample", "Sample admin", Role.ADMIN)
        return container, practice, admin

    return office


def card(container, actor, line):
    return next(c for c in connections.board(container, actor).cards if c.line == line)


def lines_of(container, practice):
    return wiring.lines(container, practice, container.settings.practice[0])


def test_a_worker_tests_what_was_asked_for_and_says_so_in_words(office):
    container, practice, admin = office()
    for line in ("ecw", "healow"):
        connections.ask(container, admin, line)
        assert card(container, admin, line).tested.running
    assert check_asked(lines_of(container, practice))["tested"] == 2
    assert not check_asked(lines_of(container, practice)), "asked once, tested once"

    ecw, healow = (card(container, admin, line) for line in ("ecw", "healow"))
    assert ecw.tested.ok, ecw.tested.told
    assert "eCW answers at fhir_base." in ecw.tested.told, "names keep their small letters"
    assert any("roads are open" in told for told in ecw.tested.told)
    assert any("healow answers" in told for told in healow.tested.told)
    assert {road.road for road in ecw.roads} >= {Road.FHIR_READ}
    board = connections.board(container, admin)
    assert (board.sign_in.state, board.calls.most) == ("alive", 250)
    assert board.calls.made > 0
    with looking(container, admin) as desk:
        assert desk.open(AuditTrail).search(verb="connections.check")


def test_a_test_of_healow_takes_nothing_from_the_next_poll(office, sandbox):
    container, practice, admin = office()
    connections.ask(container, admin, "healow")
    check_asked(lines_of(container, practice))
    with reading(container.engine) as session:
        assert Connections(session, practice.id).by_road()[Road.HEALOW_MESSAGES].cursor is None


def test_an_address_that_does_not_answer_is_said_with_advice_and_without_secrets(office):
    container, practice, admin = office(
        fhir_base="http://127.0.0.1:9/fhir/r4/FEIGDM", healow_base="http://127.0.0.1:9/healow"
    )
    connections.ask(container, admin, "ecw")
    connections.ask(container, admin, "healow")
    assert check_asked(lines_of(container, practice))["ill"] == 2
    for line in ("ecw", "healow"):
        tested = card(container, admin, line).tested
        assert not tested.ok
        assert "Check the address, the network and the firewall." in tested.told[0]
        assert "PRIVATE KEY" not in "".join(tested.told)
    healow = card(container, admin, "healow").roads[0]
    assert healow.state == "down", "a test is a use like any other"


def test_what_is_not_connected_is_not_tried(office):
    container, practice, admin = office(healow_base="")
    assert not card(container, admin, "healow").is_set
    connections.ask(container, admin, "healow")
    check_asked(lines_of(container, practice))
    assert "healow_base is empty" in card(container, admin, "healow").tested.told[0]


def test_the_hl7_receiver_is_reached_and_gets_no_message(office):
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        receiver.settimeout(5)
        address = f"mllp://127.0.0.1:{receiver.getsockname()[1]}"
        container, practice, admin = office(hl7_address=address)
        connections.ask(container, admin, "hl7")
        check_asked(lines_of(container, practice))
        heard, _ = receiver.accept()
        with heard:
            assert heard.recv(10) == b""
    assert card(container, admin, "hl7").tested.ok
    connections.ask(container, admin, "hl7")
    check_asked(lines_of(container, practice))
    assert not card(container, admin, "hl7").tested.ok, "the control: nobody listens there now"


def test_the_mail_server_is_reached_and_gets_no_mail(office):
    with serving() as box:
        mailing = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_security": "none"}
        container, practice, admin = office(mailing | {"smtp_sender": "foyer@practice.example"})
        connections.ask(container, admin, "mail")
        check_asked(lines_of(container, practice))
    assert card(container, admin, "mail").tested.told == (
        "The mail server lets us in. Nothing was sent.",
    )
    assert not box.mails
    connections.ask(container, admin, "mail")
    check_asked(lines_of(container, practice))
    assert not card(container, admin, "mail").tested.ok, "the control: nobody listens there now"


def test_every_system_has_a_test():
    assert TRIES.keys() == SYSTEMS.keys()
    roads = [road for system in SYSTEMS.values() for road in system.roads]
    assert sorted(roads) == sorted(Road), "every road leads to one system"


def test_nobody_asks_twice_while_a_test_runs_but_a_lost_one_is_asked_again(
    container: Container, practice, admin, clock: Clock
):
    connections.ask(container, admin, "healow")
    with pytest.raises(Stale):
        connections.ask(container, admin, "healow")
    clock.wait(LOST)
    assert card(container, admin, "healow").tested.told == ("No worker came to test it.",)
    connections.ask(container, admin, "healow")
    assert card(container, admin, "healow").tested.running
    with pytest.raises(Invalid):
        connections.ask(container, admin, "the moon")


def test_a_refused_sign_in_is_shown_and_forgotten_when_an_administrator_says_so(
    container, practice, admin, manager
):
    tokens = SharedTokens(container, practice.id)
    tokens.write(Hold("eCW does not know our key.", container.clock() + timedelta(minutes=10)))
    shown = connections.board(container, manager).sign_in
    assert (shown.state, shown.reason) == ("held", "eCW does not know our key.")
    with pytest.raises(NotAllowed):
        connections.sign_in_again(container, manager)
    connections.sign_in_again(container, admin)
    assert tokens.read() is None
    assert connections.board(container, manager).sign_in.state == "none"


def test_the_board_says_how_long_a_token_lives_and_never_the_token(container, practice, manager):
    now = container.clock()
    token = Token("very-secret", frozenset({"a.read", "b.read"}), now, now + timedelta(minutes=5))
    SharedTokens(container, practice.id).write(token)
    board = connections.board(container, manager)
    assert (board.sign_in.state, board.sign_in.permissions) == ("alive", 2)
    assert "very-secret" not in repr(board)
    with reading(container.engine) as session:
        assert EhrTokens(session, practice.id).current() is not None


def test_calls_of_an_earlier_minute_are_not_counted_as_this_ones(
    container, practice, manager, clock
):
    with writing(container.engine) as session:
        for _ in range(3):
            CallMinutes(session, practice.id).take(minute_of(clock()), 250)
    assert connections.board(container, manager).calls.made == 3
    clock.wait(timedelta(minutes=1))
    assert connections.board(container, manager).calls.made == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", [Role.NURSE, Role.BILLER, Role.COMPLIANCE])
def test_others_stay_outside(container, practice, hire, role):
    with pytest.raises(NotAllowed):
        connections.board(container, hire(role))
    with pytest.raises(NotAllowed):
        connections.ask(container, hire(role, "Sample other"), "ecw")
