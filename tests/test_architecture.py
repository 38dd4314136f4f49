"""Who may import whom, what every module says of itself, and what no module may do."""

import ast
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OUTSIDE = {
    "pages": {"streamlit", "plotly", "pandas"},
    "jobs": {"apscheduler"},
    "services": {
        "pydantic", "httpx", "authlib", "joserfc", "anthropic", "httpx2", "httpcore",
        "pandas", "msgspec", "sklearn", "numpy", "scipy", "rapidfuzz", "ahocorasick", "starlette",
        "uvicorn", "argon2", "cryptography", "prometheus_client", "phonenumbers",
        "nameparser", "usaddress", "click",
        "pypdfium2", "PIL", "pytesseract", "docx", "defusedxml", "fpdf", "paramiko",
    },
    "db": {"sqlmodel", "sqlalchemy", "alembic", "cryptography"},
}  # fmt: skip
OURS = {
    "pages": {"pages", "services", "db"},
    "jobs": {"jobs", "services", "db"},
    "services": {"services", "db"},
    "db": {"db"},
}
SANDBOX = {"starlette", "uvicorn", "cryptography", "joserfc", "authlib", "services"}
CHOOSERS = {"services/wiring.py", "services/ehr/connect.py"}
MODULES = [path for floor in OURS for path in sorted((ROOT / floor).rglob("*.py"))]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imported_by(path: Path) -> frozenset[str]:
    tree = parsed(path)
    plain = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return frozenset(
        plain | {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    )


def foreign(path: Path, allowed: set[str]) -> set[str]:
    roots = {module.split(".")[0] for module in imported_by(path)}
    return roots - set(sys.stdlib_module_names) - allowed


def offenders(found: Callable[[Path], Any], modules: Iterable[Path] = MODULES) -> dict[str, Any]:
    """What a rule found in which module; empty where all keep to it."""
    told = {name(path): found(path) for path in modules}
    return {module: what for module, what in told.items() if what}


def test_a_module_imports_only_what_its_floor_may() -> None:
    def beyond(path: Path) -> set[str]:
        floor = path.relative_to(ROOT).parts[0]
        return foreign(path, OURS[floor] | OUTSIDE[floor])

    assert offenders(beyond) == {}


def test_the_sandbox_knows_nothing_of_ours() -> None:
    def ours(path: Path) -> set[str]:
        mine = {m for m in imported_by(path) if m.split(".")[0] in OURS}
        known = {m for m in mine if not m.startswith("services.sandbox")}
        return foreign(path, SANDBOX) | known

    assert offenders(ours, sorted((ROOT / "services/sandbox").rglob("*.py"))) == {}


# Ports, and the values that cross the border; what reads or writes X12 is not among them.
VALUES = {
    "services.ehr", "services.ehr.ports", "services.ehr.registration", "services.ehr.billing",
    "services.ehr.notebook", "services.ehr.charges",
    "services.ehr.x12", "services.ehr.x12.claim", "services.ehr.x12.faults",
    "services.ehr.x12.remittance", "services.ehr.x12.rows", "services.ehr.x12.status",
}  # fmt: skip


def test_a_workflow_knows_no_adapter_and_no_other_workflow() -> None:
    def known(path: Path) -> set[str]:
        room = path.relative_to(ROOT).parts[2]
        ehr = {m for m in imported_by(path) if m.startswith("services.ehr")} - VALUES
        rooms = {m for m in imported_by(path) if m.startswith("services.workflows.")}
        return ehr | {m for m in rooms if m.split(".")[2] not in (room, "base")}

    assert offenders(known, sorted((ROOT / "services/workflows").glob("*/**/*.py"))) == {}


def test_only_the_deliverer_writes_to_the_ehr() -> None:
    writers = {
        name(path)
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute)
        and node.attr in ("reply", "send", "create", "write")
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in ("mailbox", "desktop", "registrar", "notebook", "charges")
    }
    assert writers == {"services/deliverer.py"}


def test_adapters_are_chosen_in_two_places() -> None:
    adapters = tuple(
        f"services.ehr.{name}"
        for name in (
            *("fhir", "healow", "telephone", "forms", "registrar", "notebook_roads"),
            *(
                "notebook_visits",
                "notebook_openapi",
                "notebook_documents",
                "notebook_folder",
                "charge_items",
            ),
        )
    )
    choosers = {
        name(path)
        for path in MODULES
        if any(module in adapters for module in imported_by(path))
        and not name(path).startswith("services/ehr/")
    }
    assert choosers <= CHOOSERS


def test_only_commands_speak_to_the_console() -> None:
    speakers = {name(path) for path in MODULES if "click" in imported_by(path)}
    assert speakers
    assert all(speaker.startswith("services/commands/") for speaker in speakers)


def test_a_module_opens_with_what_it_is() -> None:
    assert offenders(lambda path: not ast.get_docstring(parsed(path))) == {}


def test_a_module_stays_under_three_hundred_lines() -> None:
    assert offenders(lambda path: len(path.read_text().splitlines()) > 300) == {}


def test_no_page_lies_beside_the_front_door() -> None:
    beside = {p.name for p in (ROOT / "pages").glob("*.py")}
    assert beside == {"__init__.py", "front_door.py"}


FORBIDDEN = (
    "unsafe_allow_html", "st.cache_data", "st.cache_resource", "verify=False", "pickle",
    "datetime.utcnow", "datetime.now()", "eval(", "exec(",
)  # fmt: skip


def test_nobody_uses_what_leaks_or_lies() -> None:
    def used(path: Path) -> list[str]:
        # ".eval(" and "session.exec(" are other things.
        text = path.read_text().replace("session.exec(", "").replace(".eval(", "")
        return [word for word in FORBIDDEN if word in text]

    assert offenders(used) == {}


def test_the_rules_would_notice() -> None:
    """The negative control: a page that reaches for SQL is caught."""
    probe = ROOT / "pages" / "parts" / "desk.py"
    assert foreign(probe, set()) >= {"streamlit"}
    assert offenders(lambda path: foreign(path, set()), [probe])
    assert offenders(lambda path: foreign(path, OURS["pages"] | OUTSIDE["pages"]), [probe]) == {}
