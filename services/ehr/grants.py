"""Reads the authorization server's answers: a token with its life, or why there is none."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from services.ehr.strict_json import Unreadable, loads
from services.ehr.tokens import Token
from services.ehr.transport import Answer

DEFAULT_LIFE = timedelta(seconds=60)  # when the server does not say, or says nonsense
LONGEST_LIFE = timedelta(hours=1)
BEARER = re.compile(r"[\x21-\x7e]{1,8192}")  # RFC 6750: nothing that could end a header line
REFUSALS = {
    "invalid_client": "eCW does not accept our client id or key; the key in use may not be "
    "registered there",
    "unauthorized_client": "eCW does not allow this kind of sign-in for our client id",
    "access_denied": "the practice has not activated Foyer in eCW (Product Activation)",
    "invalid_request": "eCW does not accept the form of our sign-in; the audience setting may "
    "have to be changed",
    "unsupported_grant_type": "eCW does not allow backend sign-in for our client id",
}


def granted(answer: Answer, asked: Iterable[str], asked_at: datetime) -> Token:
    """The token in *answer*, its life counted from when it was asked for.

    A server that names no scopes granted those *asked* (RFC 6749, 5.1). Raises
    ``Unreadable``.
    """
    match loads(answer.body):
        case {"access_token": str(value), **rest} if BEARER.fullmatch(value):
            named = rest.get("scope")
            scopes = named.split() if isinstance(named, str) else asked
            life = life_of(rest.get("expires_in"))
            return Token(value, frozenset(scopes), asked_at, asked_at + life)
        case _:
            raise Unreadable("The answer holds no access token.")


def life_of(expires_in: Any) -> timedelta:
    """``expires_in`` in seconds, whatever its type: one minute if unusable, one hour at most."""
    try:
        seconds = int(expires_in)
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_LIFE
    if seconds <= 0 or isinstance(expires_in, bool):
        return DEFAULT_LIFE
    return timedelta(seconds=min(seconds, int(LONGEST_LIFE.total_seconds())))


def oauth_error(answer: Answer) -> str | None:
    """The ``error`` of RFC 6749, 5.2, or ``None`` if the answer is something else."""
    try:
        body = loads(answer.body)
    except Unreadable:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, str) else None


def refusal_in_words(error: str, asked: Iterable[str], offered: Iterable[str]) -> str:
    """Why there is no token. One bad scope fails the whole request at eCW, so we name them."""
    if error in REFUSALS:
        return f"{REFUSALS[error]} ({error})."
    known = set(offered)
    missing = [scope for scope in asked if known and scope not in known]
    if missing:
        return (
            f"eCW does not offer this practice the permission {', '.join(missing)} ({error}). "
            "Remove it from the list of scopes, or have eCW add it to the contract."
        )
    return (
        f"eCW refused the sign-in ({error}): access was withdrawn, or one of these "
        f"permissions is not in the contract: {', '.join(asked)}."
    )


def clock_error(answer: Answer, now: datetime) -> timedelta | None:
    """How far our clock is ahead of the server's by its Date header; ``None`` if it has none."""
    try:
        return now - parsedate_to_datetime(answer.headers.get("date", ""))
    except (TypeError, ValueError):
        return None
