"""The cookies we set: never readable by scripts, never sent from other sites, Secure under TLS."""

import hmac
import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from services import sessions
from services.settings import Settings

FORM_HOURS = timedelta(hours=8)


def name(settings: Settings, short: str) -> str:
    """The full name of our cookie *short*."""
    return f"{sessions.cookie_name(settings)}-{short}"


def keep(settings: Settings, answer: Response, key: str, value: str, age: timedelta | None) -> None:
    """Set a cookie for *age*, or until the browser closes."""
    answer.set_cookie(
        key,
        value,
        max_age=int(age.total_seconds()) if age else None,
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def drop(settings: Settings, answer: Response, key: str) -> None:
    """Remove a cookie."""
    answer.delete_cookie(key, secure=settings.secure, httponly=True, samesite="lax")


def form_token(settings: Settings, request: Request) -> str:
    """The token this browser's forms carry: the one it has, or a new one."""
    return request.cookies.get(name(settings, "form")) or secrets.token_urlsafe(32)


def keep_form_token(settings: Settings, answer: Response, token: str) -> None:
    """Leave the token with the browser, so that a form can be compared with it."""
    keep(settings, answer, name(settings, "form"), token, FORM_HOURS)


def is_our_form(settings: Settings, request: Request, token: str) -> bool:
    """Whether a form brought the token its browser was given (double-submit cookie)."""
    kept = request.cookies.get(name(settings, "form"), "")
    return bool(kept) and equal(kept, token)


def equal(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
