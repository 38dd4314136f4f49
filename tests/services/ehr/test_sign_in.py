"""The practice stays signed in by itself; when eCW says no, one clear sentence and no hammering."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import RSAKey

from services.ehr.assertion import LIFE
from services.ehr.capabilities import ELSEWHERE
from services.ehr.connect import connect
from services.ehr.connection import PracticeConnection
from services.ehr.grants import life_of
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Ehr, PortalReply, Road
from services.ehr.scopes import grants
from services.ehr.sftp_account import SftpAccount, place_of
from services.ehr.tokens import Hold, Token
from services.errors import Misconfigured, NeedsAuthorization, Unreachable
from services.sandbox import Running
from tests.services.ehr.conftest import SCOPES, Clock
from tests.services.ehr.servers import answering, listening

Connected = Callable[..., Ehr]


def token_calls(sandbox: Running) -> int:
    return len(sandbox.control.calls("token"))


def pass_time(sandbox: Running, clock: Clock, **time: float) -> None:
    """Here and over there."""
    clock.ahead = timedelta(**time)
    sandbox.control.call("POST", "clock", {"offset_seconds": clock.ahead.total_seconds()})


def test_one_token_serves_many_calls(sandbox: Running, ehr: Ehr) -> None:
    for _ in range(3):
        ehr.mailbox.changed_since(None)
    assert token_calls(sandbox) == 1


def test_a_token_is_renewed_when_80_percent_of_its_life_are_over(
    sandbox: Running, ehr: Ehr, clock: Clock
) -> None:
    ehr.mailbox.changed_since(None)
    pass_time(sandbox, clock, seconds=235)
    ehr.mailbox.changed_since(None)
    assert token_calls(sandbox) == 1
    pass_time(sandbox, clock, seconds=245)
    ehr.mailbox.changed_since(None)
    assert token_calls(sandbox) == 2


def test_a_token_that_cannot_be_renewed_yet_serves_to_its_end(
    sandbox: Running, ehr: Ehr, clock: Clock
) -> None:
    ehr.mailbox.changed_since(None)
    sandbox.control.fault("token", "outage")
    pass_time(sandbox, clock, seconds=245)
    for _ in range(5):
        ehr.mailbox.changed_since(None)
    assert token_calls(sandbox) == 2
    pass_time(sandbox, clock, seconds=299)
    with pytest.raises(Unreachable):
        ehr.mailbox.changed_since(None)


def test_a_batch_outlives_its_token_without_anybody_noticing(sandbox: Running, ehr: Ehr) -> None:
    sent = sandbox.control.receive("Is it ready?")
    ehr.mailbox.changed_since(None)
    sandbox.control.fault("healow", "expired_token", times=1)
    reply = PortalReply(sent["thread"]["id"], sent["patient"]["reference"], "Yes.", "d-1")
    assert ehr.mailbox.reply(reply).remote_id
    assert len(sandbox.control.ledger()) == 1
    assert token_calls(sandbox) == 2


def test_401_for_ever_ends_after_two_token_calls(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.fault("healow", "status", code=401)
    for _ in range(5):
        with pytest.raises(NeedsAuthorization, match="authorise the connection again"):
            ehr.mailbox.changed_since(None)
    assert token_calls(sandbox) == 2
    assert len(sandbox.control.calls("healow.messages")) == 2


def test_after_a_no_it_tries_again_by_itself_a_quarter_of_an_hour_later(
    sandbox: Running, ehr: Ehr, clock: Clock
) -> None:
    sandbox.control.fault("healow", "status", code=401, times=2)
    with pytest.raises(NeedsAuthorization):
        ehr.mailbox.changed_since(None)
    clock.ahead = timedelta(minutes=14)
    with pytest.raises(NeedsAuthorization):
        ehr.mailbox.changed_since(None)
    pass_time(sandbox, clock, minutes=16)
    ehr.mailbox.changed_since(None)


def test_withdrawn_consent_stops_the_polling_until_an_administrator_renews_it(
    sandbox: Running, ehr: Ehr, tokens: OwnTokens
) -> None:
    sandbox.control.receive("One")
    ehr.mailbox.changed_since(None)
    fault = sandbox.control.fault("*", "revoked")
    for _ in range(5):
        with pytest.raises(NeedsAuthorization, match="invalid_grant"):
            ehr.mailbox.changed_since(None)
    assert token_calls(sandbox) == 2
    sandbox.control.mend(fault)
    tokens.forget()
    assert len(ehr.mailbox.changed_since(None).messages) == 1


def test_a_refused_scope_is_named(sandbox: Running, connected: Connected) -> None:
    ehr = connected(scopes=(*SCOPES, "system/Task.create"))
    with pytest.raises(NeedsAuthorization, match=r"system/Task\.create") as refused:
        ehr.mailbox.changed_since(None)
    assert "system/Patient.read" not in str(refused.value)


def test_a_token_without_the_write_scope_refuses_the_write_before_it_is_sent(
    sandbox: Running, ehr: Ehr
) -> None:
    sandbox.control.configure(granted=["system/Communication.read"])
    with pytest.raises(NeedsAuthorization, match=r"system/Communication\.create"):
        ehr.mailbox.reply(PortalReply("t-1.1", "Patient/p.101", "Yes.", "d-1"))
    assert sandbox.control.calls("healow.reply") == []


def test_insufficient_scope_from_the_other_side_is_not_tried_again(
    sandbox: Running, connected: Connected
) -> None:
    fewer = tuple(s for s in SCOPES if not s.startswith("system/Patient"))
    ehr = connected(scopes=fewer)
    with pytest.raises(NeedsAuthorization):
        ehr.chart.patient("Patient/p.101")
    assert len(sandbox.control.calls("fhir.search")) == 1


@pytest.mark.parametrize("seconds", [-120, -30, 30, 120])
def test_a_clock_two_minutes_off_still_signs_in(sandbox: Running, ehr: Ehr, seconds: int) -> None:
    sandbox.control.call("POST", "clock", {"offset_seconds": seconds})
    ehr.mailbox.changed_since(None)


@pytest.mark.parametrize(
    ("seconds", "words"), [(-600, "10 minutes ahead"), (600, "10 minutes behind")]
)
def test_a_clock_ten_minutes_off_is_named(
    sandbox: Running, ehr: Ehr, seconds: int, words: str
) -> None:
    sandbox.control.call("POST", "clock", {"offset_seconds": seconds})
    with pytest.raises(Unreachable, match=words):
        ehr.mailbox.changed_since(None)


def test_an_assertion_lives_less_than_five_minutes() -> None:
    assert timedelta(minutes=2) < LIFE <= timedelta(minutes=3)


def test_twenty_calls_at_the_moment_of_expiry_ask_for_one_token(
    sandbox: Running, ehr: Ehr, clock: Clock
) -> None:
    ehr.mailbox.changed_since(None)
    pass_time(sandbox, clock, seconds=250)
    with ThreadPoolExecutor(20) as pool:
        pages = list(pool.map(lambda _: ehr.mailbox.changed_since(None), range(20)))
    assert len(pages) == 20
    assert token_calls(sandbox) == 2


class Unguarded(OwnTokens):
    """A store that forgets to let only one in at a time."""

    @contextmanager
    def lease(self) -> Iterator[None]:
        yield


def test_without_the_lease_each_would_ask_for_its_own(
    practice: PracticeConnection, sandbox: Running, clock: Clock
) -> None:
    """The negative control: it is the lease that makes one of twenty ask."""
    ehr = connect(practice, Unguarded(), OwnCalls(), clock.now)
    sandbox.control.fault("token", "latency", seconds=0.3)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: ehr.mailbox.changed_since(None), range(20)))
    assert token_calls(sandbox) > 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (300, 300),
        ("300", 300),
        (299.9, 299),
        (None, 60),
        (0, 60),
        (-1, 60),
        ("soon", 60),
        (True, 60),
        ([], 60),
        (float("inf"), 60),
        (1e9, 3600),
        (10**400, 3600),
    ],
)
def test_whatever_life_a_token_is_said_to_have_we_trust_it_for_a_while(
    said: object, seconds: int
) -> None:
    assert life_of(said) == timedelta(seconds=seconds)


@pytest.mark.parametrize("said", [None, "300", 0, -1, 10**9])
def test_a_strange_life_on_the_wire_does_not_stop_the_work(
    sandbox: Running, ehr: Ehr, said: object
) -> None:
    sandbox.control.configure(expires_in=said)
    ehr.mailbox.changed_since(None)
    ehr.mailbox.changed_since(None)
    assert token_calls(sandbox) == 1


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        '{"access_token": ""}',
        '{"access_token": "a\\r\\nX-Evil: 1"}',
        '{"access_token": 5}',
        '{"access_token": "a", "access_token": "b"}',
    ],
)
def test_an_answer_without_a_usable_token_is_an_outage(
    sandbox: Running, ehr: Ehr, body: str
) -> None:
    sandbox.control.fault("token", "body", text=body, times=1)
    with pytest.raises(Unreachable):
        ehr.mailbox.changed_since(None)
    ehr.mailbox.changed_since(None)


@pytest.mark.parametrize(
    ("code", "body", "words"),
    [
        (401, '{"error": "invalid_client"}', "client id or key"),
        (500, '{"error": "access_denied"}', "Product Activation"),
        (400, '{"error": "invalid_request"}', "audience"),
        (403, "<html>blocked</html>", "United States"),
        (404, "gone", "404"),
    ],
)
def test_a_no_at_the_sign_in_says_what_to_do_and_is_not_repeated(
    sandbox: Running, ehr: Ehr, code: int, body: str, words: str
) -> None:
    sandbox.control.fault("token", "body", text=body, code=code)
    for _ in range(3):
        with pytest.raises(NeedsAuthorization, match=words):
            ehr.mailbox.changed_since(None)
    assert token_calls(sandbox) == 1


def test_an_outage_of_the_sign_in_is_tried_again_next_time(sandbox: Running, ehr: Ehr) -> None:
    for kind in ("outage", "html", "reset"):
        sandbox.control.fault("token", kind, times=1)
        with pytest.raises(Unreachable, match="sign-in"):
            ehr.mailbox.changed_since(None)
    ehr.mailbox.changed_since(None)


def test_another_audience_can_be_set_and_matters(sandbox: Running, connected: Connected) -> None:
    with pytest.raises(NeedsAuthorization, match="client id or key"):
        connected(aud="urn:somebody-else").mailbox.changed_since(None)


def test_a_foreign_key_is_not_accepted(connected: Connected) -> None:
    stranger = RSAKey.generate_key(2048)
    pem = stranger.as_pem(private=True).decode()
    with pytest.raises(NeedsAuthorization):
        connected(private_key_pem=pem).mailbox.changed_since(None)


def test_a_sign_in_address_without_tls_is_not_used(connected: Connected) -> None:
    configuration = json.dumps({"token_endpoint": "http://oauth.example/token"}).encode()
    page = answering(configuration, "Content-Type: application/json")
    with listening(page) as server:
        ehr = connected(fhir_base=f"http://127.0.0.1:{server.port}/fhir/r4/FEIGDM")
        with pytest.raises(Unreachable, match="no secure address"):
            ehr.mailbox.changed_since(None)


def test_secrets_do_not_print(practice: PracticeConnection) -> None:
    token = Token("secret-token", frozenset(), datetime.now(UTC), datetime.now(UTC))
    assert "PRIVATE" not in repr(practice)
    assert "secret-token" not in repr(token)


def test_every_fault_of_the_settings_is_told_at_once(practice: PracticeConnection) -> None:
    wrong = replace(
        practice,
        fhir_base="http://fhir.example/r4",
        key_id="",
        private_key_pem="nonsense",
        timezone="Mars/Olympus",
    )
    with pytest.raises(Misconfigured) as refused:
        connect(wrong, OwnTokens(), OwnCalls(), Clock().now)
    assert len(refused.value.faults) == 4
    assert "nonsense" not in str(refused.value)


def test_a_public_or_broken_key_is_refused_at_start(
    practice: PracticeConnection, practice_key: RSAKey
) -> None:
    broken = practice.private_key_pem[:200] + "-----END PRIVATE KEY-----"
    with pytest.raises(Misconfigured, match="RSA key"):
        connect(replace(practice, private_key_pem=broken), OwnTokens(), OwnCalls(), Clock().now)


def test_a_hold_of_one_process_holds_all(ehr: Ehr, tokens: OwnTokens, clock: Clock) -> None:
    tokens.write(Hold("Ask your administrator.", clock.now() + timedelta(minutes=5)))
    with pytest.raises(NeedsAuthorization, match="Ask your administrator"):
        ehr.mailbox.changed_since(None)


@pytest.mark.parametrize(
    ("scope", "reads", "creates"),
    [
        ("system/Patient.read", True, False),
        ("system/Patient.rs", True, False),
        ("system/Patient.cruds", True, True),
        ("system/Patient.create", False, True),
        ("system/Patient.write", False, True),
        ("system/*.*", True, True),
        ("system/Patient.rs?category=x", True, False),
        ("patient/Patient.read", False, False),
        ("system/PatientX.read", False, False),
        ("system/Patient.reader", False, False),
    ],
)
def test_scopes_of_every_version_are_understood(scope: str, reads: bool, creates: bool) -> None:
    assert grants([scope], "Patient") is reads
    assert grants([scope], "Patient", create=True) is creates


def test_all_roads_are_open_with_every_permission(ehr: Ehr) -> None:
    assert all(capability.able for capability in ehr.roads.capabilities())


def test_a_missing_permission_closes_its_road_with_a_reason(sandbox: Running, ehr: Ehr) -> None:
    kept = [s for s in SCOPES if not s.endswith(".create")]
    sandbox.control.configure(granted=kept)
    closed = {c.road: c.reason for c in ehr.roads.capabilities() if not c.able}
    writes = {road for road in Road if road.startswith("write_")}
    notes = {Road.NOTE_DOCUMENT, Road.NOTE_SECTIONS}
    assert set(closed) == {Road.TELEPHONE_ENCOUNTER, Road.HEALOW_REPLIES} | notes | writes
    assert "system/Communication.create" in closed[Road.HEALOW_REPLIES]


def test_what_the_contract_lacks_is_closed_whatever_the_token_says(connected: Connected) -> None:
    ehr = connected(contract=frozenset(), telephone=None)
    able = {c.road for c in ehr.roads.capabilities() if c.able}
    assert able == {
        Road.FHIR_READ, Road.CHECK_IN_FORMS, Road.CLAIM_FILES, Road.SFTP_FILES, Road.COPY_FOR_ECW,
    }  # fmt: skip


def test_without_a_folder_its_road_is_closed_and_by_sftp_alone_nothing_leaves(
    connected: Connected,
) -> None:
    closed = {c.road: c.reason for c in connected(sftp=None).roads.capabilities() if not c.able}
    assert set(closed) == {Road.SFTP_FILES}
    alone = connected(clearing_base=None).roads.capabilities()
    told = {c.road: c.reason for c in alone if not c.able}
    assert set(told) == {Road.CLAIM_FILES, Road.SUBMIT_CLAIMS, Road.CLAIM_ENQUIRIES, Road.APPEALS}
    assert told[Road.SUBMIT_CLAIMS].startswith("By SFTP files only come in")


def test_a_folder_whose_server_anybody_could_be_is_no_connection(connected: Connected) -> None:
    anybody = SftpAccount(place_of("sftp://sample@127.0.0.1/out"), frozenset())
    with pytest.raises(Misconfigured, match="anybody could answer"):
        connected(sftp=anybody)


def test_without_a_sign_in_only_copying_and_the_clearinghouse_are_open(
    sandbox: Running, ehr: Ehr
) -> None:
    sandbox.control.fault("token", "revoked")
    found = ehr.roads.capabilities()
    assert {c.road for c in found if c.able} == {Road.COPY_FOR_ECW, *ELSEWHERE}
    assert all("invalid_grant" in c.reason for c in found if not c.able)


def test_an_outage_says_nothing_about_abilities(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.fault("fhir", "outage")
    with pytest.raises(Unreachable):
        ehr.roads.capabilities()
