"""An app that calls the sandbox as any registered app would: its key, its tokens, its requests."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from services.sandbox import Running

CLIENT = "any-app"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
READ = (
    "system/Patient.read system/Encounter.read system/Observation.read system/Practitioner.read "
    "system/AllergyIntolerance.read system/MedicationRequest.read system/Group.read"
)
WRITE = (
    "system/Encounter.create system/DocumentReference.create system/QuestionnaireResponse.create"
)
CHANNEL = "system/Communication.read system/Communication.create"


@dataclass
class Caller:
    """Signs with *key* as *client_id*; keeps the last token it was given."""

    sandbox: Running
    key: RSAKey
    http: httpx.Client
    client_id: str = CLIENT
    practice: str = "FEIGDM"
    token: str = ""

    @property
    def token_url(self) -> str:
        return f"{self.sandbox.url}/oauth/oauth2/token"

    def assertion(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A signed client assertion, with claims changed or, as ``None``, left out."""
        good = {"iss": self.client_id, "sub": self.client_id, "aud": self.token_url}
        good |= {"jti": str(uuid.uuid4()), "exp": int(time.time()) + 240} | claims
        kept = {name: value for name, value in good.items() if value is not None}
        head = {"alg": "RS384", "kid": self.key.kid} | (header or {})
        head = {name: value for name, value in head.items() if value is not None}
        return jwt.encode(head, kept, self.key, algorithms=["RS256", "RS384"])

    def ask(self, scope: str, assertion: str = "") -> httpx.Response:
        """Ask for a backend token."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": JWT_BEARER,
            "client_assertion": assertion or self.assertion(),
            "scope": scope,
        }
        return self.http.post(self.token_url, data=form)

    def sign_in(self, scope: str = f"{READ} {WRITE} {CHANNEL}") -> "Caller":
        """Get a token and keep it."""
        self.token = self.ask(scope).raise_for_status().json()["access_token"]
        return self

    def get(self, path: str, **params: Any) -> httpx.Response:
        """Read from the FHIR facade."""
        return self.http.get(self._url(path), params=params, headers=self.bearer)

    def post(self, bundle: dict[str, Any]) -> httpx.Response:
        """Send a transaction."""
        return self.http.post(self._url(""), json=bundle, headers=self.bearer)

    def messages(self, since: str = "") -> dict[str, Any]:
        """A page of the message channel."""
        params = {"since": since} if since else {}
        url = f"{self.sandbox.healow(self.practice)}/messages"
        answer = self.http.get(url, params=params, headers=self.bearer).raise_for_status()
        return dict(answer.json())

    def thread(self, thread_id: str) -> list[dict[str, Any]]:
        """The messages of a thread."""
        url = f"{self.sandbox.healow(self.practice)}/threads/{thread_id}"
        answer = self.http.get(url, headers=self.bearer).raise_for_status()
        return list(answer.json()["messages"])

    def reply(
        self, message: dict[str, Any], body: str, key: str = "", **more: Any
    ) -> httpx.Response:
        """Answer a message."""
        url = f"{self.sandbox.healow(self.practice)}/threads/{message['thread']['id']}/replies"
        draft = {"body": body, "patient": message["patient"]["reference"]} | more
        headers = self.bearer | ({"Idempotency-Key": key} if key else {})
        return self.http.post(url, json=draft, headers=headers)

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _url(self, path: str) -> str:
        return f"{self.sandbox.fhir(self.practice)}/{path}"
