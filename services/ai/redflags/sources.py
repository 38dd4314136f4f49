"""Reads the TOML files beside the code: what the floor knows, written for clinicians to review."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def read(name: str) -> dict[str, Any]:
    """The tables of one file, such as "cues.toml"."""
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))


def read_folder(folder: str) -> Iterator[dict[str, Any]]:
    """The tables of every file in *folder*, in order of their names."""
    return (read(f"{folder}/{path.name}") for path in sorted((_HERE / folder).glob("*.toml")))
