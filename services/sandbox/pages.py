"""The two plain sign-in forms of the sandbox: one for eCW's users, one for the staff identity provider."""

from collections.abc import Iterable, Mapping
from html import escape

from starlette.responses import HTMLResponse


def sign_in_form(
    title: str, action: str, people: Iterable[tuple[str, str]], kept: Mapping[str, str]
) -> HTMLResponse:
    """A button for each person (value, label); *kept* fields go along unseen."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in kept.items()
    )
    buttons = "".join(
        f'<p><button name="person" value="{escape(value)}">{escape(label)}</button></p>'
        for value, label in people
    )
    return HTMLResponse(
        f"<!doctype html><html lang=en><title>{escape(title)}</title>"
        f"<h1>{escape(title)}</h1><p>Synthetic people. Choose who signs in.</p>"
        f'<form method="post" action="{escape(action)}">{hidden}{buttons}</form></html>'
    )
