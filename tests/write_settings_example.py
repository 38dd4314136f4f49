"""Writes `.streamlit/secrets.example.toml` from the settings themselves: every one, with its sentence."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from services.settings import PracticeSettings, Settings

TARGET = Path(__file__).parents[1] / ".streamlit" / "secrets.example.toml"
HEAD = """# Every setting there is. Copy to .streamlit/secrets.toml and change what differs.
# Each one before the [[practice]] tables can also be an environment variable: FOYER_ and its
# name in capitals, such as FOYER_DATABASE_URL. The environment wins.
"""


def example() -> str:
    """The whole file."""
    general = [line for name, field in _fields(Settings) for line in _lines(name, field)]
    own = [line for name, field in _fields(PracticeSettings) for line in _lines(name, field)]
    return "\n".join([HEAD, *general, "# One table for each practice.", "# [[practice]]", *own])


def _fields(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return [(name, f) for name, f in model.model_fields.items() if name != "practice"]


def _lines(name: str, field: FieldInfo) -> list[str]:
    default = field.get_default(call_default_factory=True)
    shown = '""' if field.is_required() else _toml(default)
    need = " (required)" if field.is_required() else ""
    return [f"# {field.description}{need}", f"# {name} = {shown}", ""]


def _toml(value: Any) -> str:
    match value:
        case SecretStr():
            return '""'
        case bool() | int() | float() | str():
            return json.dumps(value)
        case tuple():
            return "[" + ", ".join(_toml(item) for item in value) + "]"
        case dict():
            pairs = (f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items())
            return "{ " + ", ".join(pairs) + " }" if value else "{}"
        case _:
            return json.dumps(str(value))


if __name__ == "__main__":
    TARGET.write_text(example())
