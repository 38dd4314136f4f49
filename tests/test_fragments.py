"""A fragment runs without its page, so each must ask for itself who is sitting there."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "pages").rglob("*.py"))


def fragments(source: str) -> list[ast.FunctionDef]:
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return [f for f in found if any("fragment" in ast.unparse(d) for d in f.decorator_list)]


def asks_who_is_there(fragment: ast.FunctionDef) -> bool:
    """Whether it asks before it does anything else."""
    first = next(s for s in fragment.body if not isinstance(s, ast.Expr))
    return any(asked in ast.unparse(first) for asked in ("signed_in()", "_session()"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_fragment_asks_first_who_is_there(page: Path) -> None:
    careless = [f.name for f in fragments(page.read_text()) if not asks_who_is_there(f)]
    assert careless == []


def test_a_fragment_that_forgets_would_be_noticed() -> None:
    [careless] = fragments(
        "@st.fragment(run_every=5)\ndef board():\n    rows = look()\n    who = 1"
    )
    assert not asks_who_is_there(careless)
