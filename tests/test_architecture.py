"""Who may import whom, what every module says of itself, and what no module may do."""

import ast
import sys
from pathlib import Path

import pytest

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


def imported_by(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    plain = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return plain | {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}


def foreign(path: Path, allowed: set[str]) -> set[str]:
    roots = {module.split(".")[0] for module in imported_by(path)}
    return roots - set(sys.stdlib_module_names) - allowed


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_imports_only_what_its_floor_may(path: Path) -> None:
    floor = path.relative_to(ROOT).parts[0]
    assert foreign(path, OURS[floor] | OUTSIDE[floor]) == set()


@pytest.mark.parametrize("path", sorted((ROOT / "services/sandbox").rglob("*.py")), ids=name)
def test_the_sandbox_knows_nothing_of_ours(path: Path) -> None:
    assert foreign(path, SANDBOX) == set()
    ours = {m for m in imported_by(path) if m.split(".")[0] in OURS}
    assert all(module.startswith("services.sandbox") for module in ours)


# Ports, and the values that cross the border; what reads or writes X12 is not among them.
VALUES = {
    "services.ehr", "services.ehr.ports", "services.ehr.registration", "services.ehr.billing",
    "services.ehr.notebook", "services.ehr.charges",
    "services.ehr.x12", "services.ehr.x12.claim", "services.ehr.x12.faults",
    "services.ehr.x12.remittance", "services.ehr.x12.rows", "services.ehr.x12.status",
}  # fmt: skip


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_workflow_knows_no_adapter_and_no_other_workflow(path: Path) -> None:
    parts = path.relative_to(ROOT).parts
    if parts[:2] != ("services", "workflows") or len(parts) < 4:
        return
    for module in imported_by(path):
        assert not module.startswith("services.ehr") or module in VALUES
        if module.startswith("services.workflows."):
            assert module.split(".")[2] in (parts[2], "base")


def test_only_the_deliverer_writes_to_the_ehr() -> None:
    writers = {
        name(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
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


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_opens_with_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), "a module says what it is"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_stays_under_three_hundred_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


def test_no_page_lies_beside_the_front_door() -> None:
    beside = {p.name for p in (ROOT / "pages").glob("*.py")}
    assert beside == {"__init__.py", "front_door.py"}


FORBIDDEN = (
    "unsafe_allow_html", "st.cache_data", "st.cache_resource", "verify=False", "pickle",
    "datetime.utcnow", "datetime.now()", "eval(", "exec(",
)  # fmt: skip


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nobody_uses_what_leaks_or_lies(path: Path) -> None:
    text = path.read_text()
    # ".eval(" and "session.exec(" are other things.
    found = [f for f in FORBIDDEN if f in text.replace("session.exec(", "").replace(".eval(", "")]
    assert found == []


def test_the_rules_would_notice() -> None:
    """The negative control: a page that reaches for SQL is caught."""
    probe = ROOT / "pages" / "parts" / "desk.py"
    assert foreign(probe, set()) >= {"streamlit"}
