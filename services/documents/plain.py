"""Text as staff may see it: no control characters, and symbol fonts' boxes as real ones."""

# Word and many PDF makers draw ticks with these fonts, whose letters are private to them.
SYMBOLS = str.maketrans({
    "\uf06f": "☐", "\uf071": "☐", "\uf0a8": "☐", "\uf0a3": "☐", "\uf072": "☐",
    "\uf052": "☑", "\uf053": "☒", "\uf054": "☒", "\uf0fe": "☑", "\uf0fd": "☒",
    "\uf0fc": "✓", "\uf0fb": "✗", "\uf0b7": "•",
})  # fmt: skip


def plain(text: str) -> str:
    """*text* without anything that does not print; spaces of all kinds become plain ones."""
    mended = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(
        c if c.isprintable() else " " if c.isspace() else "" for c in mended.translate(SYMBOLS)
    )
