"""E-mail addresses as we accept them: one plain address, nothing that could become a header."""

import re

ADDRESS = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+"
)
LONGEST = 254  # RFC 5321


def is_mail_address(text: str) -> bool:
    """Whether *text* is one e-mail address and nothing else."""
    return len(text) <= LONGEST and ADDRESS.fullmatch(text) is not None and ".." not in text
