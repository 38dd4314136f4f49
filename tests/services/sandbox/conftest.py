"""A sandbox on a real socket, as on its first day, and an app registered with it."""

from collections.abc import Iterator

import httpx
import pytest
from joserfc.jwk import KeySet, RSAKey

from services.sandbox import Running, running
from tests.services.sandbox.biller import Biller
from tests.services.sandbox.caller import CLIENT, Caller

SLOW = {"acknowledged": 600, "received": 1200, "paid": 1800, "appealed": 1800}


@pytest.fixture(scope="session")
def app_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "app-1"})


@pytest.fixture(scope="session")
def served(app_key: RSAKey) -> Iterator[Running]:
    with running() as sandbox:
        keys = dict(KeySet([app_key]).as_dict(private=False))
        sandbox.control.register(CLIENT, keys)
        sandbox.control.register(f"{CLIENT}-2", keys, practice="FEIGD2")
        yield sandbox


@pytest.fixture
def sandbox(served: Running) -> Running:
    served.control.reset()
    return served


@pytest.fixture(scope="session")
def line() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as http:
        yield http


@pytest.fixture
def app(sandbox: Running, app_key: RSAKey, line: httpx.Client) -> Caller:
    """The app, not signed in."""
    line.timeout = httpx.Timeout(5)
    return Caller(sandbox, app_key, line)


@pytest.fixture
def caller(app: Caller) -> Caller:
    """The app, signed in with everything the contract gives."""
    return app.sign_in()


@pytest.fixture
def neighbour(app: Caller) -> Caller:
    """The same app's connection to the second practice, signed in."""
    second = Caller(app.sandbox, app.key, app.http, f"{CLIENT}-2", "FEIGD2")
    return second.sign_in()


@pytest.fixture
def biller(sandbox: Running, line: httpx.Client) -> Biller:
    """The practice's billing system, with the key that opens its account.

    Nothing is answered by itself within ten minutes, however slow the machine is.
    """
    line.timeout = httpx.Timeout(60)
    sandbox.control.call("POST", "clearinghouse/pace", SLOW)
    return Biller(sandbox, line)
