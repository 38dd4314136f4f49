"""The few pages a person sees before they are signed in: plain HTML, one style sheet, no script."""

from dataclasses import dataclass
from html import escape

from starlette.responses import HTMLResponse

from services.web import paths

WHY = {
    "idle": "You were signed out after a time without input. Nothing you had saved is lost.",
    "out": "You are signed out.",
    "ended": "Your session has ended. Please sign in again.",
}

STYLE = """
:root { color-scheme: light dark; --ink: #14262e; --paper: #f4f8f8; --card: #ffffff;
  --line: #71858c; --teal: #0b6e6e; --on-teal: #ffffff; --alarm: #a3261b; --soft: #4a5d65; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eff0; --paper: #0f1a1f; --card: #17262c;
  --line: #7d939b; --teal: #4cc2b8; --on-teal: #0b1b1e; --alarm: #ff9c8f; --soft: #a9bcc2; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { width: 100%; max-width: 25rem; background: var(--card); padding: 2rem;
  border-radius: .75rem; border-top: .35rem solid var(--teal);
  box-shadow: 0 .1rem .8rem rgb(10 40 50 / .12); }
h1 { margin: 0; font-size: 1.6rem; letter-spacing: .01em; }
p { margin: .25rem 0 1.25rem; color: var(--soft); }
label { display: block; font-weight: 600; margin: 1rem 0 .3rem; }
input { width: 100%; font: inherit; padding: .6rem .7rem; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: .45rem; }
button, a.button { display: block; width: 100%; margin-top: 1.5rem; padding: .7rem;
  font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
  color: var(--on-teal); background: var(--teal); border: 0; border-radius: .45rem; }
:focus-visible { outline: 3px solid var(--teal); outline-offset: 2px; }
.alarm { color: var(--alarm); font-weight: 600; margin: 0 0 .5rem; }
"""


@dataclass(frozen=True)
class SignInPage:
    """What the sign-in page shows. ``email`` is what was typed before, ``alarm`` what went wrong."""

    csrf: str
    next: str = "/"
    email: str = ""
    alarm: str = ""
    note: str = ""
    password: bool = True
    provider: bool = False
    status: int = 200


def sign_in(page: SignInPage) -> HTMLResponse:
    """The page that asks who is there."""
    alarm = f'<p class="alarm" role="alert">{escape(page.alarm)}</p>' if page.alarm else ""
    note = escape(page.note or "Sign in to your practice's front desk.")
    form = _password_form(page) if page.password else ""
    provider = _provider_link() if page.provider else ""
    return _page("Sign in", f"<p>{note}</p>{alarm}{form}{provider}", page.status)


def sign_out(csrf: str) -> HTMLResponse:
    """A button, because a link that signs people out could be planted anywhere."""
    button = '<button type="submit">Sign out</button>'
    form = f'<form method="post" action="{paths.SIGN_OUT}">{_hidden("csrf", csrf)}{button}</form>'
    return _page("Sign out", f"<p>End your session in every tab?</p>{form}", 200)


def refusal(sentence: str, status: int) -> HTMLResponse:
    """A plain sentence and the way back to the sign-in page."""
    back = f'<a class="button" href="{paths.SIGN_IN}">Back to sign-in</a>'
    body = f'<p class="alarm" role="alert">{escape(sentence)}</p>{back}'
    return _page("Not signed in", body, status)


def _password_form(page: SignInPage) -> str:
    focus = ("", " autofocus") if page.email else (" autofocus", "")
    return f"""
<form method="post" action="{paths.SIGN_IN}">
{_hidden("csrf", page.csrf)}{_hidden("next", page.next)}
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="username" required maxlength="254"
 value="{escape(page.email)}"{focus[0]}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 maxlength="128"{focus[1]}>
<button type="submit">Sign in</button>
</form>"""


def _provider_link() -> str:
    return f'<a class="button" href="{paths.OIDC_START}">Sign in with your organisation</a>'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _page(title: str, body: str, status: int) -> HTMLResponse:
    html = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - Foyer</title><link rel="stylesheet" href="{paths.STYLE}">
<link rel="icon" href="data:,"></head>
<body><main><h1>Foyer</h1>{body}</main></body></html>"""
    return HTMLResponse(html, status)
