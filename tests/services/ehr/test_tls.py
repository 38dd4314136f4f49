"""A bad certificate or an old protocol is refused by name, and there is no way around it."""

import ssl
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from services.ehr.ports import Ehr, PortalReply
from services.errors import Unreachable
from tests.services.ehr.servers import answering, listening

REPLY = PortalReply("t-1.1", "Patient/p.101", "Yes.", "d-1")
PAGE = b'{"messages": [], "cursor": "c", "more": false}'


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def self_signed(ours: trustme.CA) -> ssl.SSLContext:
    return context_of(trustme.CA().issue_cert("127.0.0.1"))


def expired(ours: trustme.CA) -> ssl.SSLContext:
    long_ago = datetime.now(UTC) - timedelta(days=1)
    return context_of(ours.issue_cert("127.0.0.1", not_after=long_ago))


def wrong_host(ours: trustme.CA) -> ssl.SSLContext:
    return context_of(ours.issue_cert("another.example"))


def old_protocol(ours: trustme.CA) -> ssl.SSLContext:
    context = context_of(ours.issue_cert("127.0.0.1"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


@pytest.fixture
def ours() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(ours: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    ours.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (self_signed, "certificate of 127.0.0.1 is not valid"),
        (expired, "certificate has expired"),
        (wrong_host, "IP address mismatch"),
        (old_protocol, "TLS 1.2 or newer"),
    ],
)
def test_a_bad_connection_is_refused_before_anything_is_said(
    connected: Callable[..., Ehr],
    ours: trustme.CA,
    ca_file: str,
    bad: Callable[[trustme.CA], ssl.SSLContext],
    words: str,
) -> None:
    with listening(answering(PAGE), bad(ours)) as server:
        base = f"https://127.0.0.1:{server.port}/healow"
        ehr = connected(healow_base=base, ca_file=ca_file)
        with pytest.raises(Unreachable, match=words) as refused:
            ehr.mailbox.reply(REPLY)
        assert "Bearer" not in str(refused.value)
        assert server.received == []


def test_a_good_certificate_of_the_practices_own_authority_is_accepted(
    connected: Callable[..., Ehr], ours: trustme.CA, ca_file: str
) -> None:
    """The negative control: the same server, rightly certified, is heard."""
    good = context_of(ours.issue_cert("127.0.0.1"))
    with ExitStack() as stack:
        answer = answering(PAGE, "Content-Type: application/json")
        server = stack.enter_context(listening(answer, good))
        ehr = connected(healow_base=f"https://127.0.0.1:{server.port}/healow", ca_file=ca_file)
        assert ehr.mailbox.changed_since(None).cursor == "c"


def test_no_switch_in_the_house_turns_the_check_off() -> None:
    for path in Path("services").rglob("*.py"):
        source = path.read_text()
        assert "verify=False" not in source
        assert "CERT_NONE" not in source
        assert "check_hostname = False" not in source
