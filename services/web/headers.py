"""The security headers of every answer, and the content policy that lets the pages run."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence

from services.settings import Settings

Headers = tuple[tuple[bytes, bytes], ...]

HASHED_ASSETS = "/static/"  # names carry a digest of the content, so browsers may keep them


def for_path(settings: Settings, path: str, policy: str) -> Headers:
    """The headers for *path*, lower case as ASGI wants them. *policy* is from ``page_policy``."""
    named = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        # Under "no-referrer" a form arrives with "Origin: null" (Fetch section 3.2), and the
        # gate could not tell our own form from a stranger's.
        "referrer-policy": "same-origin" if path.startswith("/door/") else "no-referrer",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    if settings.secure:
        named["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    if not path.startswith(HASHED_ASSETS):
        named["cache-control"] = "no-store"
    return tuple((name.encode(), value.encode()) for name, value in named.items())


def page_policy(inline_scripts: Iterable[str] = ()) -> str:
    """The content security policy (W3C CSP Level 3) under which Streamlit's pages run.

    No other origin appears in it: a page that was made to carry a foreign image, script, style
    or form still reaches nobody. *inline_scripts* are the sources of the page's own inline
    scripts, which are allowed by digest. Streamlit writes styles at run time, and inline
    components arrive as ``blob:`` modules.
    """
    scripts = ("'self'", "blob:", *(_digest(source) for source in inline_scripts))
    return _policy(
        ("default-src", ("'self'",)),
        ("script-src", scripts),
        ("style-src", ("'self'", "'unsafe-inline'")),
        ("img-src", ("'self'", "data:", "blob:")),
        ("font-src", ("'self'", "data:")),
        ("connect-src", ("'self'",)),
        ("worker-src", ("'self'",)),
        ("frame-src", ("'none'",)),
        ("object-src", ("'none'",)),
        ("base-uri", ("'none'",)),
        ("form-action", ("'self'",)),
        ("frame-ancestors", ("'none'",)),
    )


DOOR_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def inline_scripts(html: str) -> tuple[str, ...]:
    """The sources of the scripts written into a page itself."""
    return tuple(re.findall(r"<script>(.*?)</script>", html, re.DOTALL))


def _policy(*directives: tuple[str, Sequence[str]]) -> str:
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives)


def _digest(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
