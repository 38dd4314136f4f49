"""Streamlit's own settings, pinned: each of these was open, talkative or slow by default."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
PINNED = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.disableDataExport": True,
    "logger.enableRich": False,
    "runner.magicEnabled": False,
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.fileWatcherType": "none",
}


@pytest.mark.parametrize("name", PINNED)
def test_a_setting_is_pinned(name: str) -> None:
    section, _, key = name.partition(".")
    assert CONFIG[section][key] == PINNED[name]


def test_uploads_and_messages_are_small() -> None:
    assert CONFIG["server"]["maxUploadSize"] <= 26
    assert CONFIG["server"]["maxWidgetStateSize"] <= 2


@pytest.mark.parametrize("light", ["light", "dark"])
def test_text_can_be_read_on_every_surface(light: str) -> None:
    theme = CONFIG["theme"][light]
    surfaces = [theme["backgroundColor"], theme["secondaryBackgroundColor"]]
    for surface in surfaces:
        for text in ("textColor", "linkColor", "grayTextColor"):
            assert contrast(theme[text], surface) >= 4.5
        assert contrast(theme["primaryColor"], surface) >= 3
    for hue in ("red", "orange", "yellow", "green", "blue", "gray"):
        assert contrast(theme[f"{hue}TextColor"], theme[f"{hue}BackgroundColor"]) >= 4.5
    assert contrast("#ffffff", theme["primaryColor"]) >= 4.3


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
